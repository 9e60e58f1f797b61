"""The study of entropy production: its table says what holds, its page says what the table says."""

import csv
import math
from pathlib import Path

import numpy as np
import pytest
from studies import modules_of

FOLDER = Path(__file__).resolve().parents[2] / "analyses" / "entropy_production"


@pytest.fixture(scope="module")
def module():
    with modules_of("entropy_production") as modules:
        yield modules


@pytest.fixture(scope="module")
def lines():
    with (FOLDER / "table.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_all_rows_hold(module, lines):
    """Computed once more, from the numbers of the table."""
    for line in lines:
        row = module("study").row_of(line)
        assert row.holds, line
        assert line["holds"] == "yes", line
        if not math.isnan(row.expected):
            assert row.error < module("rows").LARGEST * row.expected or row.system == "ABP, two phases", line


def test_the_page_has_the_table(module, lines):
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert module("table").with_table(text, lines) == text
    assert "gyrator" in text


def test_a_row_that_is_off_or_too_vague_does_not_hold(module):
    known = module("rows").known
    assert known("", "", "", 1.0, (1.03, 0.01)).holds
    assert not known("", "", "", 1.0, (1.05, 0.01)).holds
    assert not known("", "", "", 1.0, (1.0, 0.2)).holds
    assert known("", "", "", 1.0, (1.05, 0.01), uncertainty=0.01).holds


def test_steps_of_a_trap_tend_to_the_closed_form(module):
    """And lose l / 2 + k (k + l / 2) / (k + l) of the even rate, by the step, of which frames lose the first."""
    trapped = module("trapped")
    for name, (_, _, _, rate, _, _) in trapped.SETTINGS.items():
        closed, step = trapped.limit(name, "even"), 1e-4
        lost = 1 - trapped.in_steps(name, "even", step) / closed
        k = trapped.TRAP
        assert lost == pytest.approx(step * (rate / 2 + k * (k + rate / 2) / (k + rate)), rel=1e-3)
        both = trapped.in_steps(name, "odd", step) + trapped.in_steps(name, "even", step)
        assert both == pytest.approx(closed + trapped.limit(name, "odd"), rel=1e-12)


def test_repulsion_is_the_model_s(module):
    """Across a face of the cell: two discs that overlap by .2 push each other with 50 x .2; a third is far away."""
    separation = module("separation")
    x = np.array([[0.1, 5.0], [separation.EDGE - 0.7, 5.0], [30.0, 30.0]])
    assert separation.forces(x) == pytest.approx(np.array([[10.0, 0.0], [-10.0, 0.0], [0.0, 0.0]]))
    packing = separation.local_packing(x)
    assert packing == pytest.approx(np.array([2, 2, 1]) / 25)


def test_the_ring_starts_from_its_stationary_density(module):
    systems = module("systems")
    x = systems.places_on_ring(2.0, 1.0, 0.5, (np.arange(20000) + 0.5) / 20000)
    assert (2.0 + np.sin(x)).mean() == pytest.approx(systems.drift_of_ring(2.0, 1.0), rel=1e-5)
