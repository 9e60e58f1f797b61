"""`kadita run --live`: how a run goes and what its school does, while it is simulated."""

from __future__ import annotations

import math
import os
import signal
import sys
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kadita.cli.sparkline import History, sparkline
from kadita.cli.stopping import TERMINATION

if TYPE_CHECKING:
    from rich.console import Console, OverflowMethod, RenderableType

    from kadita.cli.live_values import Meter
    from kadita.plugins.registry import Registry
    from kadita.school.block import Block
    from kadita.simulation.stream import Simulation

REFRESHED = 0.25  # seconds between pictures in a terminal, at least
REPORTED, TENTHS = 30.0, 10  # without a terminal: a line after so many seconds, or such a part of the run
SHARE = 0.03  # of the time of a run, for measuring what is shown
RECENT = 20.0  # seconds over which the speed is measured
BLOCK_SECONDS = 1.0  # of a block of a run that is watched
WIDEST = 60  # columns of a sparkline


class View:
    """What is shown of a run: `prepare` before it, `begin` when it begins, `take` with every block, `end` after it."""

    def __init__(self, school: Simulation, meter: Meter, path: Path | None) -> None:
        self._school, self._meter, self._path = school, meter, path
        self._histories = {name: History() for name in meter.names}
        self._every, self._total = school.configuration.every, school.n_frames
        self._done = 0
        self._latest = deque([(time.monotonic(), 0)])  # time and frames done
        self._last: Block | None = None  # whose last frame is not measured yet

    def prepare(self) -> None:
        """Compile what is needed to measure, or load it."""
        from kadita.cli.live_values import a_block_like

        self._meter.measure(a_block_like(self._school))

    def begin(self) -> None:
        """Start the clock; the frames that are in the file already were computed before."""
        self._done = self._school.recorded
        self._latest = deque([(time.monotonic(), self._done)])

    def take(self, block: Block) -> None:
        """Take the next block."""
        now = time.monotonic()
        self._done, self._last = int(block.frames[-1]) + 1, block
        self._latest.append((now, self._done))
        while now - self._latest[0][0] > RECENT and len(self._latest) > 2:
            self._latest.popleft()

    def _measure(self) -> None:
        """Measure the last frame of the last block."""
        if self._last is None:
            return
        frame = int(self._last.frames[-1])
        for name, value in self._meter.measure(self._last).items():
            self._histories[name].add(frame, value)
        self._last = None

    def end(self) -> None:
        """Leave the terminal as it was."""

    def _speed(self) -> float:
        """Steps a second, recently."""
        (then, before), (now, done) = self._latest[0], self._latest[-1]
        return (done - before) * self._every / (now - then) if now > then else math.nan

    def _rest(self) -> str:
        """Speed, time left and size of the file, in words."""
        speed, parts = self._speed(), []
        if speed > 0 and self._done < self._total:
            passed = time.monotonic() - self._latest[-1][0]
            left = max(0.0, (self._total - self._done) * self._every / speed - passed)
            parts = [f"{speed:,.0f} steps/s" if speed >= 10 else f"{speed:.2g} steps/s", f"{duration(left)} left"]
        if self._path is not None and self._school.recorded:  # before, it is that of another run, or there is none
            from kadita.cli.terminal import size_of

            with suppress(OSError):
                parts.append(f"{size_of(self._path)} in {self._path.name}")
        return ", ".join(parts)

    def _frames(self) -> str:
        return f"frame {self._done:,} of {self._total:,}"


