"""Agents seen now and then, or without a velocity, or as identities that come and go: every sighting counts."""

import numpy as np
import pytest

import kadita
from kadita import Box, analysis
from kadita.school.chunk import Chunk
from kadita.school.in_memory import InMemoryTrajectory

NAN = np.nan
MSD = "mean_squared_displacement"
OF_ALL = (
    (MSD, {"lags": 12}),
    (MSD, {"lags": 12, "reference": "centroid"}),
    ("velocity_autocorrelation", {"lags": 12}),
    ("velocity_autocorrelation", {"lags": 12, "reference": "centroid"}),
    ("heading_autocorrelation", {"lags": 12}),
    ("turning_rate", {}),
    ("path_curvature", {}),
)


def by_pairs(x, lags):
    """Mean of |x(t + l) - x(t)|^2 over agents and pairs of sightings, one pair after the other."""
    squares = [((x[lag:] - x[: len(x) - lag]) ** 2).sum(axis=2) for lag in range(lags + 1)]
    return np.array([np.nanmean(s) if np.isfinite(s).any() else NAN for s in squares])


def test_a_particle_that_is_seen_in_even_frames_only(school, found):
    x = np.full((60, 2, 3), NAN)
    x[:, 1] = 0.0  # somebody is there always
    x[::2, 0] = np.arange(0.0, 60, 2)[:, None] * [0.3, 0.4, 0.0]
    alone = found(school(x[:, :1], dimensions=2), MSD, lags=6)[""].values
    np.testing.assert_allclose(alone, [0, NAN, 0.25 * 4, NAN, 0.25 * 16, NAN, 0.25 * 36], atol=1e-12)
    pair = found(school(x, dimensions=2), MSD, lags=6)[""].values
    np.testing.assert_allclose(pair, by_pairs(x, 6), atol=1e-12)


@pytest.mark.parametrize("dimensions", [2, 3])
@pytest.mark.parametrize("missing", [0.1, 0.4, 0.9])
def test_sightings_that_are_missing_at_random(missing, dimensions, school, found, walkers, rng):
    x = walkers(rng, 1100, 5)
    x[..., dimensions:] = 0.0
    x[rng.random((1100, 5)) < missing] = NAN
    assert np.isnan(x).all(axis=(1, 2)).any() == (missing > 0.1)  # frames that hold nobody
    values = found(school(x, dimensions=dimensions), MSD, lags=9)[""].values
    np.testing.assert_allclose(values, by_pairs(x, 9), rtol=1e-9)
    assert values[9] == pytest.approx(9 * dimensions * 0.09, rel=0.4)


@pytest.mark.parametrize("dimensions", [2, 3])
def test_diffusion_is_two_d_d_t(dimensions, school, found, walkers, rng):
    step, d = 0.5, 0.8  # of sqrt(2 D step) on each axis
    x = walkers(rng, 3000, 40, np.sqrt(2 * d * step))
    x[..., dimensions:] = 0.0
    whole = found(school(x, step=step, dimensions=dimensions), MSD, lags=50)[""]
    np.testing.assert_allclose(whole.values, 2 * dimensions * d * whole.axes["lag"], rtol=0.03)


def test_whoever_has_no_velocity_moves_all_the_same(school, found, wanderers, rng):
    v = wanderers(rng, 1100, 4, 0.3)
    x = np.cumsum(v, axis=0)
    known = rng.random((1100, 4)) < 0.6
    partly, gone = np.where(known[..., None], v, NAN), np.where(known[..., None], x, NAN)
    for name in (MSD, "path_curvature"):
        some, whole = found(school(x, partly), name), found(school(x, v), name)
        for key, expected in whole.items():
            np.testing.assert_array_equal(some[key].values, expected.values)
    for name in ("velocity_autocorrelation", "heading_autocorrelation", "turning_rate"):
        some, absent = found(school(x, partly), name), found(school(gone, partly), name)
        for key, expected in absent.items():  # of velocities the same counts as if the others were not there
            np.testing.assert_array_equal(some[key].values, expected.values)
        assert np.isfinite(next(iter(some.values())).values).all()


