"""A gas doubles its volume, with and without collisions: the table and the picture of the study."""

import argparse
import csv
import math
import sys
import tomllib
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import collisions
import exact
import matplotlib
import numpy as np
from free_gas import table_of_free_gas
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from kadita.evaluation.figures.style import LINE, OTHER, STYLE

HERE = Path(__file__).resolve().parent
STUDY = tomllib.loads((HERE / "study.toml").read_text(encoding="utf-8"))
COLOURS = dict(zip(collisions.PATHS, (LINE, "#6b3fa0", OTHER), strict=True))


def draw(gains, path):
    """Draw the gains over time, exact and measured, and the ratios of rates."""
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(7.2, 2.9))
        FigureCanvasAgg(figure)
        left, right = figure.subplots(1, 2, width_ratios=(1.6, 1))
        figure.subplots_adjust(left=0.07, right=0.985, top=0.9, bottom=0.16, wspace=0.42)
        times = np.linspace(0, 5, 101)
        left.axhline(math.log(2), color="0.75", linewidth=0.8)
        left.annotate("ln 2", (0.1, math.log(2)), xytext=(0, 3), textcoords="offset points", fontsize=7, color="0.4")
        for width, line in zip(collisions.WIDTHS, ((0, (1, 1.5)), (0, (3, 1.5)), "-"), strict=True):
            start = exact.at(0.0, collisions.CELL, width)
            curve = [exact.at(t, collisions.CELL, width) - start for t in times]
            left.plot(times, curve, color="0.55", linestyle=line, linewidth=1)
            place = {"xytext": (4, -3), "textcoords": "offset points", "annotation_clip": False}
            left.annotate(f"free, dv = {width:g}", (5, curve[-1]), fontsize=7, color="0.4", **place)
        for mean_path, colour in COLOURS.items():
            left.plot(
                (0, *collisions.TIMES),
                (0, *gains[mean_path][:, 1]),
                color=colour,
                marker="o",
                markersize=2.2,
                linewidth=1,
                label=f"path {mean_path:g}, dv = 0.5",
            )
        left.set(xlabel="time (width of the gas / thermal speed)", xlim=(0, 5), ylim=(0, 0.78))
        left.set_title("entropy gained per particle (nats)", loc="left", fontsize=8.5, pad=4)
        left.legend(loc="lower right", fontsize=7, frameon=False, borderaxespad=0.2)
        z = np.geomspace(0.4, 12, 60)
        right.plot(z, np.sqrt(1 + z**2), color="0.55", linewidth=1, label="sqrt(1 + z²)")
        rates = {p: collisions.slopes(g) for p, g in gains.items()}
        for (mean_path, (at, ratio)), marker in zip(collisions.scaled(rates).items(), "osD", strict=True):
            colour = COLOURS[mean_path]
            right.plot(at, ratio, marker, color=colour, markersize=3.6, label=f"mean free path {mean_path:g}")
        right.set(xscale="log", yscale="log", xlabel="z = R(dv = 0) / R(free)")
        right.set_title("rate of the gain, R / R(free)", loc="left", fontsize=8.5, pad=4)
        right.legend(loc="upper left", fontsize=7, frameon=False)
        figure.savefig(path, metadata={"Software": None})  # equal pictures are equal files


def main():
    """Measure all rows, write the table and the picture, and end with 1 if a row does not hold."""
    options = argparse.ArgumentParser(description=STUDY["title"])
    options.add_argument("--number", type=int, default=STUDY["number"], help="discs in the gas that expands")
    number = options.parse_args().number
    rows = table_of_free_gas()
    paths = (*collisions.PATHS, math.inf)
    with ProcessPoolExecutor(2) as pool:
        gains = dict(zip(paths, pool.map(collisions.expansion, paths, [number] * len(paths)), strict=True))
    rows += [*collisions.rows(gains, number), *collisions.equilibrium()]
    with (HERE / "table.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["quantity", "expected", "measured", "tolerance", "holds"])
        for row in rows:
            numbers = (f"{value:.6g}" for value in (row.expected, row.measured, row.tolerance))
            table.writerow([row.quantity, *numbers, "yes" if row.holds else "no"])
    draw(gains, HERE / "free_expansion.png")
    failed = [row.quantity for row in rows if not row.holds]
    print(f"{len(failed)} of {len(rows)} rows do not hold", *failed, sep="\n")
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
