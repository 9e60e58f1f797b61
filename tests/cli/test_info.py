"""`kadita info`: what the data really are."""

import json
from pathlib import Path

import numpy as np
import pytest

import kadita
from kadita.io.amber.writer import AmberWriter
from kadita.school.velocity_kinds import KINDS


def write(path, x, v=None, **known):
    with AmberWriter(path, x.shape[1], periodic=False, velocities=v is not None, presence=True, **known) as writer:
        writer.write(x, v, np.arange(float(len(x))))
    return path


@pytest.fixture
def walks():
    """Eight animals that walk 100 frames with steps of about 1."""
    return np.random.default_rng(2).normal(size=(100, 8, 3)).cumsum(axis=0)


def facts(command, path):
    done = command("info", path, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


def test_sightings_velocities_and_gaps(command, tmp_path, walks):
    v = np.ones_like(walks)
    walks[10:31, 3] = walks[50:53, 5] = np.nan
    v[10:31, 3] = v[50:53, 5] = v[:40, 0] = np.nan
    found = facts(command, write(tmp_path / "a.nc", walks, v, attributes={"velocities": "heading"}))
    assert found["agents_in_a_frame"] == {"least": 7, "median": 8.0, "most": 8}
    assert found["sightings"] == 800 - 24
    assert found["with_velocity"] == f"736 ({100 * 736 / 776:.3g} %)"
    assert found["longest_gap"] == "22, agent 3 from frame 9 to 31"
    assert found["velocities_are"] == "speed times heading after the step that led to the frame, not dr/dt"
    assert found["dimensions"] == "3 (not stated; z differs, or velocities along it)"
    assert "far_steps" not in found


@pytest.mark.parametrize(("jump", "frame"), [(400.0, 50), (40.0, 1), (25.0, 99)])
def test_a_step_far_beyond_an_agents_others_is_told(command, tmp_path, walks, jump, frame):
    walks[frame:, 6, 0] += jump
    found = facts(command, write(tmp_path / "a.nc", walks))
    length = np.linalg.norm(walks[frame, 6] - walks[frame - 1, 6])
    usual = np.median(np.linalg.norm(np.diff(walks[:, 6], axis=0), axis=1))
    assert found["far_steps"] == (
        "1 beyond the others of their agents (median + 10 MAD), perhaps swaps of identities; the farthest: agent 6 "
        f"moves {length:.4g} to frame {frame}, usually {usual:.4g}"
    )


def test_two_animals_that_swap_identities(command, tmp_path):
    """Two schools of slow animals, 60 apart: from frame 70 on, 2 and 5 are each other."""
    x = np.random.default_rng(2).normal(0, 0.2, (100, 8, 3)).cumsum(axis=0)
    x[:, 4:] += 60.0
    x[70:, [2, 5]] = x[70:, [5, 2]]
    assert facts(command, write(tmp_path / "a.nc", x))["far_steps"].startswith("2 beyond the others")


def test_what_is_no_jump(command, tmp_path):
    """Constant speed, whose deviations are rounding; a face of the cell; the frame after a gap; one step."""
    t = np.arange(200.0)[:, None, None]
    circle = np.concatenate([np.cos(t / 7), np.sin(t / 7), 0 * t], axis=2) * 5 + np.arange(4)[None, :, None]
    circle[30:60, 1] = np.nan
    assert "far_steps" not in facts(command, write(tmp_path / "a.nc", circle))
    with AmberWriter(tmp_path / "b.nc", 4, periodic=True) as writer:
        writer.write(np.mod(0.7 * t + circle[:1], 9.0), np.zeros((200, 4, 3)), t[:, 0, 0], np.full((200, 3), 9.0))
    assert "far_steps" not in facts(command, tmp_path / "b.nc")
    assert "far_steps" not in facts(command, write(tmp_path / "c.nc", circle[[0, 150]]))
    assert "far_steps" not in facts(command, kadita.run("torus", steps=300, seed=1, output=tmp_path / "d.nc"))


def test_a_plane_and_a_slab_are_told(command, tmp_path, walks):
    flat = walks * [1.0, 1.0, 0.0]
    assert facts(command, write(tmp_path / "a.nc", flat))["dimensions"] == "2 (not stated; all agents have one z)"
    assert facts(command, write(tmp_path / "b.nc", flat, dimensions=2))["dimensions"] == 2
    with AmberWriter(tmp_path / "c.nc", 8, periodic="xy", dimensions=3) as writer:
        writer.write(walks, walks, np.arange(100.0), np.tile([20.0, 30.0, 0.0], (100, 1)))
    assert facts(command, tmp_path / "c.nc")["cell"] == [20.0, 30.0, "open"]
    assert "20 x 30 x open" in command("info", tmp_path / "c.nc").stdout


def test_a_gap_in_time_is_a_gap_and_no_jump(command, tmp_path):
    """Twenty seconds without a frame: an animal that went on meanwhile did not jump."""
    x = np.random.default_rng(1).normal(1.0, 0.3, (60, 3, 3)).cumsum(axis=0)
    x[30:] += 20.0
    with AmberWriter(tmp_path / "a.nc", 3, periodic=False, velocities=False) as writer:
        writer.write(x, None, np.concatenate([np.arange(30.0), 49.5 + np.arange(30.0)]))
    found = facts(command, tmp_path / "a.nc")
    assert found["longest_gap"] == "20.5, agent 0 from frame 29 to 30"
    assert "far_steps" not in found


@pytest.mark.parametrize("kind", KINDS)
def test_what_velocities_are_is_said_in_words_here_and_in_the_manual(command, tmp_path, walks, kind):
    path = write(tmp_path / "a.nc", walks[:9], np.ones((9, 8, 3)), attributes={"velocities": kind})
    assert facts(command, path)["velocities_are"] == KINDS[kind]
    assert f"`{kind}`, " in (Path(__file__).parents[2] / "docs" / "the-file.md").read_text(encoding="utf-8")


def test_columns_that_are_reused(command, tmp_path):
    x = np.random.default_rng(1).normal(size=(40, 2, 3)).cumsum(axis=0)
    x[20, 0] = np.nan
    identities = np.tile([0, 1], (40, 1))
    identities[20, 0], identities[21:, 0] = -1, 2
    with AmberWriter(
        tmp_path / "a.nc", list("abc"), periodic=False, velocities=False, presence=True, reused=2
    ) as writer:
        writer.write(x, None, np.arange(40.0), None, identities)
    found = facts(command, tmp_path / "a.nc")
    assert (found["agents"], found["sightings"]) == (3, 79)
    assert "longest_gap" not in found  # c is another animal than a
