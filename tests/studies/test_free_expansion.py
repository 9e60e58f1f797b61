"""The study of the gas that doubles its volume: its table holds, and small gases with collisions do what they must."""

import csv
import math

import numpy as np
import pytest
from studies import ANALYSES, module_of

COLLISIONS = module_of("free_expansion", "collisions")


def test_every_row_of_the_table_holds():
    with (ANALYSES / "free_expansion" / "table.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["quantity"]: row for row in csv.DictReader(file)}
    assert len(rows) > 80
    for (path, width), gains in COLLISIONS.GAINS.items():
        for time, gain in zip(COLLISIONS.SHOWN, gains, strict=True):
            assert float(rows[f"gain, path = {path:g}, dv = {width:g}, t = {time:g}"]["expected"]) == gain
    for name, row in rows.items():
        assert abs(float(row["measured"]) - float(row["expected"])) <= float(row["tolerance"]) * 1.001, name
        assert row["holds"] == "yes", name


@pytest.mark.slow
def test_small_gases_with_collisions():
    """Of an independent program: .411, .682, .688 for N = 2000 in cells of .5 x 1 x 1, with a deviation of .0145."""
    runs = [COLLISIONS.expansion(0.1, 2000, (1.0, 5.0, 10.0), seed, widths=(1.0,), cell=0.5)[:, 0] for seed in range(8)]
    np.testing.assert_allclose(np.mean(runs, axis=0), (0.411, 0.682, 0.688), atol=3 * 0.0145 / math.sqrt(8))
    assert np.std(runs, axis=0).max() < 0.03


def test_slopes_and_ratios_of_rates():
    times = COLLISIONS.TIMES
    assert COLLISIONS.slopes(np.outer(times, (1.0, 2.0))) == pytest.approx((1.0, 2.0))
    widths, limit, free = np.array(COLLISIONS.WIDTHS), 0.3, 0.2 * np.array(COLLISIONS.WIDTHS)
    rates = dict.fromkeys(COLLISIONS.PATHS, np.sqrt(limit**2 + free**2)) | {math.inf: free}
    for z, f in COLLISIONS.scaled(rates).values():
        assert z == pytest.approx(limit / (0.2 * widths))
        assert f == pytest.approx(np.sqrt(1 + z**2))


def test_discs_start_at_random_without_overlap():
    discs = COLLISIONS.at_start(0.02, 5000)
    assert discs.smallest_distance >= discs.diameter
    assert discs.positions[:, 0].max() <= 1.0
    n = 5000
    assert 1 / (2 * math.sqrt(2) * n * discs.diameter) == pytest.approx(0.02)
    discs.advance(0.02)
    rate = 2 * discs.collisions / n / 0.02
    assert rate == pytest.approx(math.sqrt(math.pi / 2) / 0.02, rel=0.06)
