"""An analysis cut into tasks of some frames each, which any process that can open the file can do."""

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
from kadita.evaluation.accumulator import Accumulator, PartialResult
from kadita.evaluation.plan import Plan, Preset, make_plan
from kadita.io.opening import open as open_trajectory
from kadita.plugins.loading import load_same
from kadita.plugins.registry import Registry
from kadita.school.neighbors import Integers
from kadita.school.trajectory import Trajectory
from kadita.school.transforms.largest_cluster import LargestCluster
from kadita.school.window import frames_of_windows


@dataclass(frozen=True)
class AnalysisRequest:
    """What is measured, and of which file: words and numbers alone, which travel to any machine that sees the file.

    Plugin files and profiles are what they held when the analysis began.
    """

    path: str
    topology: str | None
    velocities: str | None
    largest_cluster: float | str | None
    metrics: tuple[str, ...]
    parameters: str  # JSON
    profile: str  # JSON of its fields, or of None
    plugins: tuple[tuple[str, str], ...]  # paths, and their checksums in `Registry.files`

    @classmethod
    def of(cls, data: Any, *, far: bool, **what: Any) -> AnalysisRequest:
        """Return the request for a file.

        Args:
            data: its path.
            far: whether it goes to other machines, by absolute paths.
            what: the rest.

        Raises:
            KaditaError: data that are in no file, or parameters that cannot travel.
        """
        if not isinstance(data, str | Path):
            raise KaditaError(f"--workers: expected a trajectory in a file; got {type(data).__name__}")

        def path(word: str | Path) -> str:
            return str(Path(word).absolute() if far else word)

        profile, topology = what["profile"], what["topology"]
        try:
            parameters = json.dumps(what["parameters"], sort_keys=True)
            profile = json.dumps(None if profile is None else asdict(profile), sort_keys=True)
        except (TypeError, ValueError) as error:
            raise KaditaError(f"parameters: expected words and numbers; {error}") from None
        return cls(
            path=path(data),
            topology=None if topology is None else path(topology),
            velocities=what["velocities"],
            largest_cluster=what["largest_cluster"],
            metrics=tuple(what["metrics"] or ()),
            parameters=parameters,
            profile=profile,
            plugins=tuple((path(file), checksum) for file, checksum in what["plugins"].items()),
        )

    @property
    def profile_read(self) -> Preset | None:
        """The profile itself."""
        fields = json.loads(self.profile)
        return None if fields is None else Preset(**fields)

    def described(self) -> dict[str, Any]:
        """Return all of it, for a checksum."""
        return asdict(self)


@dataclass(frozen=True)
class Task:
    """Some frames of a request: the first `own` are measured, the others are what windows see behind their own."""

    request: AnalysisRequest
    frames: Integers
    own: int
    content: str  # of the file, see `content_of`


def content_of(*files: str | Path | None) -> str:
    """Return what tells the content of files from others, as JSON: names, sizes, first bytes, times of the last change.

    It is empty where they are no files.
    """
    try:
        paths = [Path(file) for file in files if file is not None]
        found = [fingerprint(path) | {"changed": path.stat().st_mtime_ns} for path in paths if path.is_file()]
    except (OSError, TypeError, ValueError):  # what is no path, or goes away
        found = []
    return json.dumps(found)


def partition(
    request: AnalysisRequest, content: str, trajectory: Trajectory, frames: Integers, halo: int
) -> list[Task]:
    """Cut frames into tasks of one window each: the same ones whoever does them."""
    size = frames_of_windows(len(trajectory.agents))
    return [
        Task(request, frames[start : start + size + halo], min(size, len(frames) - start), content)
        for start in range(0, len(frames), size)
    ]


def measure(task: Task) -> PartialResult:
    """Do one task.

    Raises:
        KaditaError: the file is not the one that the analysis began with, or cannot be measured.
    """
    plan, registry = resolve(task.request)
    trajectory = open_cached(task.request, task.content)
    growing = trajectory.complete is False
    _check(task, growing)
    run = Accumulator(plan, registry, trajectory, len(task.frames))
    needed = task.own + max((a.lookahead(plan.parameters[a.name]) for a in plan.analyses if a.needs), default=0)
    for frames, measured in ((task.frames[:needed], True), (task.frames[needed:], False)):
        for block in trajectory.blocks_of(frames):
            run.take(block, np.searchsorted(task.frames, block.frames), measured=measured)
    _check(task, growing)
    return run.part(task.own)


def _check(task: Task, growing: bool) -> None:
    if not growing and content_of(task.request.path, task.request.topology) != task.content:
        raise KaditaError(f"{task.request.path}: changed while it was measured; run it again")


@lru_cache(maxsize=4)
def resolve(request: AnalysisRequest) -> tuple[Plan, Registry]:
    """Settle what is computed, in every process anew: functions of plugin files cannot travel."""
    registry = load_same(request.plugins)
    return make_plan(
        registry, request.metrics, by_metric(json.loads(request.parameters)), request.profile_read
    ), registry


@lru_cache(maxsize=1)
def open_cached(request: AnalysisRequest, content: str) -> Trajectory:
    """Open the file, once for all tasks of a request that this process does while the file holds the same."""
    trajectory = open_trajectory(request.path, topology=request.topology, velocities=request.velocities)
    return trajectory if request.largest_cluster is None else LargestCluster(trajectory, request.largest_cluster)


def in_order(results: Iterator[tuple[int, PartialResult]]) -> Iterator[tuple[int, PartialResult]]:
    """Yield results by their numbers, holding back those that came before their turn."""
    held: dict[int, PartialResult] = {}
    turn = 0
    for number, part in results:
        held[number] = part
        while turn in held:
            yield turn, held.pop(turn)
            turn += 1
