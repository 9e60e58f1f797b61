"""Reading a large file in the child process beside reading it in this one: the ratio of their times.

    .venv/bin/python analyses/benchmark/isolated.py [--megabytes 1000] [--rounds 3] [--only FORMAT ...]

A swarm of 2,000 agents is written until the file has this size. All frames are read in blocks, with and without a
metric that is computed meanwhile. Both sides read the same file in turn; the least time of each counts.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from kadita.io.isolated.trajectory import IsolatedTrajectory
from kadita.io.nc4.chunks import Nc4Records
from kadita.io.nc4.trajectory import Nc4Trajectory
from kadita.io.readers.gsd import GsdTrajectory
from kadita.io.readers.universe import open_universe
from kadita.io.writers.formats import format_of, write_as
from kadita.school.chunk import Chunk
from kadita.school.trajectory import Trajectory

AGENTS, MIB = 2000, 1 << 20
BYTES = {"xtc": 4.5, "trr": 24, "h5md": 24, "gsd": 24, "nc4": 20}  # of a row, about
LEAST = 0.8  # speed beside reading in this process


class InProcess(Nc4Trajectory):
    """A NetCDF-4 file read in this process."""

    def _open(self):
        return Nc4Records(self.path)


class Swarm(Trajectory):
    """Random steps, made whenever they are read."""

    name, attributes, has_velocities, dimensions = "swarm", {}, True, 3

    def __init__(self, n_frames):
        self.n_frames, self.agents = n_frames, np.arange(AGENTS)
        self._start = np.random.default_rng(0).uniform(20, 80, (AGENTS, 3))

    @property
    def times(self):
        """Time of every frame."""
        return np.arange(float(self.n_frames))

    def read(self, frames):
        """Return these frames."""
        rng = np.random.default_rng(int(frames[0]))
        steps = rng.normal(0, 0.1, (len(frames), AGENTS, 3)).cumsum(axis=0)
        return Chunk(self._start + steps, steps, frames.astype(float), np.full((len(frames), 3), 100.0))


def in_this_process(path):
    """Open a file as kadita would without a child process."""
    if path.suffix == ".nc4":
        return InProcess(path)
    return GsdTrajectory(path) if path.suffix == ".gsd" else open_universe(path, None)


def in_the_child(path):
    """Open a file as kadita does."""
    if path.suffix == ".nc4":
        return Nc4Trajectory(path)
    if path.suffix == ".gsd":
        return IsolatedTrajectory(GsdTrajectory, path, by="gsd")
    return IsolatedTrajectory(open_universe, path, None, by="MDAnalysis")


def pass_over(opened, measure):
    """Read all frames once; return the seconds it took and a sum over the positions, to be compared."""
    with opened as trajectory:
        begun, total = time.perf_counter(), 0.0
        for _, chunk in trajectory.chunks_of(np.arange(trajectory.n_frames)):
            total += float(chunk.positions[0].sum())
            if measure:
                np.linalg.norm(chunk.positions - chunk.positions.mean(axis=1, keepdims=True), axis=2).mean()
        return time.perf_counter() - begun, total


def main():
    """Print the table; return 1 if a file loses more than a fifth of its speed."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--megabytes", type=int, default=1000)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--only", nargs="+", choices=BYTES, default=list(BYTES))
    options = arguments.parse_args()
    slow = False
    print(f"{'file':6} {'MiB':>5}  {'':8} {'here, s':>8} {'child, s':>8} {'MiB/s':>6} {'speed':>6}")
    for ending in options.only:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"swarm.{ending}"
            frames = max(200, int(options.megabytes * 1e6 / (AGENTS * BYTES[ending])))
            write_as(format_of(path, None), Swarm(frames), path, {"name": "swarm"}, None)
            size = path.stat().st_size / MIB
            for measure in (False, True):
                here, child = [], []
                for _ in range(options.rounds):
                    here.append(pass_over(in_this_process(path), measure))
                    child.append(pass_over(in_the_child(path), measure))
                assert len({total for _, total in (*here, *child)}) == 1
                a, b = min(here)[0], min(child)[0]
                slow |= a / b < LEAST
                what = "measured" if measure else "read"
                print(f"{ending:6} {size:5.0f}  {what:8} {a:8.2f} {b:8.2f} {size / b:6.0f} {a / b:6.2f}", flush=True)
    return int(slow)


if __name__ == "__main__":
    sys.exit(main())
