"""Write a trajectory by the CF conventions 1.11: `featureType = trajectory`, one variable per axis.

https://cfconventions.org/Data/cf-conventions/cf-conventions-1.11/cf-conventions.html, sections 4.4 and 9
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from kadita.io.writers.formats import Progress
from kadita.io.writers.snapshots import species_of
from kadita.school.trajectory import Trajectory

# common spellings of units -> their UDUNITS names
LENGTHS = {
    "m": "m", "meter": "m", "metre": "m", "meters": "m", "metres": "m", "km": "km", "dm": "dm", "cm": "cm",
    "mm": "mm", "um": "um", "µm": "um", "micron": "um", "nm": "nm", "angstrom": "angstrom", "inch": "inch", "ft": "ft",
}  # fmt: skip
TIMES = {
    "s": "s", "sec": "s", "second": "s", "seconds": "s", "ms": "ms", "us": "us", "ns": "ns", "ps": "ps", "min": "min",
    "minute": "min", "minutes": "min", "h": "h", "hour": "h", "hours": "h", "d": "day", "day": "day", "days": "day",
}  # fmt: skip
CHUNK = 1 << 16  # numbers in a compressed chunk (0.5 MiB)
ABSENT = 9.969209968386869e36  # NetCDF's default fill value


def write(trajectory: Trajectory, path: Path, *, origin: Mapping[str, Any], progress: Progress) -> list[str]:
    """Write all frames, compressed, in double precision; values of absent agents are `_FillValue`."""
    import netCDF4

    units = {key: str(trajectory.attributes.get(f"{key}_unit", "unknown")) for key in ("length", "time")}
    length, time = LENGTHS.get(units["length"], "1"), TIMES.get(units["time"], "s")
    speed = (f"{time}-1" if length == "1" else f"{length} {time}-1") if units["time"] in TIMES else "1"
    remarks = ["CF requires a date for times: they count from 1970-01-01, which is arbitrary"]
    if units["length"] not in LENGTHS:
        remarks.append(f"the unit of length, {units['length']}, is not a UDUNITS unit: positions have the unit 1")
    if units["time"] not in TIMES:
        remarks.append(f"the unit of time, {units['time']}, is not a UDUNITS unit: it is written as s")
    first = trajectory.read(np.array([0]))
    with netCDF4.Dataset(path, "w", format="NETCDF4") as file:
        file.setncatts(_provenance(trajectory, origin))
        file.createDimension("time", None)  # unlimited: frames can be appended
        file.createDimension("trajectory", len(trajectory.agents))
        _define_time(file, f"{time} since 1970-01-01 00:00:00", units["time"])  # CF has no time without a date
        _name_agents(file, trajectory)
        vectors = [("{}", "position", length)]
        if trajectory.has_velocities:
            vectors.append(("v{}", "velocity", speed))
        for name, quantity, unit in vectors:
            for axis in "xyz":
                facts = {"units": unit, "long_name": f"{quantity} along {axis}, Cartesian", "coordinates": "agent"}
                _number(file, name.format(axis), ("time", "trajectory"), ABSENT).setncatts(facts)
        if first.lengths is not None:
            file.createDimension("edge", 3)
            facts = {"units": length, "long_name": "edges of the periodic cell along x, y and z; 0: it does not repeat"}
            _number(file, "cell_lengths", ("time", "edge")).setncatts(facts)
        for numbers, chunk in trajectory.chunks_of(np.arange(trajectory.n_frames)):
            rows = slice(int(numbers[0]), int(numbers[-1]) + 1)
            file["time"][rows] = chunk.times
            for (name, _, _), values in zip(vectors, (chunk.positions, chunk.velocities), strict=False):
                assert values is not None
                for i, axis in enumerate("xyz"):
                    file[name.format(axis)][rows] = np.where(np.isnan(values[..., i]), ABSENT, values[..., i])
            if chunk.lengths is not None:
                file["cell_lengths"][rows] = chunk.lengths
            if progress is not None:
                progress(rows.stop, trajectory.n_frames)
    return remarks


def _number(file: Any, name: str, dims: tuple[str, ...], fill: float | None = None) -> Any:
    others = len(file.dimensions[dims[1]])
    chunks = (max(1, CHUNK // others), others)
    return file.createVariable(
        name, "f8", dims, compression="zlib", complevel=4, shuffle=True, chunksizes=chunks, fill_value=fill
    )


def _provenance(trajectory: Trajectory, origin: Mapping[str, Any]) -> dict[str, str]:
    program = f"kadita {version('kadita')}"
    sha256 = f", sha256 {origin['sha256']}" if "sha256" in origin else ""
    facts = {
        "Conventions": "CF-1.11",
        "standard_name_vocabulary": "Standard Name Table v93",
        "featureType": "trajectory",
        "title": f"Trajectories of {len(trajectory.agents)} agents",
        "institution": "unknown",
        "source": f"{origin['name']}{sha256}",
        "history": f"{program}: converted from {origin['name']}",
        "comment": "Positions are Cartesian and belong to no place on Earth.",
    }
    known = {f"kadita_{key}": str(value) for key, value in trajectory.attributes.items() if value is not None}
    return {**facts, **known, "kadita_version": version("kadita")}


def _define_time(file: Any, units: str, unit: str) -> None:
    time = file.createVariable("time", "f8", ("time",), compression="zlib", chunksizes=(4096,))
    time.setncatts(
        {
            "standard_name": "time",
            "long_name": "time since the beginning",
            "axis": "T",
            "units": units,
            "calendar": "standard",
            "units_metadata": "leap_seconds: unknown",
            "comment": f"The date means nothing. The unit of time of the trajectory is {unit}.",
        }
    )


def _name_agents(file: Any, trajectory: Trajectory) -> None:
    agents = np.asarray(trajectory.agents)
    if np.issubdtype(agents.dtype, np.integer):
        identity = file.createVariable("agent", "i8", ("trajectory",))
        identity[:] = agents
    else:
        words = np.array([str(a).encode() for a in agents.tolist()])
        file.createDimension("name_length", words.itemsize)
        identity = file.createVariable("agent", "S1", ("trajectory", "name_length"))
        identity[:] = words.view("S1").reshape(len(words), -1)
    identity.setncatts({"cf_role": "trajectory_id", "long_name": "identity of the agent"})
    if trajectory.species is not None:
        names, indices = species_of(trajectory, "")
        species = file.createVariable("species", "i4", ("trajectory",))
        species[:] = indices
        facts = {"long_name": "species", "flag_values": np.arange(len(names), dtype=np.int32)}
        species.setncatts({**facts, "flag_meanings": " ".join(names), "coordinates": "agent"})
