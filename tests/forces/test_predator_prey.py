"""A predator and its prey: a NumPy twin, and the ring whose radii are known."""

import math

import numpy as np
import pytest

import kadita
from kadita.simulation.configuration import load_configuration
from kadita.simulation.integration import Integration


def twin_step(p, x, hunters):
    """One step in plain NumPy, agent by agent; the first `hunters` agents are predators."""
    prey, moved = x[hunters:], x.copy()
    for i, own in enumerate(x):
        if i < hunters:
            d = prey - own
            r = np.linalg.norm(d, axis=1, keepdims=True)
            step = p.pursuit * (d * np.minimum(r ** (1 - p.pursuit_exponent), p.largest_force) / r).mean(axis=0)
        else:
            d = own - np.delete(prey, i - hunters, axis=0)
            r = np.linalg.norm(d, axis=1, keepdims=True)
            step = (d / r * (np.minimum(1 / r, p.largest_force) - p.attraction * r)).sum(axis=0) / len(prey)
            d = own - x[:hunters]
            r = np.linalg.norm(d, axis=1, keepdims=True)
            step = step + p.flight * (d / r * np.minimum(1 / r, p.largest_force)).sum(axis=0)
        moved[i] = own + p.time_step * step
    return moved


@pytest.mark.slow
@pytest.mark.parametrize("hunters", [1, 3])
@pytest.mark.parametrize("changes", [{}, {"pursuit_exponent": 2.5, "attraction": 3.0, "largest_force": 2.0}], ids=str)
def test_kernel_and_twin_agree(hunters, changes):
    run = load_configuration("predator-prey", parameters={"agents": 60} | changes)
    run = run.model_copy(update={"species": [run.species[0].model_copy(update={"count": hunters})]})
    state, p = Integration(run, 1, None), run.parameters
    resolution = p.time_step * (p.largest_force + p.attraction * p.largest_distance) * 2.0**-20
    for _ in range(5):
        x = state.positions.copy()
        state.advance(1)
        np.testing.assert_allclose(state.positions, twin_step(p, x, hunters), rtol=0, atol=5 * resolution)
    assert np.abs(state.positions - x).max() > 1e-3


def distances(pursuit, seed=1, **options):
    """Distances of prey from the predator, over the last frames, (T, N)."""
    run = kadita.simulate("predator-prey", seed=seed, parameters={"pursuit": pursuit}, **options)
    x = run.read(np.arange(run.n_frames - 10, run.n_frames)).positions
    return np.linalg.norm(x[:, 1:] - x[:, :1], axis=-1)


@pytest.mark.slow
def test_prey_surround_a_predator_in_the_ring_of_the_closed_form():
    """From sqrt(b / a) to sqrt((1 + b) / a) for infinitely many; 300 leave half a spacing at both edges."""
    a, b = 1.0, 0.2
    inner, outer, median = math.sqrt(b / a), math.sqrt((1 + b) / a), math.sqrt((b + 0.5) / a)
    half = 0.5 * math.sqrt(math.pi * (outer**2 - inner**2) / 300)  # of the spacing between prey
    r = distances(0.4)
    assert r.min(axis=1).mean() == pytest.approx(inner + half, abs=0.02)
    assert r.max(axis=1).mean() == pytest.approx(outer - half, abs=0.02)
    assert np.median(r) == pytest.approx(median, abs=0.015)
    # of an independent program
    assert r.min(axis=1).mean() == pytest.approx(0.4875, abs=0.004)
    assert r.max(axis=1).mean() == pytest.approx(1.055, abs=0.004)
    assert np.median(r) == pytest.approx(0.848, abs=0.007)


@pytest.mark.slow
def test_prey_fill_the_ring_uniformly():
    """The squares of their distances are uniform: the density is a / pi of the prey, everywhere."""
    r = distances(0.4)
    shares = np.histogram(r**2, bins=5, range=(0.487**2, 1.055**2))[0] / r.size
    np.testing.assert_allclose(shares, 0.2, atol=0.05)  # prey form rings, about six of them


@pytest.mark.slow
def test_a_fast_predator_chases_and_a_slow_one_loses_its_prey():
    assert distances(1.2).min(axis=1).mean() < 0.3
    assert distances(0.15, steps=6000).min() > 1.5


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"speed": 1.0}, "speed: expected 0, .*; got 1"),
        ({"box": 20.0}, 'box: expected "open", .*; got a periodic cell'),
        ({"dimensions": 3}, "dimensions: the model predator-prey works in 2; got 3"),
        ({"largest_distance": 1e4}, "largest_distance: .*less than or equal to 1000"),
        ({"largest_force": 0.0}, "largest_force: .*greater than 0"),
        ({"pursuit_exponent": 0.5}, "pursuit_exponent: .*greater than or equal to 1"),
    ],
    ids=str,
)
def test_impossible_parameters_are_refused_with_the_reason(changes, message):
    with pytest.raises(kadita.KaditaError, match=f"^predator-prey: .*{message}") as error:
        kadita.load_configuration("predator-prey", parameters=changes)
    assert "\n" not in str(error.value)


def test_velocities_are_those_of_the_steps(tmp_path):
    """A file has dr/dt, though these agents have headings that mean nothing."""
    path = kadita.run("predator-prey", agents=40, steps=20, every=1, output=tmp_path / "p.nc")
    with kadita.open(path) as trajectory:
        assert trajectory.attributes["velocities"] == "displacement"
        (block,) = trajectory.blocks(start=10, stop=12)
        step = (block.positions[1] - block.positions[0]) / 0.01
        np.testing.assert_allclose(block.velocities[1], step, rtol=0, atol=2e-4)
        assert np.abs(step).max() > 0.05
