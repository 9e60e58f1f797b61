"""The study of the arrow of time: what its tables say, and that they are those of its settings."""

import csv
import tomllib

from studies import ANALYSES

FOLDER = ANALYSES / "arrow_of_time"
STUDY = tomllib.loads((FOLDER / "study.toml").read_text(encoding="utf-8"))


def table(name):
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_line_holds():
    lines = table("table.csv")
    assert len(lines) > 50
    assert [line["measure"] for line in lines if line["holds"] != "True"] == []
    compared = [line for line in lines if line["expected"]]
    for line in compared:
        gap = abs(float(line["value"]) - float(line["expected"]))
        assert gap <= float(line["tolerance"]) * 1.01, line
    assert len(compared) >= 25


def test_what_was_found():
    lines = table("table.csv")
    of = {(line["school"], line["seed"], line["measure"]): line for line in lines}
    for school in ("torus", "swarm", "dynamic-parallel"):
        for seed in STUDY["seeds"]:
            line = of[school, str(seed), "divergence of pairs"]
            assert float(line["p_value"]) < 0.01
            assert float(line["check"].split()[1].rstrip(",")) < 1.5  # the recession is 0
    found = of["torus", "", "found in so many seeds, 800 frames"]
    assert float(found["value"]) >= STUDY["found_at_least"]
    for measure in ("pairs", "currents", "work of propulsion"):
        low, high = STUDY["alarms_from_to"]
        assert low <= float(of["equilibrium", "", f"false alarms of {measure}"]["value"]) <= high


def test_nothing_is_claimed_of_the_flock():
    """Where blocks are long against what the birds remember, no measure finds anything."""
    independent = [line for line in table("flock.csv") if float(line["check"].rpartition(" ")[2]) < 0.3]
    assert len(independent) >= 4
    assert min(float(line["p_value"]) for line in independent) > 0.05
