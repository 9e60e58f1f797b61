"""Each species of a school on its own, in one pass: neighbours, centre and order are those within the species."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kadita.base.errors import KaditaError
from kadita.evaluation.accumulator import Accumulator, PartialResult
from kadita.evaluation.finalize import finalize
from kadita.evaluation.plan import Plan, Preset
from kadita.evaluation.results import Result, Results, Series
from kadita.plugins.registry import Registry
from kadita.school.agent_axis import along_all
from kadita.school.block import Block
from kadita.school.neighbors import Integers
from kadita.school.trajectory import Trajectory
from kadita.school.transforms.selected import Selected, species_of

Part = PartialResult | tuple[PartialResult, ...]


def accumulator(
    plan: Plan, registry: Registry, trajectory: Trajectory, total: int, by: str | None
) -> Whole | BySpecies:
    """Return what a pass is accumulated in: one accumulator, or with `by` one for each species.

    Raises:
        KaditaError: `by` is not ``"species"``, or the trajectory has no species.
    """
    if by is None:
        return Whole(plan, registry, trajectory, total)
    if by != "species":
        raise KaditaError(f"--by: expected species; got '{by}'")
    return BySpecies(plan, registry, trajectory, total)


class Whole(Accumulator):
    """The accumulator of a whole school."""

    def absorb(self, part: Part, rows: slice) -> None:
        """Add the partial result of the frames of these rows."""
        assert isinstance(part, PartialResult)
        super().absorb(part, rows)

    def finalize(self, frames: Integers, profile: Preset | None) -> Results:
        """Return the results."""
        return finalize(self, frames, profile)


class BySpecies:
    """One accumulator for each species, with the methods of `Accumulator`."""

    def __init__(self, plan: Plan, registry: Registry, trajectory: Trajectory, total: int) -> None:
        labels = species_of(trajectory, "--by species")
        self.trajectory = trajectory
        self.names = np.unique(labels).tolist()
        self._schools = [Selected(trajectory, np.flatnonzero(labels == name)) for name in self.names]
        self.runs = [Accumulator(plan, registry, school, total) for school in self._schools]

    @property
    def counts(self) -> Integers:
        """Number of agents in each frame, (T,)."""
        counts: Integers = np.sum([run.counts for run in self.runs], axis=0)
        return counts

    def resize(self, total: int) -> None:
        """Change the number of frames."""
        for run in self.runs:
            run.resize(total)

    def take(self, block: Block, rows: Integers, *, measured: bool = True) -> None:
        """Evaluate every metric on the agents of each species."""
        for school, run in zip(self._schools, self.runs, strict=True):
            narrowed = school.narrowed(block)
            if narrowed is not None:
                run.take(narrowed, rows, measured=measured)

    def part(self, n_own: int) -> tuple[PartialResult, ...]:
        """Return the partial results of the first `n_own` frames."""
        return tuple(run.part(n_own) for run in self.runs)

    def absorb(self, part: Part, rows: slice) -> None:
        """Add the partial results of the frames of these rows."""
        assert not isinstance(part, PartialResult)
        for run, own in zip(self.runs, part, strict=True):
            run.absorb(own, rows)

    def finalize(self, frames: Integers, profile: Preset | None) -> Results:
        """Return results with the dimension ``species``; values of agents stand along one axis of all agents."""
        parts = [finalize(run, frames, profile) for run in self.runs]
        merge = _Merge(self.trajectory, self._schools, parts)
        first = parts[0]
        notes = {f"{name}: {note}": None for name, r in zip(self.names, parts, strict=True) for note in r.notes}
        for note in set(first.notes).intersection(*(r.notes for r in parts[1:])):
            notes = {note: None} | {key: None for key in notes if not key.endswith(f": {note}")}
        return replace(
            first,
            times=np.fmax.reduce([r.times for r in parts]),
            agents=self.trajectory.agents,
            series=merge.all(lambda r: r.series),
            analyses=merge.all(lambda r: r.analyses),
            notes=(*notes, *merge.notes),
            failures={key: text for r in parts for key, text in r.failures.items()},
            provenance={**first.provenance, "by": "species", "input": self.trajectory.fingerprint()},
            counts=self.counts,
            identities=self._identities(),
            present=self._present(parts),
            species=tuple(self.names),
            agent_species=self.trajectory.species,
        )

    def _identities(self) -> Integers | None:
        """Return the agent in each column, (T, C), where later agents reuse columns."""
        of_species = [run.identities for run in self.runs]
        if of_species[0] is None:
            return None
        together = np.full(of_species[0].shape, -1)
        for school, own in zip(self._schools, of_species, strict=True):
            assert own is not None
            together = np.where(own >= 0, school.which[own], together)
        return together

    def _present(self, parts: Sequence[Results]) -> NDArray[np.bool_] | None:
        """Return which agents are present, (T, C), where there are per-agent series."""
        if all(part.present is None for part in parts):
            return None
        reused = self.trajectory.reuses_columns
        together = np.zeros((len(parts[0].frames), self.trajectory.n_columns), bool)
        for school, part in zip(self._schools, parts, strict=True):
            if part.present is not None:
                together[:, slice(None) if reused else school.which] |= part.present
        return together


class _Merge:
    """Results of several species as one."""

    def __init__(self, trajectory: Trajectory, schools: Sequence[Selected], parts: Sequence[Results]) -> None:
        self._trajectory, self._schools, self._parts = trajectory, schools, parts
        self.notes: list[str] = []

    def all(self, of: Callable[[Results], Mapping[str, Any]]) -> dict[str, Any]:
        """Return every metric, or every analysis, that has a result for one species at least."""
        found = dict.fromkeys(
            name for part in self._parts for name, r in of(part).items() if r.values.size or not r.dims
        )
        return {name: self._merged(name, [of(part).get(name) for part in self._parts]) for name in found}

    def _merged(self, name: str, results: Sequence[Result | None]) -> Result:
        # a species that is absent from all frames has no values, whose shape is unknown
        results = [r if r is None or r.values.size or not r.dims else None for r in results]
        given = [r for r in results if r is not None]
        known = given[0]
        lead = 1 if isinstance(known, Series) else 0
        reused = self._trajectory.reuses_columns
        full, of_agents = [], False
        for result, school, part in zip(results, self._schools, self._parts, strict=True):
            if result is None:
                continue
            axes = [lead + i for i, dim in enumerate(result.dims) if self._counts_agents(result, dim, part)]
            of_agents |= bool(axes)
            values = result.values
            for axis in axes if not (reused and lead) else ():
                values = along_all(values, axis, school.which, len(self._trajectory.agents))
            full.append(values)
        if of_agents:  # every agent is of one species
            values = np.fmax.reduce(full)
            return replace(known, values=values, axes=self._axes(name, given))
        shape = full[0].shape
        if any(v.shape != shape for v in full):
            raise KaditaError(f"--by species: {name} has another shape for each species; --select measures one of them")
        values = np.full((*shape[:lead], len(results), *shape[lead:]), np.nan)
        in_turn = iter(full)
        for i, result in enumerate(results):
            if result is not None:
                np.moveaxis(values, lead, 0)[i] = next(in_turn)
        return replace(known, values=values, dims=("species", *known.dims), axes=self._axes(name, given))

    def _counts_agents(self, result: Result, dim: str, part: Results) -> bool:
        """Return whether an axis is that of the agents: by its name, or because `finish` gave it `facts.agents`."""
        return dim == "agent" or np.shares_memory(result.axes.get(dim, np.empty(0)), part.agents)

    def _axes(self, name: str, results: Sequence[Result]) -> dict[str, NDArray[Any]]:
        axes = {}
        for dim, numbers in results[0].axes.items():
            if any(np.shares_memory(numbers, part.agents) for part in self._parts):
                axes[dim] = self._trajectory.agents
            elif all(np.array_equal(numbers, r.axes.get(dim, ())) for r in results):
                axes[dim] = numbers
            else:
                self.notes.append(f"{name}: the numbers along {dim} differ between species, and are left out")
        return axes
