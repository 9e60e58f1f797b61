"""The table: what is printed, and kept for the report."""

import statistics
import sys

BUSY = 0.7  # of threads' number; less where others have the cores, while a side's serial part is small
ROW = "{:<32} {:>9}  {:>22}  {:>22}  {:>22}  {:>10}  {}"


class Table:
    """Lines as they come, and whether all that is required holds."""

    def __init__(self):
        self.lines, self.missed, self._section = [], [], ""

    def say(self, text=""):
        """Print a line."""
        self.lines.append(text.rstrip())
        print(self.lines[-1])
        sys.stdout.flush()

    def heading(self, title, *columns):
        """Begin a section; `columns` stand above agents and figures."""
        self._section = title
        self.say()
        self.say(ROW.format(title, *columns, *[""] * (6 - len(columns))))

    def row(self, what, *columns, value=None, least=None, most=None, unit="", worker_pool=None):
        """Print a row of at most four columns; with a limit to a value, say whether it holds.

        A comparison with a worker_pool of threads that did not have their cores shows nothing.
        """
        note = f"{worker_pool.cores:.2f} cores busy" if worker_pool else ""
        cells = [what, *columns, *[""] * (4 - len(columns))]
        limit = most if least is None else least
        if limit is None:
            self.say(ROW.format(*cells, "", note))
            return
        holds = value >= limit if most is None else value <= limit
        verdict = "ok" if holds else "MISSED"
        if worker_pool and worker_pool.hindered:
            holds, verdict = False, "DISTURBED"
        if not holds:
            place = ", ".join(str(part) for part in (self._section, what, *columns[:1]) if part != "")
            self.missed.append(f"{verdict}: {place}")
        wanted = f"{'>=' if most is None else '<='} {limit:g}{unit}"
        self.say(ROW.format(*cells, wanted, f"{verdict}, {note}" if note else verdict))

    def versus(self, what, agents, own, theirs, unit, clock="cpu", least=None, worker_pool=None):
        """Print a row of two sides' times by a clock and their ratio, round by round.

        The unit is given by how many there are in a second.
        """
        own, theirs = ([spent[clock] for spent in side] for side in (own, theirs))
        ratios = [b / a for a, b in zip(own, theirs, strict=True)]
        value = statistics.median(ratios)
        sides = (spread([t * unit for t in side]) for side in (own, theirs))
        self.row(what, agents, *sides, spread(ratios), value=value, least=least, unit="x", worker_pool=worker_pool)


class Crew:
    """How many cores some threads kept busy, by the times of their side: fewer than they are on a busy machine."""

    def __init__(self, threads, times):
        self.cores = sum(spent["cpu"] for spent in times) / sum(spent["wall"] for spent in times)
        self.hindered = threads > 1 and self.cores < BUSY * threads


def spread(values):
    """Return least, median and greatest of some figures; one figure as it is."""
    if len(values) == 1:
        return significant(values[0])
    return " - ".join(significant(v) for v in (min(values), statistics.median(values), max(values)))


def significant(value):
    """Return a figure to three digits, without an exponent."""
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"
