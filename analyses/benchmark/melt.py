"""Cells beside LAMMPS' Lennard-Jones melt: agents and atoms that take a step in a second."""

from functools import partial

from bench import alternate


def measure(bench):
    """Compare with one thread each, in CPU time."""
    m, table = bench.study["melt"], bench.table
    table.heading("a step of agents, of atoms", "number", "kadita, us/agent", "LAMMPS, us/atom", "ratio")
    lammps = bench.lammps()
    if lammps is None:
        table.row("LAMMPS' LJ melt", m["agents"], "", "not installed")
        return
    own = partial(bench.ours().ask, "pace", **bench.school(m["agents"]), search="cells", least=m["seconds"])
    theirs = partial(lammps.ask, "step", atoms=m["agents"], steps=m["steps"])
    times = alternate(bench.rounds, own, theirs)
    table.versus("LAMMPS' LJ melt", m["agents"], *times, 1e6 / m["agents"])
