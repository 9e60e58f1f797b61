"""`kadita --log FILE`: what a command does, and all that it says, with times, at the end of a file."""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import logging

PACKAGES = ("numpy", "numba", "netCDF4", "MDAnalysis", "scipy", "xarray", "matplotlib", "typer", "rich")
FIRST = re.compile(rb"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")  # what a log begins with
BEGUN: list[tuple[Any, float]] = []  # the handler of the log that is open, and when it began
LEVELS = {"error": 40, "warning": 30, "note": 30}  # of `logging`, by kind of line on stderr; others are 20, INFO


def begin(file: str, words: Sequence[str]) -> None:
    """Append to a log: the command, where it runs, and versions.

    Raises:
        KaditaError: the file cannot be written, or is something else than a log.
    """
    import logging
    from importlib.metadata import version

    from kadita.base.errors import KaditaError
    from kadita.base.log import logger

    if not file or BEGUN:
        raise KaditaError(f"--log: expected one file; got {'two' if file else 'none'}")
    path = Path(file)
    try:
        handler = _handler(path)
    except OSError as error:
        raise KaditaError(f"--log {path}: cannot be written: {error.strerror or error}; choose another file") from None
    form = "%(asctime)s %(process)d %(levelname)s %(message)s"
    handler.setFormatter(logging.Formatter(form))
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    BEGUN.append((handler, time.monotonic()))
    import shlex

    record(f"kadita {version('kadita')}: kadita {shlex.join(words)}")
    record(f"in {os.getcwd()}")
    known = [f"{name} {found}" for name in PACKAGES if (found := _version(name))]
    record(f"python {sys.version.split()[0]} on {sys.platform}; {', '.join(known)}")


def _version(name: str) -> str:
    from importlib.metadata import PackageNotFoundError, version

    with suppress(PackageNotFoundError):
        return version(name)
    return ""


def _handler(path: Path) -> logging.FileHandler:
    """Open a log."""
    import logging

    from kadita.base.errors import KaditaError

    class Handler(logging.FileHandler):
        """Says once that the log cannot be written any more, as on a full disk; the command goes on."""

        def handleError(self, entry: logging.LogRecord) -> None:  # noqa: N802 - the name that logging calls
            BEGUN.clear()
            logging.getLogger("kadita").removeHandler(self)
            print(f"kadita: note: the log cannot be written any more: {sys.exc_info()[1]}", file=sys.stderr)

    if path.is_file():
        with path.open("rb") as opened:
            start = opened.read(32)
        if start and not FIRST.match(start):
            raise KaditaError(
                f"--log {path}: expected a new file or a log of kadita; found another file, left as it is"
            )
    return Handler(path, encoding="utf-8", errors="backslashreplace")


def record(text: str, kind: str = "", *, trace: bool = False) -> None:
    """Write a line into the log, if there is one, with the traceback of the error that is handled if `trace`."""
    if BEGUN:
        from kadita.base.log import logger

        caught = trace and sys.exc_info()[0] is not None
        logger.log(LEVELS.get(kind, 20), "%s", " ".join(text.split()), exc_info=caught)


def end(status: int) -> None:
    """Write how the command has ended, and close the log."""
    if BEGUN:
        from kadita.base.log import logger

        handler, began = BEGUN[-1]
        record(f"ended with exit status {status} after {time.monotonic() - began:.1f} s")
        BEGUN.clear()
        logger.removeHandler(handler)
        handler.close()
