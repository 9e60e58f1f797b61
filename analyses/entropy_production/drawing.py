"""The pictures of the study."""

import matplotlib
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import EllipseCollection
from matplotlib.figure import Figure

from kadita.evaluation.figures.style import FAINT, INK, LINE, OTHER, SEQUENTIAL, STYLE, colour_map
from kadita_thermo.frame_intervals import share_lost


def save(figure, path):
    """Write a picture; equal pictures are equal files."""
    figure.savefig(path, metadata={"Software": None})


def draw_intervals(found, systems, path):
    """Draw which share of the rate frames show, by the time between them: measured, and exact."""
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(5.2, 3.0))
        FigureCanvasAgg(figure)
        axes = figure.subplots()
        figure.subplots_adjust(left=0.12, right=0.98, top=0.97, bottom=0.15)
        steps = np.geomspace(0.004, 0.5, 100)
        for (name, (times, shares, errors)), colour, marker in zip(
            found.items(), (LINE, OTHER), ("o", "s"), strict=True
        ):
            _, reorientation, relaxation = systems[name]
            exact = [1 - share_lost(step, reorientation, relaxation) for step in steps]
            axes.plot(steps, exact, color=colour, linewidth=1.1)
            axes.errorbar(times, shares, errors, color=colour, marker=marker, markersize=4, linestyle="", label=name)
        axes.axhline(0.95, color=INK, linewidth=0.6, linestyle=(0, (4, 2)))
        axes.text(0.0042, 0.942, "default tolerance: below this, refused", va="top", fontsize=7.5)
        axes.set(xscale="log", xlim=(0.004, 0.5), ylim=(0.5, 1.03))
        axes.set(xlabel="time between frames", ylabel="rate / rate for dt = 0")
        axes.set_xticks(
            [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4], ["0.005", "0.01", "0.02", "0.05", "0.1", "0.2", "0.4"]
        )
        axes.minorticks_off()
        axes.legend(frameon=False, loc="lower left", fontsize=8)
        save(figure, path)


def draw_rows(rows, path):
    """Draw what is measured over what is expected, with standard errors."""
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(5.2, 0.55 + 0.2 * len(rows)))
        FigureCanvasAgg(figure)
        axes = figure.subplots()
        figure.subplots_adjust(left=0.4, right=0.97, top=0.99, bottom=0.45 / figure.get_figheight())
        places = np.arange(len(rows))[::-1]
        axes.axvline(1, color=INK, linewidth=0.7)
        ratios = [row.measured / row.expected for row in rows]
        errors = [row.error / row.expected for row in rows]
        axes.errorbar(ratios, places, xerr=errors, color=LINE, marker="o", markersize=3.6, linestyle="")
        axes.set_yticks(places, [name_of(row) for row in rows])
        axes.tick_params(axis="y", length=0)
        axes.grid(axis="x", color=FAINT, linewidth=0.5)
        axes.set_axisbelow(True)
        axes.set(xlabel="measured / expected, with standard error", ylim=(-0.7, len(rows) - 0.3))
        save(figure, path)


def name_of(row):
    """Return what tells a row from others, in few words."""
    system = f"ring, {row.setting.removesuffix(', D = .5')}" if row.system == "ring" else row.system
    return f"{system}: {row.quantity}"


def draw_map(x, packing, rates, edge, free, path):
    """Draw discs at their places: local packing beside the rate of entropy production, by which each is coloured."""
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(7.2, 4.2))
        FigureCanvasAgg(figure)
        panels = figure.subplots(1, 2)
        figure.subplots_adjust(left=0.01, right=0.99, top=0.95, bottom=0.12, wspace=0.03)
        colours = colour_map(SEQUENTIAL)
        for axes, values, title, high, ticks, beyond in (
            (panels[0], packing, "local packing", 1.25, [0, 0.25, 0.5, 0.75, 1, 1.25], "neither"),
            (panels[1], rates, "rate of entropy production of each agent", free, [0, 100, 200, 300], "both"),
        ):
            near = [(dx, dy) for dx in (-edge, 0, edge) for dy in (-edge, 0, edge)]
            places = np.concatenate([x + shift for shift in near])
            inside = ((places > -1) & (places < edge + 1)).all(axis=1)
            discs = EllipseCollection(
                1.0, 1.0, 0.0, units="xy", offsets=places[inside], transOffset=axes.transData, linewidths=0
            )
            discs.set_array(np.tile(values, len(near))[inside])
            discs.set_cmap(colours)
            discs.set_clim(0, high)
            axes.add_collection(discs)
            axes.set(xlim=(0, edge), ylim=(0, edge), aspect="equal", xticks=[], yticks=[])
            for side in axes.spines.values():
                side.set_visible(True)
            axes.set_title(title, loc="left", pad=4)
            box = axes.get_position()
            bar = figure.add_axes((box.x0 + 0.02, 0.075, box.width - 0.04, 0.022))
            figure.colorbar(discs, cax=bar, orientation="horizontal", ticks=ticks, format="%g", extend=beyond)
            bar.tick_params(length=2, labelsize=7.5)
        save(figure, path)
