"""Colours that the colour-blind tell apart, and names of runs that are short and differ."""

import itertools
from pathlib import Path

import numpy as np
import pytest

from kadita import figures
from kadita.base.files import distinct
from kadita.evaluation.figures.legend import _columns
from kadita.evaluation.figures.runs import named
from kadita.evaluation.figures.style import DIVERGING, LABELLED, RUNS, SEQUENTIAL, colour_map

DEUTERANOPIA = np.array(  # Machado, Oliveira and Fernandes 2009, of linear RGB
    [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
)
TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)


def seen(colour, eyes):
    """CIE L*a*b* of a colour, as eyes see it."""
    rgb = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]) if isinstance(colour, str) else colour[:3]
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((np.asarray(rgb) + 0.055) / 1.055) ** 2.4)
    xyz = TO_XYZ @ np.clip(eyes @ linear, 0, 1) / [0.95047, 1.0, 1.08883]
    x, y, z = np.where(xyz > 0.008856, np.cbrt(xyz), xyz * 7.787 + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("eyes", [np.eye(3), DEUTERANOPIA])
@pytest.mark.parametrize("colours", [LABELLED, RUNS])
def test_colours_are_apart_for_all_eyes(colours, eyes):
    """By 25 in L*a*b*, of which 2 can be told apart side by side."""
    places = [seen(c, eyes) for c in colours]
    assert min(np.linalg.norm(a - b) for a, b in itertools.combinations(places, 2)) > 25


@pytest.mark.parametrize("eyes", [np.eye(3), DEUTERANOPIA])
def test_maps_get_darker_from_the_least_or_from_0(eyes):
    rising = [seen(c, eyes)[0] for c in colour_map(SEQUENTIAL)(np.linspace(0, 1, 50))]
    assert (np.diff(rising) < 0).all()
    both = np.array([seen(c, eyes)[0] for c in colour_map(DIVERGING)(np.linspace(0, 1, 101))])
    assert both.argmax() == 50
    ends = [seen(c, eyes) for c in (DIVERGING[1], DIVERGING[-2])]
    assert np.linalg.norm(ends[0] - ends[1]) > 50  # the signs differ in hue, too


def test_names_of_runs_are_the_shortest_that_differ():
    assert distinct(["a/x.nc", "a/y.nc"]) == ["x", "y"]
    assert distinct(["a/x.nc", "b/x.nc"]) == ["a/x", "b/x"]
    assert distinct(["/a/x.nc", "/a/x.csv"]) == ["x.nc", "x.csv"]
    assert distinct(["a/1/2/3/4/5/x.nc", "b/1/2/3/4/5/x.nc"]) == ["a/1/2/3/4/5/x", "b/1/2/3/4/5/x"]
    assert distinct([Path("noise 0.1"), Path("noise 0.5")]) == ["noise 0.1", "noise 0.5"]
    assert distinct(["x", "x"]) == ["x (1)", "x (2)"]


def test_names_that_are_given_stay_and_files_get_short_ones(results):
    one = results(order=np.arange(9.0))
    assert [*named({"free 0.5": one, "bound 0.5": one})] == ["free 0.5", "bound 0.5"]
    assert [*named({"a/x.nc": one, "a/y.nc": one})] == ["x", "y"]


def test_a_legend_has_as_many_columns_as_there_is_room_for():
    assert _columns([5, 5, 5], 3.0) == 3
    assert _columns([20, 20, 20], 3.2) == 2
    assert _columns([80, 80], 3.2) == 1


def test_formulas_that_a_user_has_written_on_the_axes_stay_formulas(axes, results):
    axes.set_title("$r_o$")
    figures.series(axes, results(order=np.arange(9.0)), "order")
    assert axes.title.get_parse_math()
    assert not axes.yaxis.label.get_parse_math()
