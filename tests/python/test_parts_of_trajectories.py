"""Slices and selections of a trajectory are trajectories; it describes and shows itself."""

from __future__ import annotations

import numpy as np
import pytest

import kadita


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """Twenty frames of five animals; the last one is absent from frame 7 on."""
    rng = np.random.default_rng(1)
    x, v = rng.normal(size=(20, 5, 3)).cumsum(axis=0), rng.normal(size=(20, 5, 3))
    x[7:, 4] = v[7:, 4] = np.nan
    path = tmp_path_factory.mktemp("parts") / "school.nc"
    species = ["prey"] * 3 + ["predator"] * 2
    with kadita.record(path, agents=5, presence=True, species=species, velocities="state", time_step=0.5) as file:
        file.write(x, v)
    return path


@pytest.mark.parametrize("choice", [slice(None), slice(3, 17, 2), slice(-5, None), slice(None, 4)])
def test_a_slice_has_these_frames_with_their_times(path, choice):
    with kadita.open(path) as trajectory:
        part = trajectory[choice]
        assert len(part) == len(range(20)[choice])
        np.testing.assert_array_equal(part.times, trajectory.times[choice])
        whole = kadita.analyze(trajectory, ["spread", "local_order"], parameters={"k": 2})
        of_part = kadita.analyze(part, ["spread", "local_order"], parameters={"k": 2})
        np.testing.assert_array_equal(of_part.spread, whole.spread[choice])
        np.testing.assert_array_equal(of_part.local_order, whole.local_order[choice])
        assert of_part.frames.tolist() == list(range(len(part)))


def test_slices_of_slices_and_of_selections(path):
    with kadita.open(path) as trajectory:
        part = trajectory[2:16][1:9:3].select("species=predator")
        assert part.times.tolist() == [1.5, 3.0, 4.5]
        assert part.agents.tolist() == trajectory.agents[3:].tolist()
        assert [len(frame.agents) for frame in part] == [2, 2, 1]
        np.testing.assert_array_equal(part[-1].positions, trajectory[9].positions[3:4])
        again = trajectory.select("species=predator")[2:16][1:9:3]
        np.testing.assert_array_equal(again[-1].positions, part[-1].positions)


@pytest.mark.parametrize(
    ("take", "said"),
    [
        (lambda t: t[::-1], "expected a step of at least 1, as time goes forward; got -1"),
        (lambda t: t[20:], r"no frames in \[20:\]; there are 20"),
        (lambda t: t.select("species=whale"), "there is no species 'whale' to select"),
        (lambda t: t.select("whale"), "expected species=NAME or agent=NAME"),
    ],
)
def test_parts_that_are_not_there(path, take, said):
    with kadita.open(path) as trajectory, pytest.raises(kadita.KaditaError, match=said):
        take(trajectory)


def test_the_part_is_in_the_provenance(path):
    with kadita.open(path) as trajectory:
        results = kadita.analyze(trajectory[2:9:3], ["spread"])
    assert results.provenance["input"]["frames"] == [2, 9, 3]


def test_the_former_name_of_frame_numbers_works(path):
    with kadita.open(path) as trajectory:
        with pytest.warns(DeprecationWarning, match="frame_numbers"):
            former = trajectory.select(2, 8, 3)
        assert former.tolist() == trajectory.frame_numbers(2, 8, 3).tolist() == [2, 5]


def test_it_describes_itself_as_the_command_does(path, command):
    with kadita.open(path) as trajectory:
        described = trajectory.describe()
        assert "prey" in trajectory._repr_html_()
    printed = command("info", path)
    assert printed.stdout == f"{described}\n"
    assert described["agents_in_a_frame"] == {"least": 4, "median": 4.0, "most": 5}
    assert "agents in a frame" in described._repr_html_()


def test_it_shows_itself(path):
    with kadita.open(path) as trajectory:
        page = trajectory[:5].show(["spread"])
    assert page._repr_html_().startswith("<iframe")
    assert len(page.results[0].times) == 5


def test_blocks_and_configurations_show_themselves(path):
    with kadita.open(path) as trajectory:
        block = next(iter(trajectory.blocks()))
    assert "predator" in block._repr_html_()
    torus = kadita.scenarios("torus")
    assert "couzin" in torus._repr_html_()
    assert "turning_rate" in torus._repr_html_()
    assert repr(torus).startswith("<RunConfiguration of couzin: 100 agents")
