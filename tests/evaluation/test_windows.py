"""Whole-trajectory analyses see every frame once as their own, and as many behind as they asked for."""

import numpy as np
import pytest

import kadita
from kadita.school.chunk import BLOCK_FRAMES
from kadita.school.window import FRAMES as WINDOW
from kadita.school.window import Window, frames_of_windows


def measured(data, plugin, **options):
    return kadita.analyze(data, ["pairs", "path_within_windows"], plugins=[plugin], **options)


@pytest.mark.parametrize("lags", [0, 3, 100, 1500, 5000])
def test_every_pair_of_frames_counts_once(school, plugin, positions, lags):
    found = measured(school, plugin, parameters={"lags": lags}).analyses
    frames = len(positions)
    expected = np.maximum(0, frames - np.arange(lags + 1))
    np.testing.assert_array_equal(found["pairs.pairs"].values, expected)
    np.testing.assert_array_equal(found["pairs.pairs"].axes["lag"], np.arange(lags + 1))
    x = positions[:, 0, 0]
    sums = [x[lag:].sum() for lag in range(lags + 1)]
    np.testing.assert_allclose(found["pairs.total"].values, sums, rtol=1e-12)


def test_a_window_is_a_matter_of_the_number_of_agents_alone():
    assert frames_of_windows(3) == WINDOW
    assert frames_of_windows(10_000) == 100
    assert frames_of_windows(10**9) >= 1


def test_what_an_analysis_finds_does_not_depend_on_what_else_is_asked_for(school, plugin):
    alone = kadita.analyze(school, ["path_within_windows"], plugins=[plugin])
    beside = kadita.analyze(
        school, ["path_within_windows", "pairs", "spread"], plugins=[plugin], parameters={"pairs.lags": 700}
    )
    name = "path_within_windows"
    np.testing.assert_array_equal(alone.analyses[name].values, beside.analyses[name].values)
    assert list(alone) == [name]
    assert not alone.series
    assert list(beside.series) == ["spread"]  # first_x was computed for `pairs`, and not asked for


def test_frames_that_are_left_out_are_not_there(school, plugin, positions):
    with pytest.warns(kadita.KaditaWarning, match="steps longer than half an edge are not seen"):
        found = measured(school, plugin, start=10, stop=2000, step=7, parameters={"lags": 2}).analyses
    x = positions[10:2000:7, 0, 0]
    np.testing.assert_array_equal(found["pairs.pairs"].values, [len(x), len(x) - 1, len(x) - 2])
    np.testing.assert_allclose(found["pairs.total"].values, [x.sum(), x[1:].sum(), x[2:].sum()], rtol=1e-12)


def test_a_simulation_that_is_measured_as_it_runs_gives_the_bits_of_its_file(tmp_path, plugin):
    options = {"steps": 1500, "every": 1, "parameters": {"agents": 5}}
    path = kadita.run("vicsek", output=tmp_path / "v.nc", **options)
    with kadita.simulate("vicsek", **options) as running:
        live = measured(running, plugin).analyses
    stored = measured(path, plugin).analyses
    np.testing.assert_array_equal(live["pairs.pairs"].values, stored["pairs.pairs"].values)
    np.testing.assert_allclose(live["pairs.total"].values, stored["pairs.total"].values, rtol=1e-5)


def test_agents_come_and_go(tmp_path, plugin):
    """Where nobody is, a frame is there all the same, with NaN."""
    from kadita.io.amber.writer import AmberWriter

    x = np.random.default_rng(1).uniform(1, 9, (300, 4, 3))
    x[100:120, 2] = np.nan
    x[200:230] = np.nan
    path = tmp_path / "gaps.nc"
    with AmberWriter(path, 4, periodic=False, velocities=False, presence=True) as writer:
        writer.write(x, None, np.arange(300.0))
    found = kadita.analyze(path, ["path_within_windows"], plugins=[plugin])
    steps = np.diff(x.astype(np.float32).astype(float), axis=0)
    expected = np.nansum(np.linalg.norm(steps, axis=2), axis=0)
    np.testing.assert_allclose(found.analyses["path_within_windows"].values, expected, rtol=1e-12)
    np.testing.assert_array_equal(found.times, np.arange(300.0))


def test_positions_go_on_across_the_cell(positions):
    """A walk of small steps is what it was before it was wrapped."""
    rng = np.random.default_rng(6)
    walk = 5 + np.cumsum(rng.normal(scale=0.1, size=positions.shape), axis=0)
    lengths = np.full((len(walk), 3), 10.0)
    window = Window(positions, times=np.arange(len(walk)) * 1.0, lengths=lengths, own=BLOCK_FRAMES)
    np.testing.assert_allclose(window.unwrapped - window.unwrapped[0], walk - walk[0], atol=1e-4)
    with pytest.raises(ValueError, match="read-only"):
        window.positions[0] = 0


def test_after_a_gap_an_agent_goes_on_from_where_it_was_last_seen():
    x = np.array([[9.5], [np.nan], [0.5], [1.5]])[..., None] * np.ones(3)
    window = Window(x, times=np.arange(4.0), lengths=np.full((4, 3), 10.0), own=4)
    np.testing.assert_array_equal(window.unwrapped[[0, 2, 3], 0, 0], [9.5, 10.5, 11.5])


class TestBadAnalyses:
    def plugin(self, tmp_path, body, declared="finish=lambda s, f: s"):
        text = f"from kadita import Output, analysis, hookimpl\n\n\n@analysis({declared})\n"
        text += f"def bad(window):\n    {body}\n\n\n"
        path = tmp_path / "bad.py"
        path.write_text(text + "@hookimpl\ndef kadita_analyses():\n    return [bad]\n")
        return path

    @pytest.mark.parametrize(
        ("body", "declared", "said"),
        [
            ("return 1 / 0", "finish=lambda s, f: s", "ZeroDivisionError: division by zero (bad.py, line 6)"),
            ("return 'a'", "finish=lambda s, f: {'x': 1}", "expected its result; got x"),
            ("return 'a'", "finish=lambda s, f: s", "expected real numbers; got str"),
            ("return [1.0, 2.0]", "finish=lambda s, f: s", "expected axes (); got shape ("),
            ("window.positions[:] = 0; return 1", "finish=lambda s, f: s", "read-only"),
        ],
    )
    def test_what_fails_is_named_with_its_plugin(self, school, tmp_path, body, declared, said):
        with pytest.raises(kadita.KaditaError) as error:
            kadita.analyze(school, ["bad"], plugins=[self.plugin(tmp_path, body, declared)])
        assert "bad (plugin bad (" in str(error.value)
        assert said in str(error.value)

    @pytest.mark.parametrize(
        ("declared", "said"),
        [
            ("finish=print, halo='lags'", "halo: expected a number or the name of a parameter; got 'lags'"),
            ("finish=print, outputs={'x': 'length'}", "expected a mapping of names to Output"),
        ],
    )
    def test_what_declares_nothing_meaningful_is_refused(self, tmp_path, declared, said):
        with pytest.raises(kadita.KaditaError, match="plugin file") as error:
            kadita.plugins.loading.load_registry([self.plugin(tmp_path, "return 1", declared)])
        assert said in str(error.value)

    def test_a_name_that_a_metric_has_is_taken(self, tmp_path):
        path = self.plugin(tmp_path, "return 1")
        path.write_text(path.read_text().replace("bad", "rotation"))
        with pytest.raises(kadita.KaditaError, match="the analysis name 'rotation' is taken by plugin order"):
            kadita.plugins.loading.load_registry([path])
