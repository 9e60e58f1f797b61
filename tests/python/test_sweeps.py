"""A sweep from Python: its content or its file, and the dataset that it returns."""

from __future__ import annotations

import numpy as np
import pytest
import xarray

import kadita

CONTENT = {
    "scenario": "vicsek-2d",
    "steps": 40,
    "every": 4,
    "seeds": [1, 2],
    "metrics": ["polarization"],
    "parameters": {"agents": 30, "box": 4.0},
    "grid": {"noise": [0.05, 0.9]},
}


pytestmark = pytest.mark.filterwarnings("ignore::kadita.KaditaWarning")  # the runs are short


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    with pytest.warns(kadita.KaditaWarning, match="use longer runs") as warned:
        made = kadita.sweep(CONTENT, output=tmp_path_factory.mktemp("sweeps") / "noise")
    assert warned[0].filename == __file__
    return made


def test_a_dataset_has_the_parameters_and_seeds_as_dimensions(table):
    assert isinstance(table, xarray.Dataset)
    assert dict(table.polarization.sizes) == {"noise": 2, "seed": 2}
    assert table.noise.values.tolist() == [0.05, 0.9]
    assert (table.polarization.sel(noise=0.05) > table.polarization.sel(noise=0.9)).all()  # noise destroys order


def test_finished_points_are_not_run_again_and_can_be_tabulated_alone(table):
    folder = table.encoding["source"].removesuffix("table.nc")
    again = kadita.sweep(CONTENT, output=folder, table=True)
    np.testing.assert_array_equal(again.polarization, table.polarization)


def test_a_dataset_is_drawn(table):
    from matplotlib import pyplot

    _, axes = pyplot.subplots()
    two = CONTENT | {"grid": {"noise": [0.05, 0.9], "speed": [0.03, 0.3]}, "seeds": [1]}
    folder = table.encoding["source"].removesuffix("noise/table.nc") + "plane"
    drawn = kadita.plot(kadita.sweep(two, output=folder), ["polarization"], kind="phase-diagram", axes=axes)
    assert drawn is axes
    assert {axes.get_xlabel(), axes.get_ylabel()} == {"noise", "speed"}
    pyplot.close("all")


@pytest.mark.parametrize(
    ("content", "options", "said"),
    [
        (CONTENT, {}, "output: expected a folder for the sweep"),
        (CONTENT | {"grit": {}}, {"output": "a"}, "sweep: "),
    ],
)
def test_what_is_refused(content, options, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(kadita.KaditaError, match=said):
        kadita.sweep(content, **options)
    assert not list(tmp_path.iterdir())
