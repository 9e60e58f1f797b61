"""The table: what is printed, and kept for the report."""

import statistics
import sys

BUSY = 0.7  # of threads' number; less where others have the cores, while a side's serial part is small
ROW = "{:<32} {:>9}  {:>22}  {:>22}  {:>22}  {}"


class Table:
    """Lines as they are printed."""

    def __init__(self):
        self.lines = []

    def say(self, text=""):
        """Print a line."""
        self.lines.append(text.rstrip())
        print(self.lines[-1])
        sys.stdout.flush()

    def heading(self, title, *columns):
        """Begin a section; `columns` stand above agents and figures."""
        self.say()
        self.say(ROW.format(title, *columns, *[""] * (5 - len(columns))))

    def row(self, what, *columns, busy=None):
        """Print a row of at most four columns, and how many cores the threads of a comparison kept busy."""
        self.say(ROW.format(what, *columns, *[""] * (4 - len(columns)), busy.note if busy else ""))

    def versus(self, what, agents, own, theirs, unit, clock="cpu", busy=None):
        """Print a row of two sides' times by a clock and their ratio, round by round.

        The unit is given by how many there are in a second.
        """
        own, theirs = ([spent[clock] for spent in side] for side in (own, theirs))
        ratios = [b / a for a, b in zip(own, theirs, strict=True)]
        sides = (spread([t * unit for t in side]) for side in (own, theirs))
        self.row(what, agents, *sides, spread(ratios), busy=busy)


class BusyCores:
    """How many cores some threads kept busy, by the times of their side: fewer than threads on a busy machine."""

    def __init__(self, threads, times):
        cores = sum(spent["cpu"] for spent in times) / sum(spent["wall"] for spent in times)
        disturbed = "DISTURBED, " if threads > 1 and cores < BUSY * threads else ""
        self.note = f"{disturbed}{cores:.2f} cores busy"


def spread(values):
    """Return least, median and greatest of some figures; one figure as it is."""
    if len(values) == 1:
        return significant(values[0])
    return " - ".join(significant(v) for v in (min(values), statistics.median(values), max(values)))


def significant(value):
    """Return a figure to three digits, without an exponent."""
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"
