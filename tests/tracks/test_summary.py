"""Five lines say what tracks hold after they are converted, equal to plain NumPy on the original numbers."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import kadita
from kadita.io.importing.summary import summary_of

DT = 0.04
HOW = ["--column", "agent=id", "--column", "time=t", "--length-unit", "cm", "--time-unit", "s"]


@pytest.fixture
def tracks(tmp_path, rng):
    """Four animals, some sightings lost, and a second, 25 frames, in which nothing was recorded."""
    x = rng.normal(size=(300, 4, 2)).cumsum(axis=0)
    x[rng.random((300, 4)) < 0.1] = np.nan
    times = np.arange(300) * DT + np.where(np.arange(300) >= 200, 1.0, 0.0)
    path = tmp_path / "fish.csv"
    seen = np.argwhere(~np.isnan(x[..., 0])).tolist()
    path.write_text("id,t,x,y\n" + "".join(f"{i},{times[t]:.2f},{x[t, i, 0]},{x[t, i, 1]}\n" for t, i in seen))
    return path, x, times


def gaps_of(x, times):
    found = []
    for agent in range(x.shape[1]):
        own = np.flatnonzero(~np.isnan(x[:, agent, 0]))
        frames, elapsed = np.diff(own), np.diff(times[own])
        found += elapsed[(frames > 1) | (elapsed > 1.5 * DT)].tolist()
    return found


@pytest.mark.filterwarnings("ignore::kadita.KaditaWarning")
def test_its_numbers_are_those_of_numpy(tracks):
    path, x, times = tracks
    how = {"columns": ["agent=id", "time=t"], "length_unit": "cm", "time_unit": "s"}
    with kadita.open(path, **how) as trajectory:
        s = summary_of(trajectory)
        v = trajectory.read(np.arange(325)).velocities
    speeds = np.linalg.norm(v, axis=2)[~np.isnan(v[..., 0])]
    seen = ~np.isnan(x[..., 0])
    assert (s.agents, s.frames, s.sightings, s.with_velocity) == (4, 325, seen.sum(), len(speeds))
    assert s.in_a_frame == (0, np.median(np.append(seen.sum(axis=1), np.zeros(25))), 4)
    gaps = gaps_of(x, times)
    assert s.gaps == len(gaps)
    assert s.longest_gap == pytest.approx(max(gaps))
    assert s.rate == pytest.approx(25)
    assert_allclose(s.times, times[[0, -1]])
    assert_allclose(s.low[:2], np.nanmin(x, axis=(0, 1)))
    assert_allclose(s.high[:2], np.nanmax(x, axis=(0, 1)))
    assert_allclose(s.speeds, np.quantile(speeds, [0.5, 0.99]))
    assert (s.dimensions, s.every) == (2, 1)


def test_it_is_five_lines_on_stdout(tracks, command, tmp_path):
    path, x, times = tracks
    for output, more in (("a.nc", ["--smooth", "5"]), ("a.xyz", [])):
        done = command("convert", path, tmp_path / output, *HOW, *more)
        wrote, *lines = done.stdout.splitlines()
        assert wrote.startswith("wrote ")
        assert [line.split(":")[0] for line in lines] == ["agents", "frames", "gaps", "extent", "speeds"]
        assert lines[0].startswith("agents:  4, ")
        assert lines[1] == "frames:  325, time 0 to 12.96 s, 25 per s"
        assert f"{len(gaps_of(x, times))}, the longest" in lines[2]
        assert lines[3].startswith("extent:  a plane, x ")
        assert lines[3].endswith(" cm")
        assert lines[4].endswith(" cm/s")
        assert "agents:" not in done.stderr


def test_trajectories_are_converted_without(tracks, command, tmp_path):
    command("convert", tracks[0], tmp_path / "a.nc", *HOW)
    assert len(command("convert", tmp_path / "a.nc", tmp_path / "a.xyz").stdout.splitlines()) == 1


@pytest.mark.filterwarnings("ignore::kadita.KaditaWarning")
def test_reused_columns_hold_animals_of_their_own():
    from kadita.school.chunk import Chunk
    from kadita.school.in_memory import InMemoryTrajectory

    x = np.ones((40, 1, 3)) * np.arange(40)[:, None, None]
    identities = np.repeat([0, 1], 20)[:, None]
    x[[5, 20, 30, 31], 0] = np.nan  # agent 1 begins late, which is no gap
    identities[np.isnan(x[..., 0])] = -1
    s = summary_of(InMemoryTrajectory("a", Chunk(x, None, np.arange(40.0), None, identities), np.arange(2), {}))
    assert (s.agents, s.gaps, s.longest_gap, s.speeds) == (2, 2, 3.0, None)
    assert s.lines()[-1] == "speeds:  not known"
