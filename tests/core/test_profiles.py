"""What is drawn against an axis of its own: the mean over the frames, and its error."""

import numpy as np
import pytest

import kadita
from kadita import Axis, Block, metric
from kadita.errors import KaditaError
from kadita.plotting import draw
from kadita.profiles import profiles_of
from kadita.registry import Plugin, Registry


@metric(units="length", dims=("axis",), axes={"axis": Axis(lambda block: np.arange(3))}, undefined="sometimes")
def places(block):
    """Position of the first agent, (T, 3)."""
    return block.positions[:, 0]


@metric(
    dims=("down", "along"),
    axes={d: Axis(lambda block: np.arange(2), "rad") for d in ("down", "along")},
    undefined="always",
)
def nothing(block):
    """A map of what is not defined, (T, 2, 2)."""
    return np.full((len(block), 2, 2), np.nan)


@pytest.fixture
def results(rng):
    registry = Registry()
    registry.add(Plugin("mine", "mine", "1"), metrics=[places, nothing])
    return kadita.analyze(Block(rng.normal(size=(50, 4, 3))), registry=registry)


def test_a_profile_is_the_mean_over_the_frames_with_its_error(results):
    profile = profiles_of(results)["places"]
    assert (profile.title, profile.labels, profile.axes[0].tolist()) == ("places (length)", ("axis",), [0, 1, 2])
    np.testing.assert_allclose(profile.values, results["places"].mean(axis=0), rtol=1e-12)
    independent = results["places"].std(axis=0, ddof=1) / np.sqrt(50)
    np.testing.assert_allclose(profile.errors, independent, rtol=0.5)  # frames that remember nothing, about


def test_what_is_not_defined_is_drawn_as_that(results, tmp_path):
    draw(results, tmp_path / "profiles.png")
    assert (tmp_path / "profiles.png").read_bytes().startswith(b"\x89PNG")
    assert np.isnan(profiles_of(results)["nothing"].values).all()


def test_where_there_is_nothing_to_draw(tmp_path):
    with pytest.raises(KaditaError, match="nothing to draw: local_order has a value per agent, or one in all"):
        draw(
            kadita.analyze(Block(np.eye(3)[None], np.eye(3)[None]), "local_order", parameters={"k": 2}),
            tmp_path / "nothing.png",
        )
