"""Write AMBER trajectories with netCDF4 that are never synced, in forked processes, and kill each at a random moment.

    python killed_strangers.py FOLDER SEED KILLS AGENTS LAST...

One file for each kill, FOLDER/K.nc, and a line of JSON: how many frames the child had written when it died. Frames are
those of `numbers`. LAST names the variable that is written last in each frame, in turn; every other file is filled
before it is written, as netCDF4 does if nothing else is said.
"""

from __future__ import annotations

import json
import mmap
import os
import random
import signal
import sys
import time
from pathlib import Path

import netCDF4
import numpy as np

DIFFERENT = 97  # frames, then they repeat


def numbers(frame: int, agents: int) -> tuple[np.ndarray, np.ndarray]:
    """Return positions and velocities of a frame, (N, 3)."""
    rng = np.random.default_rng(frame % DIFFERENT)
    return rng.normal(size=(agents, 3)).astype("f4") * 10, rng.normal(size=(agents, 3)).astype("f4")


def write(path: Path, frames: list[tuple[np.ndarray, np.ndarray]], last: str, fill: bool, done: np.ndarray) -> None:
    with netCDF4.Dataset(path, "w", format="NETCDF3_64BIT_OFFSET") as file:
        file.setncatts({"Conventions": "AMBER", "ConventionVersion": "1.0", "program": "x", "programVersion": "1"})
        (file.set_fill_on if fill else file.set_fill_off)()
        for name, size in (("frame", None), ("spatial", 3), ("atom", len(frames[0][0]))):
            file.createDimension(name, size)
        variables = {"time": file.createVariable("time", "f4", ("frame",))}
        for name in ("coordinates", "velocities"):
            variables[name] = file.createVariable(name, "f4", ("frame", "atom", "spatial"))
        file.sync()  # the header, once; no frame is
        for frame in range(1_000_000):
            positions, velocities = frames[frame % DIFFERENT]
            values = {"time": frame + 1.0, "coordinates": positions, "velocities": velocities}
            for name in sorted(variables, key=lambda name: (name == last, name)):
                variables[name][frame] = values[name]
            done[0] = frame + 1


def main() -> None:
    folder, seed, kills, agents, *lasts = sys.argv[1:]
    chance, done = random.Random(seed), np.frombuffer(mmap.mmap(-1, mmap.PAGESIZE), dtype=np.int64)
    frames = [numbers(frame, int(agents)) for frame in range(DIFFERENT)]
    for k in range(int(kills)):
        done[0] = 0
        path, last = Path(folder) / f"{k}.nc", lasts[k % len(lasts)]
        pid = os.fork()
        if pid == 0:
            write(path, frames, last, bool(k // len(lasts) % 2), done)
        ends = time.monotonic() + 60
        while not done[0] and time.monotonic() < ends:
            time.sleep(1e-3)
        time.sleep(chance.uniform(0.01, 0.15))
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        print(json.dumps({"path": str(path), "last": last, "written": int(done[0])}))


if __name__ == "__main__":
    main()
