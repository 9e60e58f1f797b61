"""Couzin's hysteresis, found by a sweep: which state a school is in depends on where it comes from."""

import csv
import tomllib
from pathlib import Path
from statistics import median

import pytest

from kadita.simulation.sweep import run_sweep

STUDY = Path(__file__).resolve().parents[3] / "analyses" / "hysteresis"
SMALLER = {"seeds = 15": "seeds = 5", "3.25, 3.5, 3.75, 4.0, 4.5, 5.0, 6.0]": "3.5, 4.0]"}


def medians(table, r_o=2.0):
    """Medians of P and M over seeds at one radius, on the way up and on the way down."""
    with table.open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if float(row["r_o"]) == r_o]
    return {
        way: {m: median(float(r[m]) for r in rows if r["direction"] == way) for m in ("polarization", "rotation")}
        for way in ("up", "down")
    }


def assert_it_depends_on_the_past(found):
    expected = tomllib.loads((STUDY / "study.toml").read_text())["expected"]
    assert found["up"]["rotation"] > expected["up"]["rotation_above"] == 0.8
    assert found["up"]["polarization"] < expected["up"]["polarization_below"] == 0.25
    assert found["down"]["polarization"] > expected["down"]["polarization_above"] == 0.88
    assert found["down"]["rotation"] < expected["down"]["rotation_below"] == 0.2


def test_the_study_found_it():
    assert_it_depends_on_the_past(medians(STUDY / "table.csv"))


@pytest.mark.slow
def test_a_third_of_the_study_finds_it_today(tmp_path, recwarn):
    text = (STUDY / "sweep.toml").read_text()
    for old, new in SMALLER.items():
        assert old in text
        text = text.replace(old, new)
    (tmp_path / "smaller.toml").write_text(text)
    table, _ = run_sweep(tmp_path / "smaller.toml", output=tmp_path / "smaller", workers=2)
    assert_it_depends_on_the_past(medians(table))


def test_the_study_agrees_with_an_independent_program(reference):
    import json

    theirs = json.loads((reference / "couzin2002" / "hysteresis.json").read_text())["1"]
    at = theirs["ro"].index(2.0)
    ours = medians(STUDY / "table.csv")
    for way in ("up", "down"):
        for column, name in enumerate(("polarization", "rotation")):
            assert ours[way][name] == pytest.approx(median(sweep[at][column] for sweep in theirs[way]), abs=0.03)