class InTerminal(View):
    """A picture of a few lines that is drawn again and again, and removed at the end."""

    def __init__(self, school: Simulation, meter: Meter, path: Path | None) -> None:
        from rich.console import Console
        from rich.live import Live

        super().__init__(school, meter, path)
        self._due = 0.0  # when to measure next
        self._console: Console = Console(stderr=True, markup=False, highlight=False)
        self._live = Live(
            get_renderable=self._picture,
            console=self._console,
            refresh_per_second=1 / REFRESHED,
            transient=True,
            redirect_stdout=False,  # what is printed there would come out of stderr
        )

    def begin(self) -> None:
        """Start the clock and the picture."""
        super().begin()
        self._live.start()

    def take(self, block: Block) -> None:
        """Take the next block, and measure its last frame if it is time to."""
        super().take(block)
        began = time.monotonic()
        if began >= self._due or self._done == self._total:
            self._measure()
            ended = time.monotonic()
            self._due = ended + max(REFRESHED, (ended - began) / SHARE)

    def end(self) -> None:
        """Remove the picture, and show the cursor again."""
        self._live.stop()

    def _picture(self) -> RenderableType:
        from rich.progress_bar import ProgressBar
        from rich.table import Table
        from rich.text import Text

        ascii_only = self._console.options.ascii_only
        cut: OverflowMethod = "crop" if ascii_only else "ellipsis"
        names = max(map(len, [*self._histories, self._school.name]), default=0)
        width = max(8, min(WIDEST, self._console.width - min(names, 30) - 16))
        table = Table.grid(padding=(0, 2, 0, 0))
        table.add_column(max_width=30, no_wrap=True, overflow=cut)
        table.add_column(width=width, no_wrap=True)
        table.add_column(no_wrap=True)
        share = self._done / self._total
        table.add_row(
            Text(printable(self._school.name), style="bold"),
            ProgressBar(total=1.0, completed=share, width=width, complete_style="cyan", finished_style="cyan"),
            Text(f"{math.floor(100 * share)} %"),
        )
        for name, history in self._histories.items():
            values = history.columns(width)
            line = sparkline(values, self._meter.limits(name), ascii_only=ascii_only)
            table.add_row(Text(printable(name)), Text(line, style="cyan"), Text(in_words(history)))
        below = Text(", ".join(filter(None, (self._frames(), printable(self._rest())))), style="dim", overflow=cut)
        below.no_wrap = True
        outer = Table.grid()
        outer.add_row(table)
        outer.add_row(below)
        return outer


class InLines(View):
    """A line now and then, where stderr is no terminal."""

    def begin(self) -> None:
        """Start the clock."""
        super().begin()
        self._tenth, self._reported, self._open = self._done * TENTHS // self._total, time.monotonic(), True

    def take(self, block: Block) -> None:
        """Take the next block, and print a line if it is time to."""
        super().take(block)
        tenth, now = self._done * TENTHS // self._total, time.monotonic()
        if not self._open or (tenth == self._tenth and now - self._reported < REPORTED):
            return
        self._tenth, self._reported = tenth, now
        self._measure()
        values = [f"{name} {in_words(history)}" for name, history in self._histories.items()]
        parts = "; ".join(filter(None, (self._frames(), ", ".join(values), self._rest())))
        from kadita.cli.terminal import notes

        try:
            notes([parts], kind=f"{math.floor(100 * self._done / self._total)} %")
            sys.stderr.flush()
        except OSError:  # whoever read it has gone; the run goes on, and what is still to be written goes nowhere
            self._open = False
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())


@contextmanager
def live_view(
    school: Simulation,
    registry: Registry,
    path: Path | None,
    parameters: Mapping[str, Any],
    profile: str | None,
) -> Iterator[View]:
    """Yield the view of a run; at the end the terminal is as it was before, also after a signal.

    Args:
        school: the run, which is watched from its first block.
        registry: of the metrics, of which those are shown that say so.
        path: of the trajectory, None without one.
        parameters: of metrics, those of the analysis.
        profile: of the analysis.
    """
    from kadita.cli.live_values import Meter

    dumb = os.environ.get("TERM", "" if os.name == "nt" else "dumb") in ("dumb", "unknown")
    kind: type[View] = InTerminal if sys.stderr.isatty() and not dumb else InLines
    view = kind(school, Meter(registry, parameters, profile), path)
    school.watch(view.take, BLOCK_SECONDS)

    def leave(number: int, _: Any) -> None:
        view.end()
        signal.signal(number, signal.SIG_DFL)
        signal.raise_signal(number)

    # which ends the process at once, and leaves the terminal without a cursor
    by_default = [each for each in TERMINATION if signal.getsignal(each) is signal.SIG_DFL]
    for each in by_default:
        signal.signal(each, leave)
    try:
        yield view
    finally:
        view.end()
        for each in by_default:
            signal.signal(each, signal.SIG_DFL)


def in_words(history: History) -> str:
    """Return the last value as text; ``undefined`` for NaN, nothing before there is one."""
    if not history.samples:
        return ""
    return f"{history.last:.3f}" if math.isfinite(history.last) else "undefined"


def printable(text: str) -> str:
    """Return text without control characters; names come from files."""
    return "".join(c if c.isprintable() else "?" for c in text)


def duration(seconds: float) -> str:
    """Return a time in one or two units: ``45 s``, ``2 min 10 s``, ``3 h 5 min``, ``2 d 4 h``."""
    whole = math.ceil(seconds)
    units: Sequence[tuple[int, str]] = ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"))
    for (size, name), (smaller, under) in zip(units[:-1], units[1:], strict=True):
        if whole >= size:
            rest = whole % size // smaller
            return f"{whole // size} {name} {rest} {under}" if rest else f"{whole // size} {name}"
    return f"{whole} s"
