"""Write XTC, TRR, DCD and H5MD with MDAnalysis; one unit of length is stored as 1 angstrom, one of time as 1 ps."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from kadita.base.errors import KaditaError
from kadita.io.quiet import quiet_mdanalysis
from kadita.io.writers.formats import Progress
from kadita.io.writers.snapshots import complete_snapshots
from kadita.school.box import Floats
from kadita.school.trajectory import Trajectory
from kadita.school.transforms.even_times import common_step

XTC_AT_MOST = 2e7  # XTC stores 0.01 angstrom as int32
STEPS_AT_MOST = 10_000  # largest number of DCD steps between two frames


def write(trajectory: Trajectory, path: Path, *, origin: Mapping[str, Any], progress: Progress) -> list[str]:
    """Write all frames in the format of the file extension.

    Raises:
        KaditaError: an agent is absent from a frame, or the format cannot hold the times or coordinates.
    """
    ending = path.suffix.lower()
    options, remarks = _options(trajectory, ending)
    with quiet_mdanalysis() as mda:
        n = len(trajectory.agents)
        universe = mda.Universe.empty(n, trajectory=True, velocities=trajectory.has_velocities)
        ts = universe.trajectory.ts
        with mda.Writer(str(path), n, **options) as writer:
            for snapshot in complete_snapshots(trajectory, ending, progress):
                if ending == ".xtc" and np.abs(snapshot.positions).max() > XTC_AT_MOST:
                    raise KaditaError(
                        f"{trajectory.name}: expected coordinates up to {XTC_AT_MOST:g} for .xtc; frame "
                        f"{snapshot.number} holds {np.abs(snapshot.positions).max():g}; write .trr"
                    )
                ts.frame, ts.time, ts.positions = snapshot.number, snapshot.time, snapshot.positions
                if snapshot.velocities is not None:
                    ts.velocities = snapshot.velocities
                ts.dimensions = None if snapshot.edges is None else [*snapshot.edges, 90.0, 90.0, 90.0]
                writer.write(universe.atoms)
    return remarks


def _options(trajectory: Trajectory, ending: str) -> tuple[dict[str, Any], list[str]]:
    remarks = []
    if trajectory.has_velocities and ending in (".xtc", ".dcd"):
        remarks.append(f"{ending} cannot store velocities, which are left out; .trr and .h5md can")
    if ending == ".xtc":
        remarks.append(".xtc rounds positions to 0.01 length units (two decimals); .trr and .dcd keep float32")
    if ending == ".dcd":
        return _steps(trajectory.name, trajectory.times, remarks), remarks
    if ending == ".h5md":
        if find_spec("h5py") is None:
            raise KaditaError(".h5md: expected the package h5py; it is not installed: pip install h5py")
        units = {"lengthunit": "Angstrom", "timeunit": "ps", "velocityunit": "Angstrom/ps"}
        creator = {"creator": "kadita", "creator_version": version("kadita"), "author": "unknown"}
        return {**units, **creator, "velocities": trajectory.has_velocities, "forces": False}, remarks
    return {}, remarks


def _steps(name: str, times: Floats, remarks: list[str]) -> dict[str, Any]:
    """Express times as DCD does: a step dt, the steps before the first frame (istart) and between frames (nsavc)."""
    even = common_step(times, np.arange(len(times))) if len(times) > 1 else abs(float(times[0])) or 1.0
    dt = even or 0.0
    tolerance = 1e-5 * dt + 2e-7 * float(np.abs(times).max())  # times may have been stored as float32
    start = Fraction(float(times[0]) / dt).limit_denominator(STEPS_AT_MOST) if dt > 0 else Fraction(0)
    if not dt > 0 or abs(float(start) * dt - times[0]) > tolerance or not 0 <= start < 2**31 / STEPS_AT_MOST:
        raise KaditaError(
            f"{name}: expected evenly spaced times at multiples of a step, as .dcd requires; found {times[0]:g} to "
            f"{times[-1]:g}; .xtc and .trr keep any times"
        )
    off = np.abs(times - times[0] - np.arange(len(times)) * dt).max()
    if off > tolerance:
        remarks.append(f".dcd stores times as multiples of {dt:g}; those of {name} differ by at most {off:.3g}")
    return {"dt": dt, "istart": start.numerator, "nsavc": start.denominator}
