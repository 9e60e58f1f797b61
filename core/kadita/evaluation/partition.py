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
from kadita.base.settings import by_metric
from kadita.evaluation.accumulator import Accumulator, PartialResult
from kadita.evaluation.plan import Plan, load_preset, make_plan
from kadita.io.opening import open as open_trajectory
from kadita.plugins.loading import load_registry
from kadita.plugins.registry import Registry
from kadita.school.neighbors import Integers
from kadita.school.trajectory import Trajectory
from kadita.school.transforms.largest_cluster import LargestCluster
from kadita.school.window import frames_of_windows


@dataclass(frozen=True)
class AnalysisRequest:
    """What is measured, and of which file: words and numbers alone, which travel to any machine that sees the file."""

    path: str
    topology: str | None
    velocities: str | None
    largest_cluster: float | str | None
    metrics: tuple[str, ...]
    parameters: str  # JSON
    profile: str | None
    plugins: tuple[str, ...]

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
        except (TypeError, ValueError) as error:
            raise KaditaError(f"parameters: expected words and numbers; {error}") from None
        return cls(
            path=path(data),
            topology=None if topology is None else path(topology),
            velocities=what["velocities"],
            largest_cluster=what["largest_cluster"],
            metrics=tuple(what["metrics"] or ()),
            parameters=parameters,
            profile=path(profile) if profile is not None and profile.endswith(".toml") else profile,
            plugins=tuple(map(path, what["plugins"])),
        )

    def described(self) -> dict[str, Any]:
        """Return all of it, for a checksum."""
        return asdict(self)


@dataclass(frozen=True)
class Task:
    """Some frames of a request: the first `own` are measured, the others are what windows see behind their own."""

    request: AnalysisRequest
    frames: Integers
    own: int
    fingerprint: str  # of the file, as JSON


def partition(request: AnalysisRequest, trajectory: Trajectory, frames: Integers, halo: int) -> list[Task]:
    """Cut frames into tasks of one window each: the same ones whoever does them."""
    size, print_of_file = frames_of_windows(len(trajectory.agents)), json.dumps(trajectory.fingerprint())
    return [
        Task(request, frames[start : start + size + halo], min(size, len(frames) - start), print_of_file)
        for start in range(0, len(frames), size)
    ]


def measure(task: Task) -> PartialResult:
    """Do one task.

    Raises:
        KaditaError: the file is not the one that the analysis began with, or cannot be measured.
    """
    plan, registry = resolve(task.request)
    trajectory = open_cached(task.request)
    if trajectory.complete is not False and json.dumps(trajectory.fingerprint()) != task.fingerprint:
        raise KaditaError(f"{task.request.path}: changed while it was measured; run it again")
    run = Accumulator(plan, registry, trajectory, len(task.frames))
    needed = task.own + max((a.lookahead(plan.parameters[a.name]) for a in plan.analyses if a.needs), default=0)
    for frames, measured in ((task.frames[:needed], True), (task.frames[needed:], False)):
        for block in trajectory.blocks_of(frames):
            run.take(block, np.searchsorted(task.frames, block.frames), measured=measured)
    return run.part(task.own)


@lru_cache(maxsize=4)
def resolve(request: AnalysisRequest) -> tuple[Plan, Registry]:
    """Settle what is computed, in every process anew: functions of plugin files cannot travel."""
    registry = load_registry(request.plugins)
    profile = load_preset(request.profile) if request.profile is not None else None
    return make_plan(registry, request.metrics, by_metric(json.loads(request.parameters)), profile), registry


@lru_cache(maxsize=1)
def open_cached(request: AnalysisRequest) -> Trajectory:
    """Open the file, once for all tasks of a request that this process does."""
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
