"""The canonical states: tables say what the runs gave, the runs are today's code's, and they agree with others'."""

import csv
import importlib
import math
import re
import statistics
import sys
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "analyses" / "canonical_states"
DEFINITIONS = ("corrected", "published")
COMPARED = ("polarization", "school_cohesion_entropy", "nearest_neighbor_entropy", "velocity_correlation_entropy")
CASES = {"swarm": "dewi-kadita-1", "torus": "dewi-kadita-2", "dynamic": "dewi-kadita-3", "highly": "dewi-kadita-4"}


@pytest.fixture(scope="module")
def study():
    """The module study.py, which imports its neighbours as a script does."""
    sys.path.insert(0, str(FOLDER))
    try:
        yield importlib.import_module("study")
    finally:
        sys.path.remove(str(FOLDER))
        for name in ("study", "tables", "pictures"):
            sys.modules.pop(name, None)


@pytest.fixture(scope="module")
def plan(study):
    return study.load_study()


def read_table(name):
    with open(FOLDER / name, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def rows():
    return read_table("runs.csv")


@pytest.fixture(scope="module")
def peer():
    return {(r["case"], r["metric"]): (float(r["mean"]), float(r["sd"]), int(r["n"])) for r in read_table("peer.csv")}


def of_all_seeds(rows, scenario, definition, metric):
    return [r[metric] for r in rows if (r["scenario"], r["definition"]) == (scenario, definition) and r[metric]]


def table_after(text, start):
    """Rows of the first Markdown table after a line, its head first, its rule left out."""
    _, found, rest = text.partition(f"{start}\n")
    assert found, f"there is no line '{start}'"
    lines = re.match(r"\s*((?:\|.*\|\n)+)", rest)
    assert lines, f"there is no table after '{start}'"
    cells = [[c.strip() for c in line.strip("|").split(" | ")] for line in lines[1].splitlines()]
    return [cells[0], *cells[2:]]


def assert_says(shown, values):
    """A cell is what these values, one a seed, amount to."""
    if not values:
        assert shown == "–"
    elif any(re.match("[a-z]", v) and v != "nan" for v in values):
        said = {name: int(n) for name, n, _ in re.findall(r"([a-z-]+) (\d+)/(\d+)", shown)}
        assert said == dict(Counter(values))
    elif "nan" in values:
        assert shown == "undefined"
    else:
        numbers = [float(v) for v in values]
        assert_shows(shown, statistics.fmean(numbers), statistics.stdev(numbers))


def assert_shows(shown, mean, sd):
    """A cell is this mean and this spread, rounded to the digits that are shown, of which there are two at least."""
    said = re.fullmatch(r"(\S+)(?: ± (<?)(\S+))?", shown)
    assert said, shown
    if said[3] is None:
        assert (float(said[1]), sd) == (pytest.approx(mean, rel=1e-2, abs=0), 0)
        return
    digits = len(said[1].partition(".")[2])
    half = 0.5001 * 10.0**-digits
    assert digits >= 2
    assert float(said[1]) == pytest.approx(mean, abs=half)
    assert sd < float(said[3]) if said[2] else float(said[3]) == pytest.approx(sd, abs=half)


def scenarios(study, plan):
    return [s for group in study.GROUPS for s in plan[group]["scenarios"]]


def test_every_scenario_seed_and_definition_was_run(study, plan, rows):
    expected = [(s, str(seed), d) for _, s, seed in study.runs_of(plan) for d in DEFINITIONS]
    assert [(r["scenario"], r["seed"], r["definition"]) for r in rows] == expected
    assert len(scenarios(study, plan)) == 8
    for row in rows:
        names = plan["metrics"]["published"]
        if row["definition"] == "corrected":
            names = [m for some in plan["metrics"].values() for m in some]
        assert {m for m in row if row[m]} == {"scenario", "seed", "definition", *names}
        undefined = {m for m in row if row[m] == "nan"}
        assert undefined <= ({"depth_stratification_entropy"} if row["definition"] == "corrected" else set())


def test_the_readme_says_what_the_runs_gave(study, plan, rows, peer):
    text = (ROOT / "docs" / "two-definitions.md").read_text(encoding="utf-8")
    marks = importlib.import_module("tables")
    assert text.count(f"{marks.BEGIN}\n") == text.count(f"{marks.END}\n") == 1
    table = table_after(text.partition(f"{marks.END}\n")[0], marks.BEGIN)
    shown = {re.match(r"`(.+?)`", row[0])[1]: row[1:] for row in table[1:]}
    assert list(shown) == scenarios(study, plan)
    observed = ("polarization", "rotation", "oceanic_schooling_index")
    for scenario, cells in shown.items():
        assert len(cells) == len(table[0]) - 1 == 8
        for cell, metric in zip(cells[:3], observed, strict=True):
            assert_says(cell, of_all_seeds(rows, scenario, "corrected", metric))
        assert_says(cells[3], of_all_seeds(rows, scenario, "published", "oceanic_schooling_index"))
        for cell, metric in zip(cells[4:7], observed, strict=True):
            if scenario in CASES.values():
                assert_shows(cell, *peer[scenario, metric][:2])
            else:
                assert cell == "–"
        paper = plan["paper"]["figures"].get(scenario, {})
        assert (cells[7] == "–") == (not paper)
        assert all(figure in cells[7] for figure in paper.values())


def test_the_full_table_says_what_the_runs_gave(study, plan, rows, peer):
    text = (FOLDER / "table.md").read_text(encoding="utf-8")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == scenarios(study, plan)
    metrics = [m for names in plan["metrics"].values() for m in names]
    for scenario in scenarios(study, plan):
        _, *shown = table_after(text, f"## {scenario}")
        assert [row[0].strip("`") for row in shown] == metrics
        for row, metric in zip(shown, metrics, strict=True):
            for cell, definition in zip(row[1:3], DEFINITIONS, strict=True):
                assert_says(cell, of_all_seeds(rows, scenario, definition, metric))
            assert len(row) == (5 if scenario in CASES.values() else 3)
            if len(row) == 5:
                if (scenario, metric) in peer:
                    assert_shows(row[3], *peer[scenario, metric][:2])
                else:
                    assert row[3] == "–"
                assert row[4] == plan["paper"]["figures"].get(scenario, {}).get(metric, "–")


@pytest.mark.parametrize("group", ["couzin-2002", "dewi-kadita"])
@pytest.mark.parametrize("which", range(4))
class TestARunOfToday:
    def test_begins_as_the_one_in_the_table_did(self, study, plan, group, which):
        """Until chaos sets in every machine gives the same, so that any change of model, metric or scenario shows here.

        A displacement of 1e-13 grows to 1e-10 at most in these 40 steps.
        """
        scenario, seed = plan[group]["scenarios"][which], plan[group]["first_seed"]
        stored = {(r["scenario"], r["definition"]): r for r in read_table("beginnings.csv")}
        for definition, means in study.measure(plan, group, scenario, seed, steps=plan["beginning"]).items():
            row = stored[scenario, definition]
            assert {m for m in row if row[m]} == {"scenario", "seed", "definition", *means}
            for metric, value in means.items():
                kept = value if metric == "state" else pytest.approx(value, rel=1e-4, abs=1e-5, nan_ok=True)
                assert (row[metric] if metric == "state" else float(row[metric])) == kept, (definition, metric)

    def test_ends_as_those_in_the_table_did(self, study, plan, rows, group, which):
        """Another machine's rounding ends in another run of the same state, and few seeds know little of the tails."""
        scenario, seed = plan[group]["scenarios"][which], plan[group]["first_seed"]
        for definition, means in study.measure(plan, group, scenario, seed).items():
            for metric, value in means.items():
                if metric == "state" or math.isnan(value):
                    continue
                stored = [float(v) for v in of_all_seeds(rows, scenario, definition, metric)]
                allowed = 6 * statistics.stdev(stored) + 0.02
                assert value == pytest.approx(statistics.fmean(stored), abs=allowed), (definition, metric)


def test_the_states_are_what_they_are_called(rows):
    """Torus turns, parallel groups align, the swarm does neither, and none of them has parted."""
    for scenario, state in {"swarm": "swarm", "torus": "torus"}.items():
        assert set(of_all_seeds(rows, scenario, "corrected", "state")) == {state}
    for scenario in ("dynamic-parallel", "highly-parallel"):
        assert set(of_all_seeds(rows, scenario, "corrected", "state")) == {"parallel"}
    for scenario in ("swarm", "torus", "dynamic-parallel", "highly-parallel"):
        assert min(map(float, of_all_seeds(rows, scenario, "corrected", "largest_cluster_fraction"))) > 0.95


@pytest.mark.parametrize("case", CASES)
def test_dewi_kadita_was_run_as_others_ran_it(reference, peer, case):
    """The reference's own runs of the package, from as many seeds."""
    with open(reference / "dewi_kadita" / "peer_statistics.csv", encoding="utf-8", newline="") as file:
        theirs = [r for r in csv.DictReader(file) if (r["case"], r["ensemble"]) == (case, "varied")]
    assert {r["metric"] for r in theirs} == {metric for c, metric in peer if c == CASES[case]}
    for row in theirs:
        mean, sd, n = peer[CASES[case], row["metric"]]
        assert_agree(row["metric"], (mean, sd, n), (row["lasthalf_mean"], row["lasthalf_sd"], row["repeats"]))


@pytest.mark.parametrize("case", CASES.values())
def test_published_cases_are_dewi_kaditas(rows, peer, case):
    for metric in COMPARED:
        ours = [float(v) for v in of_all_seeds(rows, case, "published", metric)]
        assert_agree(metric, (statistics.fmean(ours), statistics.stdev(ours), len(ours)), peer[case, metric])


def assert_agree(metric, one, other):
    (a, sd_a, n_a), (b, sd_b, n_b) = ([float(x) for x in side] for side in (one, other))
    error = math.sqrt(sd_a**2 / n_a + sd_b**2 / n_b)
    assert a == pytest.approx(b, abs=4 * error + 1e-5), metric  # four: of 64 comparisons; stored to six digits