@pytest.mark.parametrize("box", [None, 9.0, (9.0, 9.0)])
@pytest.mark.parametrize("reference", ["space", "centroid"])
def test_velocities_that_are_not_dr_dt(reference, box, school, found, wanderers, rng):
    """A model moves its agents by their headings and a drift beside; what its file has is the headings alone."""
    step, drift = 0.5, np.array([0.3, 0.0, 0.0])
    u = wanderers(rng, 1100, 60, 1.0)
    u[..., 2] = 0.0
    x = np.concatenate([np.zeros((1, 60, 3)), np.cumsum((0.4 * u + drift) * step, axis=0)[:-1]])
    wrapped = Box.of(box).wrap(x)
    far = {"lags": 20, "reference": reference}
    there = school(wrapped, 0.4 * u, step=step, box=box, dimensions=2, velocities="heading")
    truly = school(x[:-1], 0.4 * u[:-1] + drift, step=step, dimensions=2)
    values = found(there, "velocity_autocorrelation", **far)["correlation"].values
    expected = found(truly, "velocity_autocorrelation", **far)["correlation"].values
    np.testing.assert_allclose(values, expected, atol=1e-9)
    if reference == "space":
        assert values[20] == pytest.approx(0.3**2, abs=0.01)  # of what keeps on forever
        as_they_are = school(wrapped, 0.4 * u, step=step, box=box, dimensions=2)
        headings = found(as_they_are, "velocity_autocorrelation", **far)["correlation"].values
        assert headings[20] == pytest.approx(0.0, abs=0.01)
    np.testing.assert_array_equal(
        found(there, "heading_autocorrelation", lags=20)["correlation"].values,
        found(school(x, 0.4 * u, step=step, dimensions=2), "heading_autocorrelation", lags=20)["correlation"].values,
    )


@pytest.mark.parametrize("stated", ["displacement", "difference", "tracker"])
def test_velocities_that_are_dr_dt_are_taken_as_they_are(stated, school, found, wanderers, rng):
    v = wanderers(rng, 50, 3, 0.5)
    values = found(school(0 * v, v, velocities=stated, dimensions=3), "velocity_autocorrelation", lags=9)
    expected = found(school(np.cumsum(v, axis=0), v), "velocity_autocorrelation", lags=9)
    np.testing.assert_array_equal(values["correlation"].values, expected["correlation"].values)


@pytest.fixture
def fragments(wanderers, rng):
    """Short tracks, one after the other in four columns, with gaps: a trajectory of columns, and one of identities."""
    frames, columns = 2300, 4
    v = wanderers(rng, frames, columns, 0.2)
    x = np.cumsum(v, axis=0)
    identity = np.full((frames, columns), -1)
    track = 0
    for c in range(columns):
        t = int(rng.integers(0, 9))
        while t < frames:
            end = min(frames, t + int(rng.integers(2, 90)))
            identity[t:end, c], track, t = track, track + 1, end + int(rng.integers(0, 5))
    absent = identity < 0
    absent |= rng.random(absent.shape) < 0.05  # not seen, though the track goes on
    x[absent] = v[absent] = NAN
    there = np.where(absent, -1, identity)
    seen = np.unique(there[there >= 0])
    there = np.where(there < 0, -1, np.searchsorted(seen, there))
    full = np.full((frames, len(seen), 3), NAN)
    of_full = full.copy()
    t, c = np.nonzero(there >= 0)
    full[t, there[t, c]], of_full[t, there[t, c]] = x[t, c], v[t, c]
    times, agents = np.arange(frames) * 0.1, np.arange(len(seen))
    return tuple(
        InMemoryTrajectory("tracks", chunk, agents, {})
        for chunk in (Chunk(x, v, times, None, there), Chunk(full, of_full, times, None))
    )


@pytest.mark.parametrize(("name", "parameters"), OF_ALL)
def test_identities_that_reuse_columns_are_those_with_a_column_each(name, parameters, fragments, found):
    compact, full = fragments
    assert compact.n_columns == 4
    assert len(compact.agents) > 100
    some, expected = found(compact, name, **parameters), found(full, name, **parameters)
    assert list(some) == list(expected)
    for key, whole in expected.items():
        assert some[key].values.shape == whole.values.shape
        np.testing.assert_allclose(some[key].values, whole.values, rtol=1e-9, atol=1e-11)
        assert np.isfinite(whole.values).any() or key == "persistence_time"


