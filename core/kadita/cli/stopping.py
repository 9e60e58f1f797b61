"""Signals that end a run: finish the current frame, write a checkpoint, and tell the user how to continue."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kadita.base.errors import Interrupted
from kadita.simulation.stream import Simulation


@contextmanager
def stoppable(school: Simulation, path: Path | None) -> Iterator[None]:
    """Let SIGINT and SIGTERM end a run recorded at `path` with its current frame; a second signal ends it at once.

    Raises:
        Interrupted: the run ended before its last frame.
    """
    received: list[int] = []

    def stop(number: int, _: Any) -> None:
        received.append(number)
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
        received.append(signal.SIGINT)
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
    if received and school.recorded < school.n_frames:
        raise Interrupted(
            f"{'terminated' if received[0] == signal.SIGTERM else 'interrupted'}; {kept(school, path)}", received[0]
        )


def kept(school: Simulation, path: Path | None) -> str:
    """Return a message: what was written of an unfinished run, and how to continue it."""
    if path is None:
        return "nothing was written, because of --no-trajectory"
    if not school.recorded:
        return "nothing was written"
    frames = f"{school.recorded} of {school.n_frames} frames are in the file {path}"
    return f"{frames}; the same command with --resume continues"
