"""Writes XTC, TRR, DCD and H5MD with MDAnalysis; a length unit stands as 1 angstrom and a unit of time as 1 ps."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from fractions import Fraction
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from kadita.base.errors import KaditaError
from kadita.io.writers.formats import Progress
from kadita.io.writers.snapshots import whole_snapshots
from kadita.school.box import Floats
from kadita.school.trajectory import Trajectory

XTC_AT_MOST = 2e7  # hundredths of an angstrom are 32-bit numbers there
STEPS_AT_MOST = 10_000  # steps that a DCD counts between two frames


def write(trajectory: Trajectory, path: Path, *, origin: Mapping[str, Any], progress: Progress) -> list[str]:
    """Write all frames in the format that the ending says.

    Raises:
        KaditaError: an agent that is absent from a frame, times or coordinates that the format cannot hold.
    """
    ending = path.suffix.lower()
    options, remarks = _options(trajectory, ending)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that open space has no cell, and how formats have changed
        import MDAnalysis

        warnings.simplefilter("ignore")  # once more, as MDAnalysis sets filters of its own when it is imported
        n = len(trajectory.agents)
        universe = MDAnalysis.Universe.empty(n, trajectory=True, velocities=trajectory.has_velocities)
        ts = universe.trajectory.ts
        with MDAnalysis.Writer(str(path), n, **options) as writer:
            for snapshot in whole_snapshots(trajectory, ending, progress):
                if ending == ".xtc" and np.abs(snapshot.positions).max() > XTC_AT_MOST:
                    raise KaditaError(
                        f"{trajectory.name}: expected coordinates up to {XTC_AT_MOST:g} for .xtc; frame "
                        f"{snapshot.number} holds {np.abs(snapshot.positions).max():g}; write .trr"
                    )
                ts.frame, ts.time, ts.positions = snapshot.number, snapshot.time, snapshot.positions
                if snapshot.velocities is not None:
                    ts.velocities = snapshot.velocities
                ts.dimensions = None if snapshot.lengths is None else [*snapshot.lengths, 90.0, 90.0, 90.0]
                writer.write(universe.atoms)
    return remarks


def _options(trajectory: Trajectory, ending: str) -> tuple[dict[str, Any], list[str]]:
    remarks = []
    if trajectory.has_velocities and ending in (".xtc", ".dcd"):
        remarks.append(f"{ending} has no room for velocities, which are left out; .trr and .h5md have")
    if ending == ".xtc":
        remarks.append(".xtc keeps positions to 0.01 of a length unit (two decimals); .trr and .dcd keep float32")
    if ending == ".dcd":
        return _steps(trajectory.name, trajectory.times), remarks
    if ending == ".h5md":
        if find_spec("h5py") is None:
            raise KaditaError(".h5md: expected the package h5py; it is not installed: pip install h5py")
        units = {"lengthunit": "Angstrom", "timeunit": "ps", "velocityunit": "Angstrom/ps"}
        who = {"creator": "kadita", "creator_version": version("kadita"), "author": "unknown"}
        return {**units, **who, "velocities": trajectory.has_velocities, "forces": False}, remarks
    return {}, remarks


def _steps(name: str, times: Floats) -> dict[str, Any]:
    """Express times as a DCD does: whole steps of one length, so many before the first frame and between frames."""
    dt = float(times[-1] - times[0]) / (len(times) - 1) if len(times) > 1 else abs(float(times[0])) or 1.0
    blur = 1e-5 * dt + 2e-7 * float(np.abs(times).max())  # times may have been stored as float32
    uneven = np.abs(np.diff(times) - dt).max(initial=0) > blur
    start = Fraction(float(times[0]) / dt).limit_denominator(STEPS_AT_MOST) if dt > 0 else Fraction(0)
    if uneven or not dt > 0 or abs(float(start) * dt - times[0]) > blur or not 0 <= start < 2**31 / STEPS_AT_MOST:
        raise KaditaError(
            f"{name}: expected evenly spaced times from 0 on, as a .dcd counts whole steps; found {times[0]:g} to "
            f"{times[-1]:g}; .xtc and .trr keep any times"
        )
    return {"dt": dt, "istart": start.numerator, "nsavc": start.denominator}
