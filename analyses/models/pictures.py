"""Draw each scenario: the school at the end of a run, and what is measured of it in time; and all schools side by side.

.venv/bin/python analyses/models/pictures.py [SCENARIO ...]
"""

import argparse
import tomllib
import warnings
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.colors import hsv_to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Rectangle

import kadita
from kadita.evaluation.figures.style import FAINT, INK, LINE, OTHER, STYLE

HERE = Path(__file__).resolve().parent
PAGES = HERE.parents[1] / "docs" / "models"
COLOURS = (LINE, OTHER, "#4f8a5b")
SATURATION, VALUE = 0.75, 0.72  # of the colours of headings, which go around the wheel


def run_of(scenario, plan):
    """Simulate a scenario as its picture needs it; return the run, and positions and velocities of all frames."""
    run = kadita.simulate(scenario, steps=plan.get("steps"), every=plan.get("every"), seed=plan.get("seed", 1))
    frames = run.read(np.arange(run.n_frames))
    return run, frames.positions, frames.velocities


def draw_school(axes, scenario, run, positions, velocities, plan, scale=1.0):
    """Draw the last frame as arrows coloured by their direction, the way that led there, and the cell or the tank."""
    parameters = run.configuration.parameters
    edges = np.array(parameters.space.array[:2])
    tail = positions[-plan.get("tail", 15) - 1 :, :, :2]
    here, heading = tail[-1], velocities[-1, :, :2]
    steps = np.stack([tail[:-1], tail[1:]], axis=2)
    longest = np.where(edges > 0, edges / 2, np.inf)
    whole = (np.abs(steps[:, :, 1] - steps[:, :, 0]) < longest).all(axis=-1)  # not across a face of the cell
    axes.add_collection(LineCollection(steps[whole], colors=FAINT, linewidths=0.6, zorder=1))
    species = run.configuration.species_indices
    centre, half = _view(parameters, here, plan)
    unit = heading / np.maximum(np.linalg.norm(heading, axis=1, keepdims=True), 1e-12)
    angle = np.arctan2(unit[:, 1], unit[:, 0]) / (2 * np.pi) % 1
    size = plan.get("arrow", 0.045) * 2 * half
    for number in np.unique(species):
        chosen = species == number
        colour = wheel(angle[chosen]) if number == 0 else COLOURS[number]
        if plan.get("dots"):  # what has no heading of its own
            area = (18 if number == 0 else 60) * plan["dots"] * scale
            axes.scatter(
                *here[chosen].T, s=area, color=LINE if number == 0 else colour, linewidths=0, zorder=2 + number
            )
            continue
        axes.quiver(
            *here[chosen].T, *unit[chosen].T, color=colour, pivot="mid", angles="xy", scale_units="xy", scale=1 / size,
            width=0.0045, headwidth=4, headlength=5, headaxislength=4.5, zorder=2 + number,
        )  # fmt: skip
    if parameters.arena is not None:
        axes.add_patch(Circle(centre, half / 1.05, fill=False, edgecolor=INK, linewidth=0.8))
    elif edges.all():
        axes.add_patch(Rectangle((0, 0), *edges, fill=False, edgecolor=INK, linewidth=0.8))
    axes.set(xlim=(centre[0] - half, centre[0] + half), ylim=(centre[1] - half, centre[1] + half), aspect="equal")
    axes.axis("off")
    axes.set_title(scenario, loc="left", fontsize=8.5, pad=3)


def wheel(share):
    """Return the colours of headings, whose angles are shares of a turn."""
    return hsv_to_rgb(np.stack([share, np.full_like(share, SATURATION), np.full_like(share, VALUE)], axis=-1))


def _view(parameters, here, plan):
    """Return the centre of the view and half of its width."""
    if parameters.arena is not None:
        x, y, radius = map(float, parameters.arena.split(":")[1].split(","))
        return np.array([x, y]), 1.05 * radius
    edges = np.array(parameters.space.array[:2])
    if edges.all():
        return edges / 2, 0.52 * edges.max()
    centre = np.median(here, axis=0)
    shown = np.quantile(np.abs(here - centre).max(axis=1), plan.get("share", 1.0))
    return centre, 1.15 * shown


def draw_series(axes, run, plan):
    """Draw metrics of the run in time, each with its name at its end."""
    results = kadita.analyze(run, plan["metrics"], parameters=plan.get("parameters"))
    for name, colour in zip(plan["metrics"], COLOURS, strict=False):
        axes.plot(results.times, results[name], color=colour, linewidth=0.9, label=name.replace("_", " "))
    axes.set_xlabel(f"time ({plan.get('time', 'no unit')})")
    axes.set_ylim(*plan.get("range", (0, 1.02)))
    axes.legend(frameon=False, fontsize=7, loc=plan.get("legend", "best"))


def main():
    """Draw what is asked for, or everything."""
    plans = tomllib.loads((HERE / "study.toml").read_text(encoding="utf-8"))["pictures"]
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("scenarios", nargs="*", metavar="SCENARIO")
    asked = arguments.parse_args().scenarios
    warnings.simplefilter("ignore", kadita.KaditaWarning)
    PAGES.mkdir(exist_ok=True)
    with matplotlib.rc_context(STYLE):
        together, panels = _figure(7.2, 3.2, 2, -(-len(plans) // 2))
        together.subplots_adjust(left=0.01, right=0.99, top=0.94, bottom=0.01, wspace=0.06, hspace=0.16)
        for axes, (scenario, plan) in zip(panels.flat, plans.items(), strict=len(plans) % 2 == 0):
            if asked and scenario not in asked:
                continue
            run, positions, velocities = run_of(scenario, plan)
            draw_school(axes, scenario, run, positions, velocities, plan, scale=0.5)
            figure, (school, series) = _figure(6.4, 2.9, 1, 2, width_ratios=[1, 1.15])
            figure.subplots_adjust(left=0.01, right=0.985, top=0.92, bottom=0.15, wspace=0.16)
            draw_school(school, scenario, run, positions, velocities, plan)
            draw_series(series, run, plan)
            figure.savefig(PAGES / f"{scenario}.png", metadata={"Software": None})
        if not asked:
            together.savefig(HERE / "models.png", metadata={"Software": None})  # equal pictures are equal files


def _figure(width, height, rows, columns, **ratios):
    figure = Figure(figsize=(width, height))
    FigureCanvasAgg(figure)
    return figure, figure.subplots(rows, columns, **ratios)


if __name__ == "__main__":
    main()
