"""One pass: blocks, frames, needs and agents come together, and what fails is named and stops nothing."""

import warnings

import numpy as np
import pytest

import kadita
from kadita import Block, Frame, KaditaError, KaditaWarning, metric
from kadita.base.errors import PluginError
from kadita.io.amber.writer import AmberWriter
from kadita.plugins.loading import load_registry
from kadita.plugins.registry import Plugin
from kadita.school.chunk import Chunk
from kadita.school.in_memory import InMemoryTrajectory


@pytest.fixture
def flock(rng):
    """150 frames of six animals that come and go; nobody is there in frame 70."""
    x, v = rng.normal(size=(2, 150, 6, 3))
    x[rng.random((150, 6)) < 0.1] = np.nan
    x[70] = np.nan
    return InMemoryTrajectory("flock", Chunk(x, v, np.arange(150) / 10, None), np.arange(10, 16), {"length_unit": "m"})


def registry_with(*metrics):
    registry = load_registry()
    registry.add(Plugin("test", "test", "1"), metrics)
    return registry


@metric(units="length/time", dims=("agent",))
def pace(block: Block):
    return block.speeds


@metric(per_frame=True, dims=("space",))
def drift(frame: Frame):
    return frame.velocities.mean(axis=0)


@metric(per_frame=True)
def drift_speed(frame: Frame, drift):
    return np.linalg.norm(drift)


@metric()
def broken(block: Block):
    raise ZeroDivisionError("by hand")


@metric()
def on_broken(block: Block, broken):
    return broken


@metric()
def misshapen(block: Block):
    return np.zeros((len(block), 2))


def test_rows_are_frames_and_a_frame_without_animals_is_nan(flock):
    results = kadita.analyze(flock, ["polarization"])
    assert results["polarization"].shape == (150,)
    assert np.flatnonzero(np.isnan(results["polarization"])).tolist() == [70]


def test_values_of_agents_are_laid_on_the_full_axis(flock):
    chunk = flock.read(np.arange(150))
    results = kadita.analyze(flock, ["pace"], registry=registry_with(pace))
    expected = np.where(np.isnan(chunk.positions[..., 0]), np.nan, np.linalg.norm(chunk.velocities, axis=2))
    np.testing.assert_allclose(results["pace"], expected, equal_nan=True)
    assert results.to_xarray()["pace"].sel(agent=12).shape == (150,)
    assert results.series["pace"].units == "m/time"


def test_frame_metrics_get_their_frames_needs(flock):
    results = kadita.analyze(flock, ["drift", "drift_speed"], registry=registry_with(drift, drift_speed))
    np.testing.assert_allclose(results["drift_speed"], np.linalg.norm(results["drift"], axis=1), equal_nan=True)
    assert list(results.columns()) == ["drift.x", "drift.y", "drift.z", "drift_speed"]


def test_a_row_does_not_depend_on_which_frames_are_read(flock):
    whole = kadita.analyze(flock, ["rotation", "spread"])
    some = kadita.analyze(flock, ["rotation", "spread"], start=3, stop=140, step=11)
    for name in whole:
        np.testing.assert_array_equal(some[name], whole[name][3:140:11])
    np.testing.assert_array_equal(some.times, np.arange(3, 140, 11) / 10)


def test_a_metric_that_raises_is_named_and_the_others_go_on(flock):
    with pytest.warns(KaditaWarning) as caught:
        results = kadita.analyze(flock, ["broken", "on_broken", "spread"], registry=registry_with(broken, on_broken))
    assert list(results) == ["spread"]
    assert str(caught[0].message) == results.failures["broken"]
    assert results.failures["broken"].startswith(
        "broken (plugin test (test 1)) failed: ZeroDivisionError: by hand (test_"
    )
    assert results.failures["on_broken"] == "on_broken (plugin test (test 1)) failed: needs broken, which failed"


def test_nothing_left_is_an_error(flock):
    with pytest.raises(PluginError, match="ZeroDivisionError: by hand"):
        kadita.analyze(flock, ["broken"], registry=registry_with(broken))


def test_a_wrong_shape_is_said_with_what_was_expected(flock):
    with pytest.raises(
        PluginError, match=r"misshapen .*expected shape \(T,\) with T = \d+ and \d agents; got \(\d+, 2\)"
    ):
        kadita.analyze(flock, ["misshapen"], registry=registry_with(misshapen))


@pytest.mark.parametrize(
    ("returned", "message"),
    [
        (None, "it returned None; is a return missing"),
        ("fast", "expected real numbers; got str"),
        (1j, "expected real numbers; got complex"),
        ([1, [2, 3]], "rows of unequal length"),
    ],
)
def test_what_is_no_array_of_numbers_is_told_apart(flock, returned, message):
    @metric
    def odd(block: Block):
        return returned

    with pytest.raises(PluginError, match=message):
        kadita.analyze(flock, "odd", registry=registry_with(odd))


