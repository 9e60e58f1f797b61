"""Results along their own axes: numbers stand at their true places."""

from dataclasses import replace

import matplotlib
import numpy as np
import pytest

from kadita import figures
from kadita.base.errors import KaditaError
from kadita.evaluation.figures import layouts
from kadita.evaluation.figures.asked import Asked
from kadita.evaluation.figures.axes_of_numbers import edges_of
from kadita.evaluation.figures.style import rc
from kadita.evaluation.statistics import estimate


def mesh_of(axes):
    mesh = next(c for c in axes.collections if type(c).__name__ == "QuadMesh")
    where = mesh.get_coordinates()
    return where[0, :, 0], where[:, 0, 1], mesh.get_array()


def test_a_profile_is_the_mean_over_the_frames_that_count_in_a_band_of_its_error(axes, results, rng, drawn):
    values = rng.normal(size=(60, 4)) + [4, 3, 2, 1]
    values[:, 2] = np.nan
    made = results(
        rise=(values, {"dims": ("lag",), "axes": {"lag": np.array([1, 2, 4, 8])}, "axis_units": {"lag": "s"}})
    )
    figures.profile(axes, made, "rise", equilibration=30.0, log="x")
    line = axes.lines[0]
    np.testing.assert_array_equal(line.get_xdata(), [1, 2, 4, 8])
    estimates = [estimate(values[:, i], made.times, 30.0) for i in range(4)]
    np.testing.assert_allclose(line.get_ydata(), [e.mean for e in estimates])
    heights = axes.collections[0].get_paths()[0].vertices[:, 1]
    assert heights.max() == pytest.approx(estimates[0].mean + estimates[0].error)
    assert (axes.get_xscale(), axes.get_xlabel()) == ("log", "lag (s)")
    drawn(axes)


def test_cells_of_uneven_bins_have_their_true_widths(axes, results, rng, drawn):
    x, y = np.array([0.5, 1.5, 4.5]), np.array([-2.0, 0.0, 2.0, 4.0])
    values = rng.uniform(1, 2, (3, 4))
    values[1, 2] = np.nan
    made = results(analyses={"share": (values, ("r", "angle"), "1", {"r": x, "angle": y}, {"r": "m", "angle": "rad"})})
    assert figures.heatmap(axes, made, "share") is axes
    along, up, cells = mesh_of(axes)
    assert along.tolist() == [0.0, 1.0, 3.0, 6.0]
    assert up.tolist() == [-3.0, -1.0, 1.0, 3.0, 5.0]
    np.testing.assert_array_equal(cells.filled(np.nan), values.T)
    assert axes.get_xticks().tolist() == x.tolist()
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("r (m)", "angle (rad)")
    pixels = drawn(axes)
    column, row = axes.transData.transform((1.5, 2.0)).round().astype(int)
    np.testing.assert_array_equal(pixels[pixels.shape[0] - row, column], 255)  # undefined: nothing


def test_many_numbers_have_round_ticks_at_their_places_and_logarithms_their_cells(axes, results, rng):
    x, y = np.linspace(0.05, 9.95, 100), np.geomspace(1, 256, 9)
    values = rng.normal(size=(100, 9))
    made = results(analyses={"share": (values, ("r", "lag"), "1", {"r": x, "lag": y}, {})})
    figures.heatmap(axes, made, "share", log="y")
    _, up, cells = mesh_of(axes)
    np.testing.assert_allclose(up, np.geomspace(1 / np.sqrt(2), 256 * np.sqrt(2), 10))
    assert {0.0, 2.0, 10.0} <= set(np.round(axes.get_xticks(), 9))
    mesh = axes.collections[0]
    assert mesh.norm.vmin == -mesh.norm.vmax  # both signs: about 0
    axes.figure.canvas.draw()
    words = [t.get_text() for t in axes.get_yticklabels() if t.get_text()]
    assert words
    assert not any("$" in w for w in words)


def test_words_along_an_axis_have_cells_of_one_size(axes, results):
    words = np.array(["near", "far"])
    made = results(analyses={"share": (np.eye(2), ("a", "b"), "1", {"a": words, "b": words}, {})})
    figures.heatmap(axes, made, "share")
    along, _, _ = mesh_of(axes)
    assert along.tolist() == [0, 1, 2]
    assert [t.get_text() for t in axes.get_xticklabels()] == ["near", "far"]


