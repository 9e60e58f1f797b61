"""Densities of metrics over the frames that count, and of per-agent metrics over agents and frames."""

import numpy as np
import pytest

from kadita import figures
from kadita.base.errors import KaditaError


def outlines(axes):
    return [p.get_data() for p in axes.patches if not p.get_fill()]


def test_the_density_is_the_histogram_of_what_counts_and_integrates_to_one(axes, results, rng, drawn):
    values = rng.normal(size=300)
    values[10] = np.nan
    values[250] = np.inf
    made = results(height=(values, {"units": "m"}))
    assert figures.distribution(axes, made, "height", bins=12, equilibration="half") is axes
    ((density, edges, _),) = outlines(axes)
    counted = values[150:][np.isfinite(values[150:])]
    expected, where = np.histogram(counted, bins=12, density=True)
    np.testing.assert_allclose(density, expected)
    np.testing.assert_allclose(edges, where)
    assert (density * np.diff(edges)).sum() == pytest.approx(1)
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("height (m)", "density (1/m)")
    drawn(axes)


def test_runs_share_bins_as_fine_as_the_narrowest_needs(axes, results, rng):
    wide, narrow = rng.uniform(0, 1, 2000), 0.5 + 0.002 * rng.normal(size=2000)
    figures.distribution(axes, {"wide": results(p=wide), "narrow": results(p=narrow)}, "p")
    (_, a, _), (_, b, _) = outlines(axes)
    np.testing.assert_array_equal(a, b)
    assert len(a) - 1 == 200  # as many as there may be
    assert axes.get_ylabel() == "density"


def test_of_agents_all_defined_values_are_counted(axes, results, rng):
    values = rng.normal(size=(50, 8))
    values[20:, 3] = np.nan  # an agent that leaves
    figures.distribution(axes, results(pull=(values, {"dims": ("agent",)})), "pull", bins=9)
    ((density, edges, _),) = outlines(axes)
    np.testing.assert_allclose(density, np.histogram(values[np.isfinite(values)], 9, density=True)[0])
    assert axes.get_xlabel() == "pull of agents"


def test_one_value_alone_can_be_drawn(axes, results, drawn):
    figures.distribution(axes, results(p=np.full(20, 0.5)), "p")
    drawn(axes)


@pytest.mark.parametrize(
    ("series", "options", "said"),
    [
        ((np.full(9, np.nan), {}), {}, "x is undefined in all frames"),
        ((np.zeros(9), {"labels": ("a",)}), {}, "x: expected numbers; its values are names"),
        (
            (np.zeros((9, 2)), {"dims": ("agent",)}),
            {"equilibration": "auto"},
            "expected an equilibration of none, half",
        ),
    ],
)
def test_what_has_no_density_is_refused(axes, results, series, options, said):
    with pytest.raises(KaditaError, match=said):
        figures.distribution(axes, results(x=series), "x", **options)
