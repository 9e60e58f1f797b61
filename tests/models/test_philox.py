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


# Bits of a word, multipliers, what is added to the key: NumPy has the 64-bit member of the family, kadita the other.
OF_64 = 64, (0xD2E7470EE14C6C93, 0xCA5A826395121157), (0x9E3779B97F4A7C15, 0xBB67AE8584CAA73B)
OF_32 = 32, (0xD2511F53, 0xCD9E8D57), (0x9E3779B9, 0xBB67AE85)


def published(counter, key, bits, multipliers, increments):
    """Ten rounds of a Philox of four words, as Salmon et al. 2011 have it, in whole numbers of any size."""
    c, k = counter, key
    for _ in range(10):
        (high0, low0), (high1, low1) = (divmod(m * word, 2**bits) for m, word in zip(multipliers, c[::2], strict=True))
        c = high1 ^ c[1] ^ k[0], low1, high0 ^ c[3] ^ k[1], low0
        k = tuple((word + w) % 2**bits for word, w in zip(k, increments, strict=True))
    return c


def test_one_function_makes_numpys_words_of_64_bits_and_kaditas_of_32(rng):
    for _ in range(300):
        counter, key = rng.integers(0, 2**63, 4, np.uint64), rng.integers(0, 2**64, 2, np.uint64)
        drawn = np.random.Philox(counter=counter - np.array([1, 0, 0, 0], np.uint64), key=key)  # it counts, then draws
        given = tuple(map(int, counter)), tuple(map(int, key))
        assert published(*given, *OF_64) == tuple(map(int, drawn.random_raw(4)))
        counter, key = rng.integers(0, 2**32, 4, np.uint64), rng.integers(0, 2**32, 2, np.uint64)
        given = tuple(map(int, counter)), tuple(map(int, key))
        assert published(*given, *OF_32) == tuple(map(int, philox.philox4x32(*counter, *key)))


@pytest.mark.parametrize(("seed", "step", "agent", "purpose"), [(1, 0, 0, 0), (2**64 - 3, 2**40 + 7, 9_999_999, 2)])
def test_numbers_are_words_of_agent_step_and_purpose_with_the_seed_as_key(seed, step, agent, purpose):
    counter = agent, step % 2**32, step >> 32, purpose
    fractions = [(w + 0.5) / 2**32 for w in published(counter, (seed % 2**32, seed >> 32), *OF_32)]
    drawn = np.uint64(seed), np.uint64(step), agent, purpose
    assert philox.uniforms(*drawn) == tuple(fractions)
    r, s = np.sqrt(-2 * np.log(fractions[::2]))
    a, b = 2 * np.pi * np.array(fractions[1::2])
    expected = r * np.cos(a), r * np.sin(a), s * np.cos(b), s * np.sin(b)
    np.testing.assert_allclose(philox.normals(*drawn), expected, rtol=0, atol=4e-15)


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
