"""Where velocities come from: the file, differences of positions, or fitted polynomials."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from kadita.base.errors import KaditaError
from kadita.school.box import Box
from kadita.school.trajectory import Trajectory
from kadita.school.transforms.finite_differences import with_velocities
from kadita.school.transforms.given_box import with_box
from kadita.school.transforms.resampled import Resampled
from kadita.school.transforms.resampling import Resampling
from kadita.school.transforms.smoothed import Smoothed
from kadita.school.transforms.smoothing import Smoothing


@dataclass(frozen=True)
class Motion:
    """What the user wants of positions in time, and of velocities. Made by `Motion.of`.

    Attributes:
        velocities: ``"difference"``, or where the format allows it ``"none"``; None for those of the file.
        smooth: velocities are derivatives of these polynomials.
        resample: positions are interpolated to even times first; velocities are then always computed again.
    """

    velocities: str | None = None
    smooth: Smoothing | None = None
    resample: Resampling | None = None

    @classmethod
    def of(cls, velocities: str | None = None, smooth: Any = None, resample: Any = None, most_gap: Any = None) -> Self:
        """Return what the user gave as ``--velocities``, ``--smooth``, ``--resample`` and ``--most-gap``.

        Raises:
            KaditaError: they contradict each other, or one is not valid.
        """
        if smooth is not None and velocities is not None:
            raise KaditaError(f"--smooth computes velocities; --velocities {velocities} contradicts it")
        return cls(velocities, None if smooth is None else Smoothing.of(smooth), Resampling.of(resample, most_gap))

    @property
    def option(self) -> str | None:
        """The option that says where velocities come from, other than from the file; None if there is none."""
        if self.velocities is not None:
            return f"--velocities {self.velocities}"
        return "--smooth" if self.smooth is not None else "--resample" if self.resample is not None else None

    @property
    def replaces(self) -> bool:
        """Whether velocities of the file are of no use, so that tracks are best opened without."""
        return self.smooth is not None or self.resample is not None

    def applied(self, trajectory: Trajectory, box: Box | None, notes: list[str]) -> Trajectory:
        """Return a trajectory at the times and with the velocities that are wanted, in a box that its file lacks.

        Velocities that the file computed from positions are computed again in the box; a note is appended.

        Raises:
            KaditaError: positions do not allow it: a single frame, or times that are not evenly spaced.
        """
        how, smooth = self.velocities, self.smooth
        stated = trajectory.attributes.get("velocities")
        computed = how is None and not self.replaces and stated in ("difference", "smoothed")
        if box is not None and computed and trajectory.read(np.array([0])).lengths is None:
            smooth = Smoothing.stated(trajectory.attributes) if stated == "smoothed" else None
            how = "difference" if smooth is None else None
            what = "differences of positions" if smooth is None else "smoothed ones"
            notes.append(f"{trajectory.name}: its velocities, {what}, are computed again in the box")
        trajectory = with_box(trajectory, box)
        if self.resample is not None:
            trajectory = Resampled(trajectory, self.resample)
            if how == "none":
                return trajectory
            how = how or ("difference" if smooth is None and trajectory.n_frames > 1 else None)
        if smooth is not None:
            return Smoothed(trajectory, smooth)
        return with_velocities(trajectory, how)
