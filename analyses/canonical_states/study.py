"""Run the canonical states over seeds, measure them by both definitions, and tabulate and draw them: `make studies`."""

import argparse
import csv
import tomllib
import warnings
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import cache, partial
from pathlib import Path

import pictures
import tables

import kadita
from kadita.plugins.loading import load_registry

HERE = Path(__file__).resolve().parent
PAGE = HERE.parents[1] / "docs" / "two-definitions.md"
GROUPS = ("couzin-2002", "dewi-kadita")
registry = cache(load_registry)


def load_study():
    """Return what study.toml says."""
    return tomllib.loads((HERE / "study.toml").read_text(encoding="utf-8"))


def runs_of(study):
    """Every run: its group, its scenario and its seed."""
    return [
        (group, scenario, study[group]["first_seed"] + i)
        for group in GROUPS
        for scenario in study[group]["scenarios"]
        for i in range(study[group]["seeds"])
    ]


def first_runs(study):
    """The run of each scenario's first seed."""
    return [run for run in runs_of(study) if run[2] == study[run[0]]["first_seed"]]


def measure(study, group, scenario, seed, steps=None):
    """Simulate a run and return its window means, a mapping from metric to value for each definition.

    Where there are `steps`, it stops after these and the window is all of it.
    """
    metrics, settings = study["metrics"], study[group]

    def means(names, **options):
        school = kadita.simulate(scenario, seed=seed, steps=steps, every=study["every"], registry=registry())
        start = 0 if steps else round((school.n_frames - 1) * (1 - settings["window"]))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", kadita.KaditaWarning)  # no centre: `percolates` says how often
            found = kadita.analyze(school, names, start=start, registry=registry(), **options)
        return {name: _mean(series) for name, series in found.series.items()}

    cluster_alone = {"largest_cluster": settings.get("largest_cluster")}
    cube = {"profile": "published", "parameters": settings.get("metric_parameters")}
    return {
        "corrected": means(metrics["published"] + metrics["corrected"], **cluster_alone)
        | means(metrics["whole_school"]),
        "published": means(metrics["published"], **cluster_alone, **cube),
    }


def _mean(series):
    """Mean over the frames to six digits, or the name that most of them have."""
    if series.labels:
        return series.labels[int(Counter(series.values).most_common(1)[0][0])]
    return float(f"{series.values.mean():.6g}")


def write_runs(study, path, runs, steps=None):
    """Measure runs, on all cores, and write a row for each of them and each definition."""
    columns = [name for names in study["metrics"].values() for name in names]
    with ProcessPoolExecutor() as pool, open(path, "w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, ["scenario", "seed", "definition", *columns], lineterminator="\n")
        out.writeheader()
        found = pool.map(partial(measure, study, steps=steps), *zip(*runs, strict=True))
        for (_, scenario, seed), definitions in zip(runs, found, strict=True):
            for definition, means in definitions.items():
                out.writerow({"scenario": scenario, "seed": seed, "definition": definition} | means)
            print(f"{scenario}, seed {seed}", flush=True)


def main():
    """Run what is asked for, which is all of it unless options say less."""
    study = load_study()
    arguments = argparse.ArgumentParser(description=study["title"])
    arguments.add_argument("--tables", action="store_true", help="only the tables, from runs.csv and peer.csv")
    arguments.add_argument("--pictures", action="store_true", help="only the pictures")
    options = arguments.parse_args()
    everything = not (options.tables or options.pictures)
    if everything:
        write_runs(study, HERE / "runs.csv", runs_of(study))
        write_runs(study, HERE / "beginnings.csv", first_runs(study), steps=study["beginning"])
    if everything or options.tables:
        runs, peer = tables.read_runs(HERE / "runs.csv"), tables.read_peer(HERE / "peer.csv")
        steps = {
            s: kadita.load_configuration(s, registry=registry()).steps for g in GROUPS for s in study[g]["scenarios"]
        }
        (HERE / "table.md").write_text(tables.full(study, runs, peer, steps), encoding="utf-8")
        if not tables.put_between_marks(PAGE, tables.compact(study, runs, peer, steps)):
            print(f"{PAGE.name}: expected the lines\n{tables.BEGIN}\n{tables.END}\nThe table was not written there.")
    if everything or options.pictures:
        pictures.draw_states(study, HERE / "states.png")
        pictures.draw_places(study, HERE / "place_in_the_box.png")


if __name__ == "__main__":
    main()
