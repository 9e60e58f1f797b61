"""A step against the number of agents, at constant density: what a pair costs, and how the cost grows."""

import statistics
from functools import partial

import numpy as np
from bench import alternate
from table import significant, spread


def measure(bench):
    """Print microseconds an agent and step by all pairs, by cells and by the peer; then what follows from them."""
    s, ours, table = bench.study["sizes"], bench.ours(), bench.table
    table.heading(
        "a step, one thread, CPU time", "agents", "pairs, us/agent", "cells, us/agent", "dewi-kadita, us/agent"
    )
    measured = {"pairs": {}, "cells": {}, "peer": {}}
    for agents in sorted({*s["pairs"], *s["cells"], *s["peer"]}):
        school, sides = bench.school(agents), {}
        for search in ("pairs", "cells"):
            if agents in s[search]:
                sides[search] = partial(ours.ask, "pace", **school, search=search, least=s["seconds"])
        if agents in s["peer"]:
            parameters = ours.ask("parameters", **school, start="size")["parameters"]
            sides["peer"] = partial(
                bench.peer().ask, "step", start="size", parameters=parameters, steps=s["peer_steps"]
            )
        first = agents == min(s["peer"])  # the peer's compiles
        times = alternate(s["rounds"], *sides.values(), warm=None if first else ())
        for side, spent in zip(sides, times, strict=True):
            measured[side][agents] = [1e6 * t["cpu"] / agents for t in spent]
        figures = [spread(measured[side][agents]) if side in sides else "" for side in measured]
        table.row("", agents, *figures)
    medians = {side: {n: statistics.median(v) for n, v in by.items()} for side, by in measured.items()}
    bench.found["sizes"] = medians
    _pairs(bench, medians["pairs"])
    _cells(bench, measured["cells"], medians["cells"])


def _pairs(bench, medians):
    """Split an agent's time in all pairs into a part of its own and one for each candidate."""
    agents, times = (np.array(list(v), dtype=float) for v in (medians.keys(), medians.values()))
    a_pair, own = np.polyfit(agents, 1e3 * times, 1, w=1 / times)
    bench.found["exponent_pairs"] = exponent(medians, 3000)
    bench.table.heading("what a step costs", "agents", "ns")
    bench.table.row("all pairs, a candidate pair", f"{min(medians)} up", significant(a_pair))
    bench.table.row("all pairs, an agent beside that", f"{min(medians)} up", significant(own))


def _cells(bench, measured, medians):
    """Print what a candidate of cells costs, an agent, and the exponent of the cost in the number of agents."""
    s = bench.study["sizes"]
    for agents, times in measured.items():
        if agents >= s["from"]:
            candidates = bench.ours().ask("candidates", **bench.school(agents))
            nanoseconds = 1e3 * medians[agents]
            bench.table.row(f"cells, a candidate of {candidates:.0f}", agents, significant(nanoseconds / candidates))
            bench.table.row("cells, an agent", agents, spread([1e3 * t for t in times]))
    grows = bench.found["exponent_cells"] = exponent(medians, s["from"])
    bench.table.row("cells, exponent of a step in N", f"{s['from']} up", f"{grows:.3f}")


def exponent(medians, least):
    """Return the exponent of a step's cost in the number of agents, from so many on; `medians` are times an agent."""
    agents, times = zip(*((n, n * t) for n, t in medians.items() if n >= least), strict=True)
    return float(np.polyfit(np.log(agents), np.log(times), 1)[0])
