"""Partition an analysis into tasks of some frames each, for any process that can open the file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from kadita.base.errors import KaditaError
from kadita.base.files import fingerprint
from kadita.base.settings import by_metric
from kadita.evaluation.by_species import Part, accumulator
from kadita.evaluation.plan import Plan, Preset, make_plan
from kadita.evaluation.source import Source
from kadita.plugins.loading import load_same
from kadita.plugins.registry import Registry
from kadita.school.neighbors import Integers
from kadita.school.trajectory import Trajectory
from kadita.school.window import frames_of_windows


@dataclass(frozen=True)
class AnalysisRequest:
    """What to measure, and in which file: text and numbers only, to be sent to any machine that can read the file.

    Plugin files and profiles are used as they were when the analysis started.
    """

    path: str
    source: Source
    by: str | None
    metrics: tuple[str, ...]
    parameters: str  # JSON
    profile: str  # JSON of its fields, or of None
    plugins: tuple[tuple[str, str], ...]  # paths and checksums, as in `Registry.files`

    @classmethod
    def of(cls, data: Any, *, far: bool, **what: Any) -> AnalysisRequest:
        """Return the request for a file.

        Args:
            data: path of the file.
            far: whether it is sent to other machines, which need absolute paths.
            what: the other fields, by name.

        Raises:
            KaditaError: data that are not in a file, or parameters that are not JSON.
        """
        if not isinstance(data, str | Path):
            raise KaditaError(f"--workers: expected a trajectory in a file; got {type(data).__name__}")

        def path(file: str | Path) -> str:
            return str(Path(file).absolute() if far else file)

        profile = what["profile"]
        try:
            what["parameters"] = json.dumps(what["parameters"], sort_keys=True)
            what["profile"] = json.dumps(None if profile is None else asdict(profile), sort_keys=True)
        except (TypeError, ValueError) as error:
            raise KaditaError(f"parameters: expected text and numbers; {error}") from None
        what["source"] = what["source"].of_far(far)
        what["plugins"] = tuple((path(file), checksum) for file, checksum in what["plugins"].items())
        return cls(**what | {"path": path(data), "metrics": tuple(what["metrics"])})

    @property
    def profile_read(self) -> Preset | None:
        """The profile, read from JSON."""
        fields = json.loads(self.profile)
        return None if fields is None else Preset(**fields)


@dataclass(frozen=True)
class Task:
    """Some frames of a request: measure the first `n_own`; the others are the lookahead of windows."""

    request: AnalysisRequest
    frames: Integers
    n_own: int
    content: str  # of the file, see `content_of`


def content_of(*files: str | Path | None) -> str:
    """Return the identity of files, as JSON: names, sizes, first bytes, and times of the last change.

    It is an empty list if these are not files.
    """
    try:
        paths = [Path(file) for file in files if file is not None]
        facts = [fingerprint(path) | {"changed": path.stat().st_mtime_ns} for path in paths if path.is_file()]
    except (OSError, TypeError, ValueError):  # not a path, or removed in the meantime
        facts = []
    return json.dumps(facts)


def partition(
    request: AnalysisRequest, content: str, trajectory: Trajectory, frames: Integers, halo: int
) -> list[Task]:
    """Partition frames into tasks of one window each, independent of the number of workers."""
    size = frames_of_windows(trajectory.n_columns, trajectory.reuses_columns)
    return [
        Task(request, frames[start : start + size + halo], min(size, len(frames) - start), content)
        for start in range(0, len(frames), size)
    ]


def measure(task: Task) -> Part:
    """Measure the frames of a task.

    Raises:
        KaditaError: the file changed since the analysis started, or cannot be measured.
    """
    try:
        return _measured(task)
    except KaditaError:
        _check(task, growing=False)  # that it changed is why it cannot be read
        raise


def _measured(task: Task) -> Part:
    plan, registry = resolve(task.request)
    trajectory = open_cached(task.request, task.content)
    growing = trajectory.complete is False
    _check(task, growing)
    run = accumulator(plan, registry, trajectory, len(task.frames), task.request.by)
    needed = task.n_own + max((a.lookahead(plan.parameters[a.name]) for a in plan.analyses if a.needs), default=0)
    for frames, measured in ((task.frames[:needed], True), (task.frames[needed:], False)):
        for block in trajectory.blocks_of(frames):
            run.take(block, np.searchsorted(task.frames, block.frames), measured=measured)
    _check(task, growing)
    return run.part(task.n_own)


def _check(task: Task, growing: bool) -> None:
    if not growing and content_of(task.request.path, task.request.source.topology) != task.content:
        raise KaditaError(f"{task.request.path}: changed while it was measured; run it again")


@lru_cache(maxsize=4)
def resolve(request: AnalysisRequest) -> tuple[Plan, Registry]:
    """Return plan and registry of a request; each process loads its own, as plugin functions cannot be pickled."""
    registry = load_same(request.plugins)
    parameters = by_metric(json.loads(request.parameters))
    return make_plan(registry, request.metrics, parameters, request.profile_read), registry


@lru_cache(maxsize=1)
def open_cached(request: AnalysisRequest, content: str) -> Trajectory:
    """Open the file, once per process for all tasks of a request, unless its content changes."""
    trajectory: Trajectory = request.source.open(request.path, load_same(request.plugins))
    return trajectory


def in_order(results: Iterator[tuple[int, Part]]) -> Iterator[tuple[int, Part]]:
    """Yield results in the order of their numbers, holding back those that arrive early."""
    held: dict[int, Part] = {}
    following = 0
    for number, part in results:
        held[number] = part
        while following in held:
            yield following, held.pop(following)
            following += 1
