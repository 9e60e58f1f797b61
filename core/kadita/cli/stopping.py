"""Signals that end a run: finish the current frame, write a checkpoint, and tell the user how to continue."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kadita.base.errors import Interrupted

if TYPE_CHECKING:
    from kadita.simulation.stream import Simulation

# those that ask a program to end; Windows sends SIGBREAK where a console is closed
TERMINATION = (signal.SIGTERM, *(getattr(signal, name) for name in ("SIGBREAK",) if hasattr(signal, name)))


@contextmanager
def stoppable(school: Simulation, path: Path | None) -> Iterator[None]:
    """Let Ctrl-C and SIGTERM end a run recorded at `path` with its current frame; a second signal ends it at once.

    Raises:
        Interrupted: the run ended before its last frame.
    """
    received: list[int] = []

    def stop(number: int, _: Any) -> None:
        received.append(number)
        school.stopping = True
        for each, handler in before.items():
            signal.signal(each, handler)

    before = {each: signal.getsignal(each) for each in (signal.SIGINT, *TERMINATION)}
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
        raise ended_by(received[0], kept(school, path))


def ended_by(number: int, what: str) -> Interrupted:
    """Return the error of a command that a signal ended; the exit status is that of SIGINT or SIGTERM."""
    if number in TERMINATION:
        return Interrupted(f"terminated; {what}", signal.SIGTERM)
    return Interrupted(f"interrupted; {what}", signal.SIGINT)


def kept(school: Simulation, path: Path | None) -> str:
    """Return a message: what was written of an unfinished run, and how to continue it."""
    if path is None:
        return "nothing was written, because of --no-trajectory"
    if not school.recorded:
        return "nothing was written"
    frames = f"{school.recorded} of {school.n_frames} frames are in the file {path}"
    return f"{frames}; the same command with --resume continues"
