"""Run by PyMOL, not by pytest: what VMD's NetCDF plugin reads from a trajectory, saved as arrays."""

import os

import numpy as np
from pymol import cmd

# PyMOL sorts atoms by residue and takes hybrid-36 residues for number 0; this keeps them in the file's order
cmd.set("retain_order", 1)
cmd.load(os.environ["TOPOLOGY"], "school")
first = np.array(cmd.get_coords("school", 1))
cell = cmd.get_symmetry("school")
cmd.load_traj(os.environ["TRAJECTORY"], "school", plugin="netcdf", state=1)
states = range(1, cmd.count_states("school") + 1)
cells = [cmd.get_symmetry("school", state) for state in states]
np.savez(
    os.environ["ANSWER"],
    topology=first,
    topology_cell=np.array([] if cell is None else cell[:6], dtype=float),
    positions=np.array([cmd.get_coords("school", state) for state in states]),
    cells=np.array([c[:6] for c in cells if c is not None], dtype=float),
)
