"""All pairs beside cells: which is the faster, by number of agents and width, and which the engine takes."""

import statistics
from functools import partial
from math import pi

from bench import alternate

FULL = (6 / pi) ** (1 / 3)  # diameter of the sphere that is as large as a cube of edge 1


def measure(bench):
    """Print how many times as long all pairs take as cells; a mark where the engine takes the slower way."""
    s, table = bench.study["search"], bench.table
    bench.found["search"], losses = {}, []
    for space in ("periodic", "open"):
        table.say()
        widths = "".join(f"{w:>8g}" for w in s["widths"])
        table.say(f"all pairs / cells, CPU time; {space + ', width / reach':<26}{widths}")
        for agents in s["agents"]:
            ratios, marks = [], []
            for width in s["widths"]:
                ratio, choice = _compare(bench, agents, width, space)
                loss = 1 / ratio if choice == "cells" else ratio
                losses.append((loss, f"{agents} agents, {space}, width / reach {width:g}"))
                ratios.append(ratio)
                marks.append("*" if loss > 1 else " ")
            bench.found["search"][space, agents] = ratios
            line = "".join(f"{ratio:>7.2f}{mark}" for ratio, mark in zip(ratios, marks, strict=True))
            table.say(f"{agents:>54}{line}")
    loss, where = max(losses)
    table.say(f"* the engine takes the slower way; at most {loss:.2f} times as long ({where})")


def _compare(bench, agents, width, space):
    """Return the ratio of both ways' times, and the engine's choice."""
    s, ours = bench.study["search"], bench.ours()
    school = bench.school(agents)
    edge = school["changes"]["box"]
    reach = edge / width
    still = {"r_a": reach, "r_o": min(3.0, reach), "r_r": min(2.0, reach), "speed": 1e-6}  # the school stays as wide
    if space == "open":
        edge *= FULL
        still |= {"r_a": edge / width, "box": "open", "initial": "sphere", "initial_radius": edge / 2}
    school["changes"] |= still
    ways = [partial(ours.ask, "pace", **school, search=search, least=s["seconds"]) for search in ("pairs", "cells")]
    pairs, cells = alternate(s["rounds"], *ways)
    ratio = statistics.median(a["cpu"] / b["cpu"] for a, b in zip(pairs, cells, strict=True))
    return ratio, ours.ask("chosen", **school)