def test_a_fault_is_placed_in_the_metrics_own_file(flock):
    @metric
    def deep(block: Block):
        return np.linalg.inv(np.zeros((2, 3)))

    with pytest.raises(PluginError, match=r"LinAlgError: .* \(test_evaluate.py, line \d+\)"):
        kadita.analyze(flock, ["deep"], registry=registry_with(deep))


def test_results_keep_the_order_in_which_metrics_were_named(flock):
    assert list(kadita.analyze(flock, ["spread", "rotation", "polarization"])) == ["spread", "rotation", "polarization"]


def test_a_run_that_ended_early_is_said_so(tmp_path, rng):
    writer = AmberWriter(tmp_path / "a.nc", 3, periodic=False)
    writer.write(rng.normal(size=(4, 3, 3)), np.ones((4, 3, 3)), np.arange(4.0))
    writer.close(complete=False)
    with pytest.warns(KaditaWarning, match="is still writing it, or ended early; it has 4 frames so far"):
        kadita.analyze(tmp_path / "a.nc", ["spread"])


def test_without_velocities_what_needs_them_is_left_out_with_a_note():
    with pytest.warns(KaditaWarning) as caught:
        results = kadita.analyze(Block(np.zeros((2, 5, 3))))
    assert "spread" in results
    assert not {"polarization", "rotation", "oceanic_schooling_index"} & set(results)
    assert any("polarization" in str(w.message) and "needs velocities" in str(w.message) for w in caught)


@pytest.mark.parametrize("name", ["polarization", "oceanic_schooling_index", "drift"])
def test_without_velocities_a_metric_that_was_named_is_refused(name):
    with pytest.raises(KaditaError, match=f"{name} needs velocities"):
        kadita.analyze(Block(np.zeros((2, 5, 3))), [name], registry=registry_with(drift))


def test_groups_need_a_link_distance_from_somewhere(rng):
    x = rng.normal(size=(1, 5, 3))
    with pytest.raises(KaditaError, match="cluster_count needs a link_distance"):
        kadita.analyze(Block(x), ["cluster_count"])
    set_ = kadita.analyze(Block(x), ["cluster_count"], parameters={"cluster_count.link_distance": 1.0})
    known = kadita.analyze(Block(x, attributes={"r_a": 1.0}), ["cluster_count"])
    assert set_["cluster_count"] == known["cluster_count"]


def test_frames_that_percolate_are_counted_in_one_line(rng):
    x = rng.uniform(0, 10, (3, 200, 3))
    with pytest.warns(KaditaWarning, match=r"linked to its own periodic image.* in 3 of 3 frames \(percolates\)"):
        kadita.analyze(Block(x, x, box=10.0), ["percolates"], parameters={"link_distance": 3.0})


def test_what_the_user_set_wrongly_is_the_users_to_mend(rng):
    x = rng.normal(size=(2, 5, 3))
    with pytest.raises(KaditaError, match="depth_stratification_entropy: depth_range: expected the lower") as error:
        kadita.analyze(Block(x), ["depth_stratification_entropy"], parameters={"depth_range": [3, 1]})
    assert error.value.exit_status == 2


def test_results_say_where_they_come_from(tmp_path):
    path = kadita.run("dewi-kadita-1", agents=10, steps=20, every=10, output=tmp_path / "a.nc")
    results = kadita.analyze(path, ["spread", "rotation"], parameters={"rotation.definition": "published"})
    assert results.provenance["kadita"] == kadita.__version__
    assert results.provenance["input"]["name"] == "a.nc"
    assert results.provenance["input"]["bytes"] == path.stat().st_size
    assert len(results.provenance["input"]["header_sha256"]) == 64
    assert results.series["rotation"].parameters == {"definition": "published"}
    assert results.series["spread"].parameters == {"definition": "corrected"}
    assert results.series["spread"].plugin == "kadita:order"


def test_other_warnings_of_a_plugin_become_one_note(flock):
    @metric()
    def chatty(block: Block):
        warnings.warn("by a plugin", UserWarning, stacklevel=1)
        return np.zeros(len(block))

    with pytest.warns(KaditaWarning) as caught:
        kadita.analyze(flock, ["chatty"], registry=registry_with(chatty))

    assert [str(w.message) for w in caught] == ["chatty: UserWarning: by a plugin (test_evaluate.py, line 205)"]


def test_a_metric_cannot_write_to_its_input(flock):
    @metric()
    def vandal(block: Block):
        block.positions[:] = 0
        return np.zeros(len(block))

    with pytest.raises(PluginError, match="read-only"):
        kadita.analyze(flock, ["vandal"], registry=registry_with(vandal))