def test_edges_lie_halfway_and_one_number_has_a_cell_too():
    assert edges_of([1.0, 2.0, 5.0]).tolist() == [0.5, 1.5, 3.5, 6.5]
    assert edges_of([3.0]).tolist() == [2.5, 3.5]
    np.testing.assert_allclose(edges_of([1.0, 100.0], log=True), [0.1, 10, 1000])
    with pytest.raises(KaditaError, match="expected numbers above 0 along a logarithmic axis; found 0"):
        edges_of([0.0, 1.0], log=True)


@pytest.fixture
def about(results):
    """A map about a focal agent with one neighbour ahead to the left, at x = 2 and y = 1."""
    values = np.zeros((5, 5))
    values[4, 3] = 1.0
    values[0, 0] = np.nan

    def made(values=values, names=("ahead", "left")):
        at = np.arange(-2.0, 3.0)
        return results(
            analyses={"near.density": (values, names, "1/m^2", dict.fromkeys(names, at), dict.fromkeys(names, "m"))}
        )

    return made


@pytest.mark.parametrize("names", [("ahead", "left"), ("left", "ahead")])
def test_a_neighbour_ahead_to_the_left_is_drawn_up_and_to_the_left(axes, about, names, drawn):
    values = about().analyses["near.density"].values
    figures.neighbor_map(axes, about(values if names[0] == "ahead" else values.T, names), "near.density")
    pixels = drawn(axes)
    column, row = axes.transData.transform((1.0, 2.0)).round().astype(int)  # left 1, ahead 2
    middle, _ = axes.transData.transform((0.0, 0.0))
    assert column < middle
    assert pixels[pixels.shape[0] - row, column].sum() < 200  # dark
    assert axes.get_xlabel() == "left \u2013 right (m)"
    assert axes.get_ylabel() == "behind \u2013 ahead (m)"
    assert axes.collections[0].norm.vmin == 0.0


def test_turning_diverges_about_0_and_the_bar_says_where_colours_end(axes, about, rng):
    values = rng.normal(size=(5, 5))
    values[2, 2] = 100.0
    figures.neighbor_map(axes, about(values), "near.density")
    norm = axes.collections[0].norm
    assert norm.vmax == -norm.vmin < 100
    _, bar = axes.figure.axes
    assert bar._colorbar.extend == "max"


@pytest.mark.parametrize("width", [86, 178])
def test_maps_of_an_analysis_are_laid_out_without_its_errors_and_counts(about, width):
    density = about().analyses["near.density"]
    outputs = ("density", "density_error", "turning", "turning_error", "count")
    made = replace(about(), analyses={f"near.{key}": density for key in outputs})
    with matplotlib.rc_context(rc()):
        figure = layouts.maps(Asked(width, ["near"], {"a": made}), draw=figures.neighbor_map, equal=True)[0].figure
    figure.canvas.draw()
    assert [a.get_ylabel() for a in figure.axes if "1/m^2" in a.get_ylabel()] == ["density (1/m^2)", "turning (1/m^2)"]
    box = figure.get_tightbbox()
    assert min(box.x0, box.y0) >= -0.01
    assert box.x1 <= figure.get_figwidth() + 0.01
    assert box.y1 <= figure.get_figheight() + 0.01


@pytest.mark.parametrize(
    ("draw", "name", "said"),
    [
        (figures.profile, "share", "share: expected a result along one axis of numbers; it has r, angle"),
        (figures.heatmap, "ways", "expected a result over two axes; it has lag"),
        (figures.heatmap, "order", "order: expected a result with coordinates along one or two axes of its own"),
        (figures.heatmap, "empty", "empty is undefined in all frames"),
        (figures.heatmap, "several", "several has several results; expected one of several.a"),
        (figures.neighbor_map, "ways", "ways: expected a result over two axes of numbers; it has lag"),
    ],
)
def test_what_does_not_fit_is_refused(axes, results, draw, name, said):
    numbers = {"r": np.arange(2.0), "angle": np.arange(2.0), "lag": np.arange(2.0)}
    made = results(
        order=np.zeros(4),
        analyses={
            "share": (np.eye(2), ("r", "angle"), "1", numbers, {}),
            "ways": (np.ones(2), ("lag",), "1", numbers, {}),
            "empty": (np.full((2, 2), np.nan), ("r", "angle"), "1", numbers, {}),
            "several.a": (np.ones(2), ("lag",), "1", numbers, {}),
        },
    )
    with pytest.raises(KaditaError, match=said):
        draw(axes, made, name)