@pytest.mark.parametrize("name", ["turning_rate", "path_curvature"])
def test_of_each_species_too(name, fragments, found):
    compact, full = fragments
    compact.species = np.where(np.arange(len(compact.agents)) % 3, "prey", "predator")
    results = kadita.analyze(compact, name, by="species").analyses
    for i, kind in enumerate(("predator", "prey")):
        who = np.flatnonzero(compact.species == kind)
        chunk = full.read(np.arange(full.n_frames))
        alone = Chunk(chunk.positions[:, who], chunk.velocities[:, who], chunk.times, None)
        for key, whole in found(InMemoryTrajectory("alone", alone, who, {}), name).items():
            of_all = results[f"{name}.{key}"].values
            values = of_all[who] if "agents" in key else of_all[i]
            np.testing.assert_allclose(values, whole.values, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("compact", [True, False])
def test_windows_of_a_compact_analysis_have_the_agents_that_occur(compact, fragments):
    """Its cost grows with sightings; without the word it gets all agents, as it has a result for each."""
    sizes = []

    @analysis(finish=lambda state, facts: state, dims=("agent",), compact=compact)
    def sightings(window):
        """Number of frames in which each agent is present."""
        sizes.append(window.shape[1])
        counts = np.zeros(len(fragments[0].agents))
        counts[window.members] = window.present[: window.own].sum(axis=0)
        return counts

    trajectory = fragments[0]
    values = kadita.analyze(trajectory, [sightings]).analyses["sightings"].values
    present = np.isfinite(fragments[1].read(np.arange(2300)).positions[..., 0])
    np.testing.assert_array_equal(values, present.sum(axis=0))
    of_windows = [int(present[first : first + 128].any(axis=0).sum()) for first in range(0, 2300, 128)]
    assert sizes == (of_windows if compact else [len(trajectory.agents)] * len(of_windows))


SLABS = [(9.0, 7.0, "open"), ("open", 9.0, 7.0), (9.0, "open", "open")]


@pytest.mark.parametrize("cell", SLABS)
@pytest.mark.parametrize("name", [MSD, "path_curvature"])
def test_paths_are_unwrapped_along_the_axes_that_repeat(name, cell, school, found, walkers, rng):
    x = walkers(rng, 1100, 5) + np.array([0.4, -0.5, 0.3]) * np.arange(1100)[:, None, None]
    expected = found(school(x), name)
    for key, whole in found(school(Box.of(cell).wrap(x), box=cell), name).items():
        np.testing.assert_allclose(whole.values, expected[key].values, rtol=1e-7, atol=1e-7)


@pytest.mark.parametrize("cell", SLABS)
def test_who_is_near_is_so_across_the_faces_that_there_are(cell, school, found, wanderers, rng):
    u = wanderers(rng, 200, 2, 0.4)
    u[3:, 1] = u[:-3, 0]
    for axis in range(3):
        x = np.zeros((200, 2, 3)) + [1.0, 1.0, 1.0]
        x[:, 1, axis] = 6.5  # 5.5 away, or 7 - 5.5 or 9 - 5.5 across a face
        delays = found(school(x, u, box=cell), "directional_correlation_delay", lags=9, distance=4.0)["delay"].values
        np.testing.assert_array_equal(delays[0, 1], NAN if cell[axis] == "open" else 3)


@pytest.mark.parametrize("length", [1e-9, 1e-3, 1e6])
@pytest.mark.parametrize("time", [1e-9, 1e9])
def test_units_are_units(length, time, school, found, wanderers, rng):
    """The same fish in metres and seconds, and in nanometres and nanoseconds: rest is a speed of 0, not a small one."""
    v = wanderers(rng, 300, 4, 0.3) + 0.3 * rng.normal(size=(300, 4, 3))
    v[100:130, 0] = 0.0
    x = np.cumsum(0.1 * v, axis=0)
    units = {"rad/time": 1 / time, "1/length": 1 / length, "length^2": length**2, "time": time, "1": 1.0}
    units |= {"length^2/time^2": (length / time) ** 2, "time/rad": time, "length": length}
    density = {"smallest": 0.01, "largest": 100.0}
    for name in (MSD, "velocity_autocorrelation", "heading_autocorrelation", "turning_rate", "path_curvature"):
        given = density if name == "path_curvature" else {}
        expected = found(school(x, v, step=0.1), name, **given)
        given = {key: value / length for key, value in given.items()}
        scaled = found(school(x * length, v * length / time, step=0.1 * time), name, **given)
        for key, whole in expected.items():
            in_units = whole.values * units[whole.units]
            scale = np.nanmax(np.abs(in_units))
            np.testing.assert_allclose(
                scaled[key].values, in_units, rtol=1e-6, atol=1e-9 * scale, err_msg=f"{name}.{key}"
            )
