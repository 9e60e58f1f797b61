"""A mill is a mill wherever in the cell it turns: the corrected definitions see it, the published ones do not."""

from __future__ import annotations

import math

import numpy as np
import pytest

from kadita import Block

SIDE = 25.0
PLACES = {
    "centre": (12.5, 12.5, 12.5),
    "face": (0.0, 12.5, 12.5),
    "edge": (0.0, 0.0, 12.5),
    "corner": (0.0, 0.0, 0.0),
    "elsewhere": (23.1, 7.7, 1.3),
    "another image": (-40.0, 260.0, 12.5),
}
place = pytest.mark.parametrize("centre", PLACES.values(), ids=PLACES.keys())


def upright(school):
    """The ring in the plane x = y, so that a corner cuts it as an edge does."""
    e1, e2 = np.array([1, 1, 0]) / math.sqrt(2), np.array([0, 0, 1])
    return tuple(v[:, :1] * e1 + v[:, 1:2] * e2 for v in school)


@place
@pytest.mark.parametrize("turned", [False, True])
def test_perfect_mill(centre, turned, measure, mill):
    positions, velocities = upright(mill()) if turned else mill()
    block = Block(positions + centre, velocities, box=SIDE, dimensions=3)
    found = measure(block, "rotation", "rotation_unbiased", "polarization", "spread", "angular_momentum_entropy")
    assert found["rotation"][0] == pytest.approx(1, abs=1e-12)
    assert found["rotation_unbiased"][0] == pytest.approx(1, abs=1e-12)
    assert found["polarization"][0] == pytest.approx(0, abs=1e-12)
    assert found["spread"][0] == pytest.approx(4, abs=1e-12)
    assert found["angular_momentum_entropy"][0] == 0


@place
def test_its_centroid_is_its_centre(centre, mill):
    positions, velocities = mill()
    block = Block(positions + centre, velocities, box=SIDE, dimensions=3)
    np.testing.assert_allclose(block.box.minimum_image(block.centroid[0] - centre), 0, atol=1e-11)
    np.testing.assert_allclose(block.offsets[0], positions, atol=1e-11)


def test_mill_in_open_space_far_away(one, mill):
    positions, velocities = mill()
    assert one("rotation", positions + [1e4, -300, 2e3], velocities, dimensions=3) == pytest.approx(1, abs=1e-9)


def test_published_rotation_depends_on_the_place(one, mill):
    """One mill, half a length thick, at the centre, a face and the corner: the audit has .995, .345, .604."""
    positions, velocities = mill(200, radius=5.4)
    positions = positions + np.outer(np.tile([1, 1, -1, -1], 50), [0, 0, 0.5])
    published, corrected = (
        [
            one(
                "rotation",
                np.mod(positions + PLACES[name], SIDE),
                velocities,
                SIDE,
                definition=definition,
                dimensions=3,
            )
            for name in ("centre", "face", "corner")
        ]
        for definition in ("published", "corrected")
    )
    assert published == pytest.approx([0.995, 0.345, 0.604], abs=0.02)
    assert corrected == pytest.approx([published[0]] * 3, abs=1e-12)


def test_published_spread_depends_on_the_place(one, mill):
    positions, velocities = mill(200)
    at = {k: np.mod(positions + PLACES[k], SIDE) for k in ("centre", "edge")}
    assert one("spread", at["centre"], velocities, SIDE, definition="published", dimensions=3) == pytest.approx(4)
    assert one("spread", at["edge"], velocities, SIDE, definition="published", dimensions=3) > 10
    assert one("spread", at["edge"], velocities, SIDE, dimensions=3) == pytest.approx(4)


@place
@pytest.mark.parametrize("against", [4, 10, 19])
def test_counter_rotating_mills_have_entropy(centre, against, one, mill):
    """Two bins, one for each sense: H(p) with p the part that goes against, and Miller-Madow's 1 / (2 N)."""
    positions, velocities = mill(40, against=against)
    p = against / 40
    two_ways = -p * math.log(p) - (1 - p) * math.log(1 - p)
    found = one("angular_momentum_entropy", positions + centre, velocities, SIDE, dimensions=3)
    assert found == pytest.approx((two_ways + 1 / 80) / math.log(20), abs=1e-12)
    assert found > 0


@pytest.mark.parametrize("against", [0, 10, 20])
def test_published_angular_momentum_entropy_is_blind_to_sense(against, one, mill):
    positions, velocities = mill(40, against=against)
    found = one(
        "angular_momentum_entropy", positions + SIDE / 2, velocities, SIDE, definition="published", dimensions=3
    )
    assert found == 0


def test_equal_numbers_both_ways_have_no_axis(one, mill):
    """The mean vanishes, and with it the direction that senses are counted from."""
    positions, velocities = mill(40, against=20)
    assert np.isnan(one("angular_momentum_entropy", positions, velocities, dimensions=3))
    assert one("rotation", positions, velocities, dimensions=3) == pytest.approx(0, abs=1e-14)


def test_counter_rotation_lowers_rotation(one, mill):
    positions, velocities = mill(40, against=10)
    assert one("rotation", positions, velocities, dimensions=3) == pytest.approx(0.5, abs=1e-12)


def test_agents_on_either_side_of_the_plane_turn_less(one):
    """At latitude b on a sphere, l . L^ is cos b: two latitudes fill two bins."""
    a = np.tile(2 * np.pi * np.arange(24) / 24, 2)
    b = np.repeat([0.0, math.pi / 3], 24) * np.tile([1, -1], 24)  # alternately north and south
    positions = 5 * np.stack([np.cos(b) * np.cos(a), np.cos(b) * np.sin(a), np.sin(b)], 1)
    velocities = np.stack([-np.sin(a), np.cos(a), 0 * a], 1)
    found = one("angular_momentum_entropy", positions, velocities, dimensions=3)
    assert found == pytest.approx((math.log(2) + 1 / 96) / math.log(20), abs=1e-12)
    assert one("rotation", positions, velocities, dimensions=3) == pytest.approx(0.75, abs=1e-12)
