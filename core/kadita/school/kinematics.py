"""Positions of agents in several frames, and which velocities are known: what blocks and windows have in common."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kadita.base.errors import NotApplicable
from kadita.school.box import Floats
from kadita.school.read_only import read_only
from kadita.school.velocity_kinds import ORIENTATION


class Kinematics:
    """Positions of agents in several frames, and their velocities if they are known."""

    positions: Floats
    attributes: Mapping[str, Any]
    _velocities: Floats | None

    @property
    def shape(self) -> tuple[int, int]:
        """Number of frames and of agents, (T, N)."""
        return self.positions.shape[0], self.positions.shape[1]

    @property
    def has_velocities(self) -> bool:
        """Whether velocities are known, at least of some agents."""
        return self._velocities is not None

    @property
    def velocities(self) -> Floats:
        """Velocities, (T, N, 3); NaN for an agent whose velocity is not known.

        Raises:
            NotApplicable: if none are known, or they are directions of bodies, of length 1, and no velocities.
        """
        self._refuse_orientations()
        return self._directed

    def _refuse_orientations(self) -> None:
        """Raise `NotApplicable` if directions of bodies stand in the place of velocities: they have no speed."""
        if self.attributes.get("velocities") == ORIENTATION:
            raise NotApplicable(
                "needs velocities; the file has directions of bodies (finite differences: --velocities difference)"
            )

    @property
    def _directed(self) -> Floats:
        """Velocities, or the directions of bodies that stand in their place: of both, directions are headings."""
        if self._velocities is None:
            raise NotApplicable("needs velocities, which are unknown (finite differences: --velocities difference)")
        return self._velocities

    @cached_property
    def velocity_known(self) -> NDArray[np.bool_]:
        """Which agents have a known velocity, (T, N)."""
        if self._velocities is None:
            return read_only(np.zeros(self.shape, np.bool_))
        return read_only(np.logical_not(np.isnan(self._velocities[..., 0])))
