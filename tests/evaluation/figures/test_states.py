"""The state of every frame: true widths, gaps where it is undefined, one colour for a name in all runs."""

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from kadita import figures
from kadita.base.errors import KaditaError
from kadita.evaluation.figures.style import LABELLED

WORDS = ("swarm", "torus", "parallel", "mixed")


def strips(axes):
    return [(c.get_coordinates()[0, :, 0], c.get_array()[0]) for c in axes.collections]


def test_stretches_have_the_lengths_of_their_frames_at_uneven_times(axes, results, drawn):
    times = [0.0, 1.0, 2.0, 6.0, 7.0, 8.0]
    made = results(times=times, state=([0, 0, 1, 1, np.nan, 2], {"labels": WORDS}))
    assert figures.states(axes, made) is axes
    ((edges, codes),) = strips(axes)
    assert edges.tolist() == [-0.5, 1.5, 6.5, 7.5, 8.5]
    assert codes.filled(-1).tolist() == [0, 1, -1, 2]
    assert [t.get_text() for t in axes.get_legend().get_texts()] == ["swarm", "torus", "parallel"]
    white = drawn(axes)
    middle = axes.transData.transform((7.0, 0.0)).round().astype(int)  # of the undefined frame
    np.testing.assert_array_equal(white[white.shape[0] - middle[1], middle[0]], 255)
    torus = axes.transData.transform((4.0, 0.0)).round().astype(int)
    np.testing.assert_allclose(white[white.shape[0] - torus[1], torus[0]] / 255, to_rgb(LABELLED[1]), atol=0.02)


def test_runs_stand_below_each_other_and_a_word_has_one_colour(axes, results):
    a = results(state=([0, 1, 1], {"labels": WORDS}))
    b = results(state=([0, 0, 1], {"labels": ("torus", "swarm")}))  # other indices
    figures.states(axes, {"a": a, "b": b})
    (_, first), (_, second) = strips(axes)
    assert first.tolist() == [0, 1]
    assert second.tolist() == [1, 0]
    assert [t.get_text() for t in axes.get_yticklabels()] == ["a", "b"]
    assert axes.yaxis_inverted()


def test_what_has_no_labels_is_refused(axes, results):
    with pytest.raises(KaditaError, match="order: expected a metric with labels; its values are numbers"):
        figures.states(axes, results(order=np.zeros(4)), "order")
    with pytest.raises(KaditaError, match="expected one metric with labels, such as the state; found none"):
        figures.states(axes, results(order=np.zeros(4)))
    with pytest.raises(KaditaError, match="is undefined in all frames"):
        figures.states(axes, results(state=(np.full(3, np.nan), {"labels": WORDS})))
