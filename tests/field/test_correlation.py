"""C(r), its zero and its sum: waves that were planted, and NumPy as the referee."""

from __future__ import annotations

import numpy as np
import pytest

from kadita import Block, NotApplicable

L = 20.0


def pairs_of(block):
    d = block.positions[:, :, None] - block.positions[:, None]
    upper = np.triu_indices(block.shape[1], 1)
    return np.linalg.norm(block.box.minimum_image(d), axis=-1)[:, *upper], upper


def wave(rng, periods, frames=20, agents=600):
    """A school that drifts along x, with a transverse wave of so many periods a cell in its velocities."""
    x = rng.uniform(0, L, (frames, agents, 3))
    v = np.zeros_like(x)
    v[..., 0] = 5.0
    v[..., 1] = np.cos(2 * np.pi * periods / L * x[..., 2])
    return Block(x, v, box=L)


@pytest.mark.parametrize("periods", [1, 2, 3])
def test_correlation_crosses_zero_where_a_planted_wave_does(periods, value, rng):
    """Over all directions cos(k z) becomes sin(k r) / (k r), which is zero at half a wavelength."""
    block = wave(rng, periods)
    expected = L / 2 / periods
    found = value("correlation_length", block, r_max=0.55 * L)
    assert found.mean() == pytest.approx(expected, rel=0.02)
    r = (np.arange(50) + 0.5) * L / 100
    c = value("velocity_fluctuation_correlation", block).mean(axis=0)
    np.testing.assert_allclose(c[15:], np.sinc(2 * periods * r / L)[15:], atol=0.04)  # nearer there are few pairs


@pytest.mark.parametrize("box", [None, L], ids=["open", "cell"])
@pytest.mark.parametrize("of", ["velocity", "heading", "speed"])
def test_correlation_is_numpys(of, box, value, rng):
    x, v = rng.uniform(0, L, (3, 50, 3)), rng.normal(size=(3, 50, 3)) + [1, 0, 0]
    v[:, ::7] = 0.0
    block = Block(x, v, box=box)
    a = {"velocity": v, "heading": block.headings, "speed": np.linalg.norm(v, axis=2, keepdims=True)}[of]
    r, (i, j) = pairs_of(block)
    found = value("velocity_fluctuation_correlation", block, of=of, bins=12, r_max=9.0)
    chi = value("susceptibility", block, of=of, bins=12, r_max=9.0)
    xi = value("correlation_length", block, of=of, bins=12, r_max=9.0)
    for t in range(3):
        there = block.moving[t] if of == "heading" else np.ones(50, bool)
        f = a[t] - a[t][there].mean(axis=0)
        products = (f[i] * f[j]).sum(axis=1) / (f[there] ** 2).sum(axis=1).mean()
        both = there[i] & there[j]
        total, _ = np.histogram(r[t][both], 12, (0, 9.0), weights=products[both])
        number, _ = np.histogram(r[t][both], 12, (0, 9.0))
        c = np.divide(total, number, out=np.full(12, np.nan), where=number > 0)
        np.testing.assert_allclose(found[t], c, rtol=1e-9, atol=1e-12)
        centres = np.append(0.0, (np.arange(12) + 0.5)[number > 0] * 9 / 12)
        c = np.append(1.0, c[number > 0])
        b = np.flatnonzero(c <= 0)[0]
        assert xi[t] == pytest.approx(np.interp(0, [c[b], c[b - 1]], [centres[b], centres[b - 1]]))
        near = both & (r[t] <= xi[t])
        assert chi[t] == pytest.approx(2 * products[near].sum() / there.sum(), rel=1e-9, abs=1e-9)


def test_there_is_a_zero_in_every_school(value, rng):
    """All pairs together sum up to -N: fluctuations about the mean cancel."""
    block = Block(rng.normal(size=(50, 30, 3)), rng.normal(size=(50, 30, 3)))
    assert not np.isnan(value("correlation_length", block)).any()
    c = value("velocity_fluctuation_correlation", block, bins=2, r_max=1e3)
    np.testing.assert_allclose(c[:, 0] * 30 * 29, -30, rtol=1e-9)


def test_two_halves_that_part_are_two_domains(value, rng):
    """Within each the fluctuations are the same: C is 1 in it and -1 across; N / 2 - 1 others go with each."""
    x = rng.uniform(0, 1, (40, 3)) + np.repeat([[0, 0, 0], [100.0, 0, 0]], 20, axis=0)
    v = np.repeat([[1.0, 0.3, 0], [1.0, -0.3, 0]], 20, axis=0)
    block = Block(x, v)
    assert value("susceptibility", block) == pytest.approx(19)
    assert 1 < value("correlation_length", block)[0] < 100
    c = value("velocity_fluctuation_correlation", block, bins=30, r_max=120.0)[0]
    assert c[0] == pytest.approx(1)
    np.testing.assert_allclose(c[~np.isnan(c)][-1], -1)


def test_what_does_not_fluctuate_has_no_correlation(value, rng):
    block = Block(rng.normal(size=(2, 9, 3)), np.tile([0.1, 0.2, 0.3], (2, 9, 1)), box=50.0)
    for name in ("velocity_fluctuation_correlation", "correlation_length", "susceptibility"):
        assert np.isnan(value(name, block)).all()
        assert np.isnan(value(name, Block([[1.0, 2, 3]], [[1.0, 0, 0]], box=9.0))).all()
        assert np.isnan(value(name, Block(np.eye(3), np.zeros((3, 3)), box=9.0), of="heading")).all()


def test_open_space_needs_to_know_how_far(value, rng):
    with pytest.raises(NotApplicable, match="needs an r_max in open space"):
        value("velocity_fluctuation_correlation", Block(np.eye(3), np.eye(3)))
