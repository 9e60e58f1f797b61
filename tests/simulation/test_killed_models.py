"""A model that uses all of the engine: killed and resumed to the same bytes; the same bits for any threads."""

import random
import sys
from pathlib import Path

import numpy as np
import pytest

import kadita
from kadita.io.validation import findings_in

ROOT = Path(__file__).parents[2]
EVERYTHING = ROOT / "tests" / "shared" / "everything"
sys.path.insert(0, str(ROOT / "analyses" / "robustness"))
import killed_models  # noqa: E402


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The file of a run that nobody interrupts, and how long the run took."""
    folder = tmp_path_factory.mktemp("whole")
    _, seconds = killed_models.whole(folder)
    return folder / "whole.nc", seconds


@pytest.mark.slow
def test_it_uses_all_of_the_engine(whole):
    with kadita.open(whole[0]) as school:
        frames = school.read(np.arange(school.n_frames))
        assert set(school.species) == {"predator", "others"}
        assert school.attributes["arena"] == "cylinder:1,2,4,0,3"
    speeds = np.linalg.norm(frames.velocities, axis=2)
    assert np.ptp(speeds[-1]) > 0.1
    assert ((frames.variables["clock"] >= 0) & (frames.variables["clock"] < 1)).all()
    from_axis = np.hypot(frames.positions[..., 0] - 1, frames.positions[..., 1] - 2)
    assert from_axis.max() <= 4
    assert from_axis.max() > 3.9
    assert frames.positions[..., 2].min() >= 0
    assert frames.positions[..., 2].max() <= 3
    assert findings_in(whole[0]) == []


@pytest.mark.slow
def test_killed_at_random_moments_it_goes_on_to_the_same_bytes(whole, tmp_path):
    """Twenty and more are killed by analyses/robustness/killed_models.py."""
    chance, count = random.Random(3), 0
    while count < 3:
        found = killed_models.killed(tmp_path, chance.uniform(0.3, 0.9) * whole[1])
        if found is not None:
            count += 1
            assert found == whole[0].read_bytes()


@pytest.mark.slow
def test_threads_do_not_change_a_bit(whole, tmp_path):
    kadita.run(
        EVERYTHING / "everything.toml", output=tmp_path / "two.nc", threads=2, plugins=[EVERYTHING / "everything.py"]
    )
    assert (tmp_path / "two.nc").read_bytes() == whole[0].read_bytes()
