"""How many frames a second are measured from a file, beside MDAnalysis' loop and freud, and by two workers."""

import statistics
from functools import partial

from bench import agree, alternate
from table import spread


def measure(bench):
    """Print times of a frame, reading included, one thread each; keep them for the figure."""
    t, table, ours, referees = bench.study["throughput"], bench.table, bench.files(), bench.referees()
    table.heading("measuring frames of a file", "agents", "kadita, us/frame", "referee, us/frame", "ratio")
    found = bench.found["throughput"] = {}
    for case in t["cases"]:
        agents = case["agents"]
        which = {"path": ours.ask("school_file", agents=agents, frames=case["frames"]), "step": case["step"]}
        near = which | {"k": t["neighbors"]}
        pairs = {
            "polarization, MDAnalysis": [partial(side.ask, "polarization", **which) for side in (ours, referees)],
            f"{t['neighbors']} nearest, freud": [partial(side.ask, "nearest", **near) for side in (ours, referees)],
        }
        for what, sides in pairs.items():
            times = alternate(t["rounds"], *sides)
            agree([side[0]["mean"] for side in times], what)
            table.versus(what, agents, *times, 1e6)
            found[what, agents] = [statistics.median(spent["cpu"] for spent in side) for side in times]
        times = alternate(t["rounds"], partial(ours.ask, "everything", **which))
        found["everything", agents] = [statistics.median(spent["cpu"] for spent in times[0])]
        table.row("all default metrics", agents, spread([spent["cpu"] * 1e6 for spent in times[0]]))


def measure_workers(bench):
    """Print the wall time of one process and of two on a long trajectory."""
    w, table, ours = bench.study["workers"], bench.table, bench.files()
    path = ours.ask("school_file", agents=w["agents"], frames=w["frames"])
    table.heading("a long trajectory, wall time", "agents", "two workers, s", "one process, s", "faster than one")
    two, one = alternate(
        w["rounds"], *(partial(ours.ask, "shared_out", path=path, workers=number) for number in (2, 1))
    )
    table.versus(f"{w['frames']} frames, all metrics", w["agents"], two, one, 1, "wall")
