"""The collective state of a school: its thresholds, its names and the schools they stand for."""

from __future__ import annotations

import numpy as np
import pytest

from kadita import Block

TUNSTROM = [  # P0, M0 -> state
    (0.0, 0.0, "swarm"),
    (0.349, 0.349, "swarm"),
    (0.349, 0.651, "torus"),
    (0.651, 0.349, "parallel"),
    (1.0, 0.0, "parallel"),
    (0.35, 0.0, "mixed"),
    (0.0, 0.35, "mixed"),
    (0.65, 0.2, "mixed"),
    (0.2, 0.65, "mixed"),
    (0.9, 0.4, "mixed"),
    (0.5, 0.5, "mixed"),
]
PUBLISHED = [  # P, M -> state
    (0.91, 0.99, "highly-parallel"),
    (0.9, 0.99, "dynamic-parallel"),
    (0.71, 0.0, "dynamic-parallel"),
    (0.7, 0.51, "torus"),
    (0.1, 0.51, "torus"),
    (0.7, 0.5, "transitional"),
    (0.41, 0.0, "transitional"),
    (0.0, 0.31, "transitional"),
    (0.4, 0.3, "swarm"),
    (0.0, 0.0, "swarm"),
]


def names(registry, values):
    return [registry["state"].labels[int(v)] for v in values]


@pytest.fixture
def judge(registry):
    """State of frames with these P, M, P0, M0; the block itself does not matter."""

    def judge(p, m, p0, m0, definition):
        rows = np.broadcast_arrays(*np.atleast_1d(p, m, p0, m0))
        rows = [np.array(r, dtype=float) for r in rows]
        return registry["state"](Block(np.zeros((rows[0].size, 1, 3))), *rows, definition=definition)

    return judge


def test_corrected_thresholds(judge, registry):
    p0, m0, expected = zip(*TUNSTROM, strict=True)
    assert names(registry, judge(0.99, 0.99, p0, m0, "corrected")) == list(expected)


def test_published_thresholds(judge, registry):
    p, m, expected = zip(*PUBLISHED, strict=True)
    assert names(registry, judge(p, m, 0.99, 0.99, "published")) == list(expected)


@pytest.mark.parametrize("definition", ["corrected", "published"])
def test_undefined_order_is_an_undefined_state(judge, definition):
    nan = np.nan
    assert np.isnan(judge([nan, 0.5], [0.5, nan], [nan, 0.5], [0.5, nan], definition)).all()


def test_schools_of_each_state(measure, registry, mill, rng, sphere):
    ring, around = mill(60)
    forward = np.tile([0.0, 1.0, 0.0], (60, 1))
    schools = {
        "torus": around,
        "parallel": forward,
        "swarm": sphere(rng, (60,)),
        "mixed": around + 0.8 * np.array([0.0, 0.0, 1.0]),
    }
    block = Block(np.tile(ring, (4, 1, 1)), np.array(list(schools.values())))
    assert names(registry, measure(block, "state")["state"]) == list(schools)


def test_labels_hold_the_words_of_both_definitions(registry):
    labels = registry["state"].labels
    assert len(set(labels)) == len(labels)
    assert set(labels) == {name for *_, name in TUNSTROM + PUBLISHED}
