"""Read GSD, the format of HOOMD-blue, with the package gsd; MDAnalysis ignores its velocities and origin."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from kadita.base.errors import KaditaError, describe_error
from kadita.io.readers.frame_by_frame import FileFrame, FrameByFrame
from kadita.school.box import Floats


class GsdTrajectory(FrameByFrame):
    """A GSD file; positions are shifted by half a cell, from [-L/2, L/2) to [0, L).

    Times are those of `log/time`, which kadita writes, otherwise the steps.

    Raises:
        KaditaError: the file is damaged or empty.
    """

    def __init__(self, path: Path) -> None:
        hoomd: Any = import_module("gsd.hoomd")
        self.name, self.path = str(path), path
        try:
            self._file: Any = hoomd.open(str(path), "r")
            self.n_frames = len(self._file)
            first: Any = self._file[0] if self.n_frames else None
        except Exception as error:  # a damaged file can make gsd raise any exception
            raise KaditaError(f"{path}: gsd cannot read it: {describe_error(error)}") from None
        if first is None or first.particles.N < 1:
            raise KaditaError(f"{path}: expected frames with particles; found none")
        self.agents = np.arange(first.particles.N)
        raw = self._file.file
        stored = (raw.chunk_exists(frame=f, name="particles/velocity") for f in (0, self.n_frames - 1))
        self.has_velocities = any(stored)
        self.attributes: dict[str, Any] = {}
        if first.configuration.dimensions == 2:
            self.dimensions = 2
        types = first.particles.types
        self.species = np.array(types)[first.particles.typeid] if len(types) > 1 else None

    @property
    def times(self) -> Floats:
        """Time of every frame, (T,); its step where the file has no times."""
        return np.array([self._time(self._frame(f)) for f in range(self.n_frames)])

    def _frame(self, number: int) -> Any:
        try:
            frame = self._file[number]
        except Exception as error:
            raise KaditaError(f"{self.name}: frame {number} cannot be read: {describe_error(error)}") from None
        if len(self.agents) != frame.particles.N:
            raise KaditaError(
                f"{self.name}: expected {len(self.agents)} particles in every frame; frame {number} has "
                f"{frame.particles.N}"
            )
        return frame

    @staticmethod
    def _time(frame: Any) -> float:
        time = frame.log.get("time")
        return float(frame.configuration.step if time is None else time[0])

    def frame(self, number: int) -> FileFrame:
        """Return the frame of this number."""
        frame = self._frame(number)
        p, box = frame.particles, np.asarray(frame.configuration.box, dtype=np.float64)
        positions, time = p.position.astype(np.float64), self._time(frame)
        if "open_space" in frame.log or not box[:3].any():
            return FileFrame(positions, p.velocity, time, None)
        if frame.configuration.dimensions == 2:  # the height of HOOMD-blue's planes is 0 or anything
            box[2], positions[:, 2] = np.inf, 0.0
        if box[3:].any() or not (box[:3] > 0).all():
            raise KaditaError(f"{self.name}: expected an orthorhombic cell; frame {number} has {box.tolist()}")
        lengths = np.where(np.isfinite(box[:3]) & (frame.log.get("periodic", np.ones(3)) != 0), box[:3], 0.0)
        return FileFrame(positions + lengths / 2, p.velocity, time, lengths)

    def close(self) -> None:
        """Close the file."""
        self._file.close()
