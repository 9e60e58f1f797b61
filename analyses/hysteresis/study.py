"""Sweep the radius of orientation up and down, and draw the order of the school on the way."""

import argparse
import shutil
import tomllib
import warnings
from pathlib import Path

import matplotlib
import xarray
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

import kadita
from kadita.evaluation.figures.style import LINE, OTHER, STYLE
from kadita.simulation.sweep import run_sweep

HERE = Path(__file__).resolve().parent
SWEPT = HERE.parents[1] / "build" / "hysteresis"


def draw(table, path):
    """Draw the medians of P and M over seeds, on the way up and on the way down, and every seed behind them."""
    quantities = {"polarization": "polarization P", "rotation": "rotation M"}
    ways = {"up": (LINE, ">", "-"), "down": (OTHER, "<", (0, (3.5, 1.5)))}
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(7.2, 2.6))
        FigureCanvasAgg(figure)
        panels = figure.subplots(1, 2, sharey=True)
        figure.subplots_adjust(left=0.065, right=0.99, top=0.915, bottom=0.165, wspace=0.08)
        for axes, (quantity, name) in zip(panels, quantities.items(), strict=True):
            for way, (colour, marker, line) in ways.items():
                values = table[quantity].sel(direction=way).transpose("r_o", "seed")
                axes.plot(table.r_o, values, color=colour, linewidth=0.5, alpha=0.22)
                axes.plot(table.r_o, values.median("seed"), color=colour, marker=marker, markersize=3.6, linestyle=line)
            axes.set(xlabel="radius of orientation r_o (body lengths)", ylim=(0, 1.02), yticks=[0, 0.5, 1])
            axes.set_yticklabels(["0", "0.5", "1"])
            axes.set_title(name, loc="left", fontsize=8.5, pad=4)
        panels[0].text(2.62, 0.2, "up", color=LINE, ha="center", va="center")
        panels[0].text(1.72, 0.83, "down", color=OTHER, ha="center", va="center")
        figure.savefig(path, metadata={"Software": None})  # equal pictures are equal files


def main():
    """Sweep, unless it was done, and draw."""
    arguments = argparse.ArgumentParser(description=tomllib.loads((HERE / "study.toml").read_text())["title"])
    arguments.add_argument("--workers", type=int, default=2, help="processes; the table does not depend on it")
    options = arguments.parse_args()
    SWEPT.parent.mkdir(exist_ok=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", kadita.KaditaWarning)  # mills drift slowly: not all series settle
        run_sweep(HERE / "sweep.toml", output=SWEPT, workers=options.workers)
    shutil.copyfile(SWEPT / "table.csv", HERE / "table.csv")
    with xarray.open_dataset(SWEPT / "table.nc") as table:
        draw(table, HERE / "hysteresis.png")


if __name__ == "__main__":
    main()
