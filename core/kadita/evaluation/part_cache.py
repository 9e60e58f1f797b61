"""Parts of an analysis on disk, so that one that was interrupted goes on."""

from __future__ import annotations

import hashlib
import json
import pickle
from collections.abc import Sequence
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

from kadita.base.files import replace_whole
from kadita.evaluation.accumulator import Part
from kadita.evaluation.partition import Task, settled


class Kept:
    """A hidden folder beside an output, with a file for every task that was done.

    Its name tells what is measured, of which file, by which versions: a part that was kept is one of the same analysis.

    Args:
        output: a file that the results go to.
        tasks: of the analysis.
    """

    def __init__(self, output: Path, tasks: Sequence[Task]) -> None:
        first = tasks[0]
        plan, registry = settled(first.order)
        versions = sorted({str(registry.plugin_of(kind, thing.name)) for kind, thing in plan.things})
        frames = hashlib.sha256(b"".join(task.frames[: task.own].tobytes() for task in tasks)).hexdigest()
        what = [first.order.described(), first.content, frames, version("kadita"), versions]
        key = hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()
        self.folder = output.parent / f".{output.stem[:50]}-{key[:16]}.parts"

    def _file(self, number: int) -> Path:
        return self.folder / f"{number}.part"

    def load(self, number: int) -> Part | None:
        """Return what was found for a task; None where it was not done, or was not written to its end."""
        with suppress(OSError):
            content = self._file(number).read_bytes()
            if hashlib.sha256(content[32:]).digest() == content[:32]:
                part: Part = pickle.loads(content[32:])  # written by this analysis, in a folder of its user's
                return part
        return None

    def save(self, number: int, part: Part) -> None:
        """Write what was found for a task."""
        self.folder.mkdir(exist_ok=True)
        content = pickle.dumps(part)
        replace_whole(self._file(number), lambda path: path.write_bytes(hashlib.sha256(content).digest() + content))

    def remove(self) -> None:
        """Remove all parts, once the results are written."""
        if self.folder.is_dir():
            for file in self.folder.iterdir():
                file.unlink(missing_ok=True)
            self.folder.rmdir()
