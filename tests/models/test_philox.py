"""The random numbers are Philox's own, and they are uniform, normal and independent of order."""

import numpy as np
import pytest
from scipy import stats

from kadita.models import philox

# Known answers of philox4x32-10 published with Random123 (kat_vectors): counter, key -> words.
KNOWN = [
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((0xFFFFFFFF,) * 4, (0xFFFFFFFF,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]


@pytest.mark.parametrize(("counter", "key", "words"), KNOWN)
def test_known_answers_of_random123(counter, key, words):
    given = [np.uint64(w) for w in (*counter, *key)]
    assert tuple(int(w) for w in philox.philox4x32(*given)) == words


def test_uniforms_are_uniform_and_inside_the_open_interval():
    u = philox.start_uniforms(seed=7, agents=50_000, purpose=philox.START_POSITION)
    assert 0 < u.min() < u.max() < 1
    for column in u.T:
        assert stats.kstest(column, "uniform").pvalue > 1e-3


def test_normals_are_standard_normal_and_uncorrelated():
    g = philox.start_normals(seed=7, agents=50_000, purpose=philox.NOISE)
    for column in g.T:
        assert stats.kstest(column, "norm").pvalue > 1e-3
    assert np.abs(np.corrcoef(g.T) - np.eye(4)).max() < 4 / np.sqrt(len(g))


def test_a_number_depends_on_seed_step_agent_and_purpose_alone():
    one = philox.normals(3, 11, 5, philox.NOISE)
    assert one == philox.normals(3, 11, 5, philox.NOISE)
    others = [(4, 11, 5, 0), (3, 12, 5, 0), (3, 11, 6, 0), (3, 11, 5, 1), (3 + 2**32, 11, 5, 0), (3, 11 + 2**32, 5, 0)]
    drawn = {philox.normals(np.uint64(s), np.uint64(t), a, p) for s, t, a, p in others}
    assert len(drawn) == len(others)
    assert one not in drawn
