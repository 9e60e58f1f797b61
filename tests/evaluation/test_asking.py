"""What one asks of an analysis: names or metrics themselves, parameters in either form, and what is not given."""

import json

import numpy as np
import pytest

import kadita
from kadita import Block, KaditaError, analysis, metric
from kadita.base.errors import PluginError
from kadita.plugins.loading import load_registry


@pytest.fixture
def school(rng):
    return Block(rng.normal(size=(4, 12, 3)), rng.normal(size=(4, 12, 3)), attributes={"r_a": 2.0})


@metric(units="length", range=(0, 10))
def width(block: Block, *, part: float = 1.0):
    """Greatest extent along x, (T,)."""
    return part * np.ptp(block.positions[..., 0], axis=1)


@metric
def bound(block: Block, *, least: float):
    """Nothing without a number, (T,)."""
    return np.full(len(block), least)


def test_metrics_themselves(school):
    found = kadita.analyze(school, [width, "spread"], parameters={"width.part": 0.5})
    np.testing.assert_allclose(found["width"], np.ptp(school.positions[..., 0], axis=1) / 2)
    assert list(found) == ["width", "spread"]
    built_in = load_registry()["spread"]
    np.testing.assert_array_equal(kadita.analyze(school, built_in)["spread"], found["spread"])


def test_a_metric_with_the_name_of_another(school):
    @metric
    def spread(block):
        """Another, (T,)."""
        return np.zeros(len(block))

    with pytest.raises(PluginError, match=r"the metric name 'spread' is taken by plugin order"):
        kadita.analyze(school, spread)


def test_workers_take_names_alone(school, tmp_path):
    path = kadita.run("vicsek", steps=10, every=1, output=tmp_path / "school.nc", parameters={"agents": 10})
    with pytest.raises(
        KaditaError, match="workers: expected names of metrics, which other processes can load; got the object width"
    ):
        kadita.analyze(path, width, workers=2)


def test_parameters_by_metric_as_in_a_profile(school):
    flat = kadita.analyze(
        school, "oceanic_schooling_index", parameters={"oceanic_schooling_index.weights": {"depth": 2}}
    )
    nested = kadita.analyze(
        school, "oceanic_schooling_index", parameters={"oceanic_schooling_index": {"weights": {"depth": 2}}}
    )
    assert np.array_equal(flat["oceanic_schooling_index"], nested["oceanic_schooling_index"])
    assert nested.series["oceanic_schooling_index"].parameters["weights"].depth == 2
    with pytest.raises(KaditaError, match="no metric of this analysis has a parameter 'wdth'"):
        kadita.analyze(school, width, parameters={"wdth": {"part": 2}})


@pytest.mark.filterwarnings("ignore:left out. angular_momentum. is defined only in a plane")
def test_what_needs_a_value_stops_nothing_that_was_not_asked_for_by_name(school):
    registry = load_registry().including([bound])
    with pytest.warns(kadita.KaditaWarning, match=r"left out: bound: it needs a least \(--set bound.least=VALUE\)"):
        found = kadita.analyze(school, registry=registry)
    assert "polarization" in found
    assert "bound" not in found
    with pytest.raises(KaditaError, match="bound.least is required"):
        kadita.analyze(school, "bound", registry=registry)
    assert "bound" in kadita.analyze(school, registry=registry, parameters={"bound.least": 2.0})


def test_values_beyond_the_declared_range_are_told(school):
    with pytest.warns(kadita.KaditaWarning, match="width: 4 of 4 values are outside its declared range"):
        kadita.analyze(school, width, parameters={"part": 100.0})


def test_a_finish_that_lacks_a_parameter():
    with pytest.raises(PluginError, match=r"finish must take the parameters, too: finish\(state, facts, \*, share\)"):

        @analysis(finish=lambda state, facts: state)
        def crossing(window, *, share: float = 0.5):
            """Nothing."""


def test_the_record_of_a_csv_replaces_no_results(school, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = kadita.analyze(school, "spread")
    kadita.write(found, "keep.json")
    with pytest.raises(KaditaError, match=r"keep.json holds results, which the record of keep.csv would replace"):
        kadita.write(found, "keep.csv", force=True)
    assert "time" in json.loads((tmp_path / "keep.json").read_text())
    kadita.write(found, "other.csv")
    kadita.write(found, "other.csv", force=True)  # its own record it does replace


def test_results_know_which_file_made_them(school, tmp_path):
    file = tmp_path / "mine.py"
    text = "from kadita import hookimpl, metric\n\n@metric\ndef mine(block):\n    '''One, (T,).'''\n"
    text += "    return block.positions[:, 0, 0]\n\n@hookimpl\ndef kadita_metrics():\n    return [mine]\n"
    file.write_text(text)
    first = kadita.analyze(school, "mine", plugins=[file]).series["mine"].plugin_version
    file.write_text(text + "# changed\n")
    second = kadita.analyze(school, "mine", plugins=[file]).series["mine"].plugin_version
    assert first.startswith("sha256 ")
    assert second.startswith("sha256 ")
    assert first != second


def test_an_xvg_says_how_its_numbers_were_made(school, tmp_path):
    kadita.write(kadita.analyze(school, "school_cohesion_entropy"), tmp_path / "a.xvg")
    (line,) = (x for x in (tmp_path / "a.xvg").read_text().splitlines() if x.startswith("# school_cohesion_entropy"))
    assert "bins = 25, estimator = miller-madow" in line
