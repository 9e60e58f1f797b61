"""Are schools reversible? Three measures of their arrow of time, each with its null: the tables and the picture."""

import argparse
import csv
import sys
import tomllib
import warnings
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import currents
import matplotlib
import numpy as np
import schools
import work
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

import kadita
from kadita.evaluation.figures.style import LINE, OTHER, STYLE

HERE = Path(__file__).resolve().parent
STUDY = tomllib.loads((HERE / "study.toml").read_text(encoding="utf-8"))
RUNS = HERE.parents[1] / "build" / "arrow_of_time"
SETTLED = schools.STEPS // schools.EVERY // 5 + 1  # the first frame that is used
COLUMNS = ("school", "seed", "measure", "expected", "tolerance", "value", "error", "p_value", "check", "holds")
VICSEK = (3000, 4, 150)  # steps, from frame to frame, and first frame of the independent program's run
MEASURES = {"pairs": schools.false_alarms, "currents": currents.false_alarms, "work of propulsion": work.false_alarms}


def of_run(task):
    """Measure a run: the lines of the table, and the profiles of its pairs."""
    scenario, seed = task
    steps, every, start = VICSEK if scenario == "vicsek" else (schools.STEPS, schools.EVERY, SETTLED)
    file = schools.simulated(scenario, seed, RUNS, steps, every)
    pairs = schools.of_school(file, schools.REACH.get(scenario, schools.OTHERS), start=start)
    expected = STUDY["divergence"].get(scenario, [])[seed - 1 : seed] or [None]
    tolerance = None if expected[0] is None else STUDY["divergence"]["tolerance"] * expected[0]
    value, null = pairs["divergence"], pairs["null"]
    check = f"flux {pairs['flux']:.2f}, null {null:.5f}"
    lines = [line(scenario, seed, "divergence of pairs", expected[0], tolerance, value, None, pairs["p_value"], check)]
    known = STUDY["bound"].get(f"{scenario}-{seed}", [None] * len(currents.DEGREES))
    for (degree, found), number in zip(currents.of_school(file, start).items(), known, strict=True):
        check = f"block correlation {found['block_correlation']:.2f}"
        numbers = (number, None if number is None else STUDY["bound"]["tolerance"], found["bound"])
        measure = f"bound from P and M, degree {degree}"
        lines.append(line(scenario, seed, measure, *numbers, found["bound_error"], found["p_value"], check))
    return lines, pairs


def line(school, seed, measure, expected, tolerance, value, error, p, check):
    """Return a line of the table; one without an expected number holds."""
    holds = expected is None or abs(value - expected) <= tolerance
    return dict(zip(COLUMNS, (school, seed, measure, expected, tolerance, value, error, p, check, holds), strict=True))


def power(seed):
    """Return the p value of pairs in 800 frames of a torus."""
    file = schools.simulated("torus", seed, RUNS, steps=5000)
    return schools.of_school(file, schools.OTHERS, start=201)["p_value"]


def shares(significant):
    """Yield a line for each measure: how often it finds irreversibility in equilibrium."""
    low, high = STUDY["alarms_from_to"]
    with ProcessPoolExecutor(2) as pool:
        found = [pool.submit(false_alarms, STUDY["alarms"]) for false_alarms in MEASURES.values()]
        for name, alarms in zip(MEASURES, found, strict=True):
            share = float((alarms.result() < significant).mean())
            middle, half = (low + high) / 2, (high - low) / 2
            yield line("equilibrium", "", f"false alarms of {name}", middle, half, share, None, None, "")


def flock(path):
    """Yield the lines of tracked animals, with blocks that are long against what they remember."""
    for reach in (5.0, 10.0):
        for blocks in (16, 40):
            found = schools.of_school(path, reach, bins=5, blocks=blocks)
            check = f"flux {found['flux']:.2f}, block correlation {found['block_correlation']:.2f}"
            name = f"divergence of pairs within {reach:g}, {blocks} blocks"
            yield line("jackdaws", "", f"{name}, null {found['null']:.3f}", None, None, found["divergence"], None,
                       found["p_value"], check)  # fmt: skip
    for degree, found in currents.of_school(path, None).items():
        check = f"block correlation {found['block_correlation']:.2f}"
        name = f"bound from P and M, degree {degree}"
        yield line("jackdaws", "", name, None, None, found["bound"], found["bound_error"], found["p_value"], check)


def draw(profiles, path):
    """Draw <c w>(r), the arrow, and <w>(r), its check, of the schools."""
    shown = {"torus": LINE, "swarm": OTHER, "dynamic-parallel": "#6b3fa0"}
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(7.2, 2.7))
        FigureCanvasAgg(figure)
        panels = figure.subplots(1, 2, sharey=True)
        figure.subplots_adjust(left=0.085, right=0.985, top=0.9, bottom=0.17, wspace=0.06)
        titles = {
            "alignment_asymmetry": "cosine x recession: the arrow",
            "recession": "recession alone: 0 if stationary",
        }
        for axes, (quantity, title) in zip(panels, titles.items(), strict=True):
            axes.axhline(0, color="0.75", linewidth=0.8)
            for shift, (scenario, colour) in enumerate(shown.items()):
                found = profiles[scenario, 1]
                known = found["distance"] > 0.8
                axes.errorbar(
                    found["distance"][known] + 0.08 * (shift - 1), found[quantity][known],
                    found[f"{quantity}_error"][known], color=colour, fmt="o-", markersize=2.4, linewidth=0.9,
                    elinewidth=0.7, label=scenario,
                )  # fmt: skip
            axes.set(xlabel="distance (body lengths)", xlim=(0, 12))
            axes.set_title(title, loc="left", fontsize=8.5, pad=4)
        panels[0].legend(fontsize=7, frameon=False, loc="lower left")
        figure.savefig(path, metadata={"Software": None})  # equal pictures are equal files


def write(path, lines):
    """Write lines as CSV."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        table.writeheader()
        for row in lines:
            table.writerow({k: f"{v:.4g}" if isinstance(v, float) else "" if v is None else v for k, v in row.items()})


def main():
    """Measure, write the tables and the picture, and end with 1 if a line does not hold."""
    options = argparse.ArgumentParser(description=STUDY["title"])
    options.add_argument("--flock", type=Path, help="tracked animals: a file that kadita opens, in metres and seconds")
    options = options.parse_args()
    RUNS.mkdir(parents=True, exist_ok=True)
    tasks = [(s, seed) for s in schools.SCHOOLS for seed in (STUDY["seeds"] if s != "vicsek" else [1])]
    with ProcessPoolExecutor(2) as pool:
        measured = list(pool.map(of_run, tasks))
        found = np.array(list(pool.map(power, range(1, STUDY["powers"] + 1))))
    lines = [row for rows, _ in measured for row in rows]
    number = int((found < STUDY["significant"]).sum())
    least, most = STUDY["found_at_least"], STUDY["powers"]
    lines.append(line("torus", "", "found in so many seeds, 800 frames", (least + most) / 2, (most - least) / 2, number,
                      None, None, ""))  # fmt: skip
    lines += shares(STUDY["significant"])
    write(HERE / "table.csv", lines)
    draw({task: pairs for task, (_, pairs) in zip(tasks, measured, strict=True)}, HERE / "arrow_of_time.png")
    if options.flock is not None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", kadita.KaditaWarning)
            write(HERE / "flock.csv", list(flock(options.flock)))
    failed = [
        f"{row['school']} {row['seed']} {row['measure']}: {row['value']:.4g}" for row in lines if not row["holds"]
    ]
    print(f"{len(failed)} of {len(lines)} lines do not hold", *failed, sep="\n")
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
