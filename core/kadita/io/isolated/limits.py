"""How much memory and computing time the reading of a file may take.

The limits are those of the operating system, for each request anew: beyond them an allocation fails (`setrlimit`), or
a timer of computing time ends the process by SIGPROF. What hangs without computing is ended by the waiting process.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from kadita.base.errors import KaditaError

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

MIB = 1 << 20
ALLOWED = "KADITA_READER_MIB"  # environment variable with the memory, in MiB, that files may take at least
SECONDS, BYTES_PER_SECOND = 2, 1 << 20  # of computing time: so much, and for each byte of the file at the slowest
MEMORY, TIMES_THE_SIZE = 512 * MIB, 16  # so much, and this multiple of the file, which can be compressed
WAITING, SHARE = 30.0, 4.0  # seconds by the clock, and per second of computing time where many processes share a core
STATUS = Path("/proc/self/status")


class Allowance(NamedTuple):
    """What a request may use: seconds of computing time, and bytes beyond those that the process already has."""

    seconds: int
    memory: int

    @classmethod
    def of(cls, files: Iterable[Path]) -> Allowance:
        """Return what the reading of these files, or of the files in these folders, may use."""
        size = sum(map(_size, files))
        return cls(SECONDS + size // BYTES_PER_SECOND, max(MEMORY + TIMES_THE_SIZE * size, _allowed()))

    @property
    def clock(self) -> float:
        """Seconds after which no reply is expected, where nothing else is known of the process."""
        return WAITING + SHARE * self.seconds

    @property
    def asleep(self) -> float:
        """Seconds that the process may wait for something other than a disk or a processor, as for a lock."""
        return self.seconds + 2.0


def _allowed() -> int:
    """Return the bytes that the user allows by the environment, 0 if nothing is said."""
    text = os.environ.get(ALLOWED, "0")
    if not text.isdecimal():
        raise KaditaError(f"{ALLOWED}: expected MiB of memory, such as 4096; got '{text}'")
    return int(text) * MIB


def _size(path: Path) -> int:
    try:
        if path.is_dir():
            return sum(entry.stat().st_size for entry in os.scandir(path) if entry.is_file())
        return path.stat().st_size
    except OSError:  # who opens it says what is wrong
        return 0


class Limits:
    """Limits of this process, set for each request; the import of a library is no part of it."""

    def __init__(self) -> None:
        self._allowance = Allowance.of([])
        self._imported: set[str] = set()
        if resource is not None:
            resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
            signal.signal(signal.SIGPROF, signal.SIG_DFL)  # which ends the process
            sys.meta_path.insert(0, self)

    def find_spec(self, name: str, *_: Any) -> None:
        """Count again from here: Python looks for a module that is not yet imported, each once."""
        if name not in self._imported:
            self._imported.add(name)
            self.begin(self._allowance)

    def begin(self, allowance: Allowance) -> None:
        """Let this process use so much from now on."""
        self._allowance = allowance
        if resource is None:
            return
        signal.setitimer(signal.ITIMER_PROF, allowance.seconds)
        if (used := _data_size()) is not None:
            _set(resource.RLIMIT_DATA, used + allowance.memory)


def is_asleep(process: int) -> bool:
    """Whether a process waits for something other than a disk or a processor; False if the system does not say."""
    try:
        return (
            Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[0]
            == "S"
        )
    except (OSError, IndexError):
        return False


def _set(which: int, value: int) -> None:
    hard = resource.getrlimit(which)[1]
    resource.setrlimit(which, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard))


def _data_size() -> int | None:
    """Return the private memory of this process in bytes, as RLIMIT_DATA counts it; None if the system does not say."""
    try:
        lines = STATUS.read_text(encoding="utf-8", errors="replace").splitlines()
        return 1024 * int(next(line for line in lines if line.startswith("VmData")).split()[1])
    except (OSError, StopIteration):
        return None
