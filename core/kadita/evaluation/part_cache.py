"""Partial results of an analysis on disk, so that an interrupted analysis can continue."""

from __future__ import annotations

import hashlib
import json
import pickle
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

from kadita.base.files import discard, replace_whole
from kadita.evaluation.accumulator import PartialResult
from kadita.evaluation.partition import Task, resolve


class PartCache:
    """A hidden folder next to an output file, with one file for every finished task.

    The name of the folder is a hash of what is measured, the file and the versions, so that partial results are reused
    only by the same analysis.

    Args:
        output: a file to which the results will be written.
        tasks: all tasks of the analysis.
    """

    def __init__(self, output: Path, tasks: Sequence[Task]) -> None:
        first = tasks[0]
        plan, registry = resolve(first.request)
        versions = sorted(set(map(str, plan.plugins(registry).values())))
        frames = hashlib.sha256(b"".join(task.frames[: task.n_own].tobytes() for task in tasks)).hexdigest()
        layout = [version("kadita"), PartialResult._fields]
        facts = [asdict(first.request), first.content, frames, layout, versions]
        key = hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
        self.folder = output.parent / f".{output.stem[:50]}-{key[:16]}.parts"

    def _file(self, number: int) -> Path:
        return self.folder / f"{number}.part"

    def load(self, number: int) -> PartialResult | None:
        """Return the partial result of a task; None if it is missing, truncated or damaged."""
        with suppress(OSError):
            content = self._file(number).read_bytes()
            if hashlib.sha256(content[32:]).digest() == content[:32]:
                part: PartialResult = pickle.loads(content[32:])  # safe: written by the same user
                return part
        return None

    def save(self, number: int, part: PartialResult) -> None:
        """Write the partial result of a task."""
        self.folder.mkdir(exist_ok=True)
        content = pickle.dumps(part)
        replace_whole(self._file(number), lambda path: path.write_bytes(hashlib.sha256(content).digest() + content))

    def remove(self) -> None:
        """Remove all partial results, once the analysis is complete."""
        if self.folder.is_dir():
            for file in self.folder.iterdir():
                discard(file)
            with suppress(OSError):  # another process may be about to remove it, too
                self.folder.rmdir()
