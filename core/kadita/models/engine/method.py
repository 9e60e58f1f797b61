"""What the steps of a model are compiled from: its rules, and which parts of the engine they use."""

from __future__ import annotations

from typing import NamedTuple

from kadita.base.jit import Function


class Method(NamedTuple):
    """The rules of a model, and what they need of the engine. Equal methods share their compiled code."""

    pair: Function
    turn: Function  # of a model whose state is a velocity: `accelerate`
    displacement: Function
    remember: Function
    sees: Function
    constants: tuple[str, ...]  # their names, the engine's own included
    variables: tuple[str, ...]  # names of the numbers that an agent keeps
    inertial: bool = False  # the state is a velocity, not a heading
    nearest: bool = False  # sums are over the k nearest
    reads_species: bool = False  # the rule of a pair reads the other's species
    by_interaction: bool = False  # constants of a pair depend on both species
    everywhere: bool = False  # no distance is beyond the cutoff
    flat_walls: bool = False  # across some axes
    round_wall: int = 0  # axes of a circle or cylinder, 2, or of a sphere, 3
    keeps_shift: bool = False  # the last displacements are wanted

    @property
    def walled(self) -> bool:
        """Whether agents are reflected by walls."""
        return self.flat_walls or self.round_wall > 0
