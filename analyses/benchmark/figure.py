"""The figure of a whole run: what a step costs, and where cells begin to pay."""

import matplotlib
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from kadita.evaluation.figures.style import FAINT, LINE, OTHER, STYLE

SIZE = (7.2, 3.3)  # inches, two columns of a journal
PEER = "#6b6b6b"  # beside LINE and OTHER; all differ for the colour-blind
WIDTHS = (3.1, 4.1, 6.1, 12.1)  # shown of those measured


def draw(found, study, path):
    """Draw what sections found into a picture."""
    with matplotlib.rc_context(STYLE | {"mathtext.default": "regular"}):
        figure = Figure(figsize=SIZE)
        FigureCanvasAgg(figure)
        left, right = figure.subplots(1, 2, gridspec_kw={"width_ratios": [1.25, 1]})
        figure.subplots_adjust(left=0.085, right=0.93, top=0.92, bottom=0.145, wspace=0.3)
        _draw_cost(left, found, study)
        _draw_search(right, found["search"], study["search"])
        figure.savefig(path, metadata={"Software": None})


def _draw_cost(axes, found, study):
    sizes = found["sizes"] | {"peer": found["sizes"]["peer"] | found["peer"]}
    grows = {"cells": found["exponent_cells"], "pairs": found["exponent_pairs"]}
    lines = (
        ("peer", "dewi-kadita", PEER, "s"),
        ("pairs", f"kadita, all pairs:\nstep $\\propto N^{{{grows['pairs']:.2f}}}$", OTHER, "o"),
        ("cells", f"kadita, cells: step $\\propto N^{{{grows['cells']:.2f}}}$", LINE, "o"),
    )
    for side, name, color, marker in lines:
        agents, times = zip(*sorted(sizes[side].items()), strict=True)
        axes.plot(agents, times, color=color, marker=marker, markersize=3.2, linewidth=1.1)
        place, where = ((agents[-1], times[-1]), {"ha": "left", "va": "center"})
        offset = (6, 0)
        if side == "cells":
            place, offset, where = (1e5, times[agents.index(100_000)]), (0, -9), {"ha": "center", "va": "top"}
        axes.annotate(name, place, offset, textcoords="offset points", color=color, **where)
    axes.set(xscale="log", yscale="log", xlim=(80, 1.5e6), ylim=(0.05, 5000))
    axes.set_xlabel("agents N")
    axes.set_ylabel("time (µs / agent / step)")
    s = study["school"]
    axes.set_title(
        f"a step on one thread: density {s['agents']} / {s['box']:g}³, $r_a$ = {s['r_a']:g}", loc="left", pad=6
    )
    axes.xaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_minor_locator(NullLocator())


def _draw_search(axes, ratios, study):
    agents, widths = study["agents"], study["widths"]
    axes.axhline(1, color=FAINT, linewidth=1.2, zorder=0)
    for width, color in zip(WIDTHS, ("#86add2", "#5189b8", LINE, "#0c2a45"), strict=True):
        values = [ratios["periodic", n][widths.index(width)] for n in agents]
        axes.plot(agents, values, color=color, marker="o", markersize=3, linewidth=1.1)
        axes.annotate(
            f"{width:g}", (agents[-1], values[-1]), (5, 0), textcoords="offset points", va="center", color=color
        )
    axes.annotate("box / reach", (agents[-1], 22), (-3, 0), textcoords="offset points", ha="center")
    axes.set(xscale="log", yscale="log", ylim=(0.25, 30), xlim=(130, 6500))
    axes.set_xlabel("agents N")
    axes.set_ylabel("time of all pairs / time of cells")
    axes.set_title("all pairs beside cells, periodic box", loc="left", pad=6)
    plain = FuncFormatter(lambda v, _: f"{v:g}")
    for axis, ticks in ((axes.xaxis, agents), (axes.yaxis, (0.3, 1, 3, 10))):
        axis.set_major_locator(FixedLocator(ticks))
        axis.set_major_formatter(plain)
        axis.set_minor_locator(NullLocator())
