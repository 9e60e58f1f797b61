"""Signals that end a run: the frame at hand is finished, the state is written, and how to go on is said."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kadita.base.errors import Interrupted

if TYPE_CHECKING:
    from kadita.simulation.stream import Simulation


@contextmanager
def stoppable(school: Simulation, path: Path | None) -> Iterator[None]:
    """Let SIGINT and SIGTERM end a run that is recorded at `path` with its next frame; a second one ends it at once.

    Raises:
        Interrupted: the run was ended before its last frame.
    """
    seen: list[int] = []

    def stop(number: int, _: Any) -> None:
        seen.append(number)
        school.stopping = True
        for each, handler in before.items():
            signal.signal(each, handler)

    before = {each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        if path is not None:
            for each in before:
                signal.signal(each, stop)
        yield
    except KeyboardInterrupt:
        seen.append(signal.SIGINT)
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
    if seen and school.recorded < school.n_frames:
        raise Interrupted(
            f"{'terminated' if seen[0] == signal.SIGTERM else 'interrupted'}; {kept(school, path)}", seen[0]
        )


def kept(school: Simulation, path: Path | None) -> str:
    """Say what is left of a run that did not come to its end, and how it goes on."""
    if path is None:
        return "nothing was written, for there is no trajectory to keep"
    if not school.recorded:
        return "nothing was written"
    frames = f"{school.recorded} of {school.n_frames} frames are in the file {path}"
    return f"{frames}; the same command with --resume goes on"
