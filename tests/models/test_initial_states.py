"""States the zone model starts from."""

import hashlib
import math

import numpy as np
import pytest
from scipy import stats

import kadita
from kadita import KaditaError
from kadita.models import initial_states
from kadita.school.arena import Arena
from kadita.simulation.configuration import load_configuration


def parameters(**changes):
    return load_configuration("dewi-kadita-2", parameters=changes).parameters


def test_random_start_is_uniform_and_isotropic():
    p = parameters(agents=20_000, initial="random", initial_radius=None)
    x, u = p.initial_state(seed=3)
    for axis in range(3):
        assert stats.kstest(x[:, axis] / 25, "uniform").pvalue > 1e-3
        assert stats.kstest((u[:, axis] + 1) / 2, "uniform").pvalue > 1e-3  # Archimedes: uniform on (-1, 1)
    np.testing.assert_allclose(np.linalg.norm(u, axis=1), 1, atol=1e-14)


def test_sphere_start_fills_its_sphere_uniformly():
    p = parameters(agents=20_000, box="open", initial="sphere", initial_radius=5.0)
    x, _ = p.initial_state(seed=3)
    assert stats.kstest((np.linalg.norm(x, axis=1) / 5) ** 3, "uniform").pvalue > 1e-3
    assert np.abs(x.mean(axis=0)).max() < 5 * 5 / math.sqrt(len(x))


@pytest.mark.parametrize("seed", range(2000, 2012))
def test_the_published_ring_mills_at_first(seed):
    x, u = parameters().initial_state(seed)
    block = kadita.Block(x, u, box=25.0)
    assert kadita.analyze(block, ["rotation"])["rotation"][0] == pytest.approx(0.95, abs=0.012)


def test_positions_start_inside_the_cell():
    x, _ = parameters(agents=5000, initial_radius=14.0).initial_state(seed=1)
    assert ((x >= 0) & (x < 25)).all()


STARTS = {  # arena, plane, edges, what is uniform on (0, 1)
    "circle": ("circle:3,-2,10.1", True, None, lambda x, y, z: [((x - 3) ** 2 + (y + 2) ** 2) / 10.1**2]),
    "rectangle": ("rectangle:3,-2,10.1,0", True, None, lambda x, y, z: [(x - 3) / 7.1, y / 2 + 1]),
    "circle in space": (
        "circle:0,0,2",
        False,
        (0.0, 0.0, 5.0),
        lambda x, y, z: [(x**2 + y**2) / 4, z / 5, np.arctan2(y, x) / (2 * np.pi) + 0.5],
    ),
    "sphere": (
        "sphere:1,2,3,0.7",
        False,
        None,
        lambda x, y, z: [(((x - 1) ** 2 + (y - 2) ** 2 + (z - 3) ** 2) / 0.49) ** 1.5],
    ),
    "cylinder": ("cylinder:0,0,2,5,9", False, None, lambda x, y, z: [(x**2 + y**2) / 4, (z - 5) / 4]),
    "box": ("box:1,1,1,2,3,4", False, None, lambda x, y, z: [x - 1, (y - 1) / 2, (z - 1) / 3]),
    "slab": ("slab:-1,1", False, (10.0, 20.0, 0.0), lambda x, y, z: [x / 10, y / 20, (z + 1) / 2]),
    "channel": ("channel:-1,1", True, (10.0, 0.0, 0.0), lambda x, y, z: [x / 10, (y + 1) / 2]),
}


@pytest.mark.parametrize("name", STARTS)
def test_an_arena_is_filled_uniformly(name):
    text, plane, edges, shares = STARTS[name]
    arena = Arena.of(text)
    x, u = initial_states.in_arena(3, 20_000, arena, plane, None if edges is None else np.array(edges))
    numbers = shares(*x.T)
    for share in numbers:
        assert stats.kstest(share, "uniform").pvalue > 1e-3
    for a, first in enumerate(numbers):  # each on its own
        for second in numbers[a + 1 :]:
            assert abs(np.corrcoef(first, second)[0, 1]) < 4 / math.sqrt(20_000)
    assert arena.inside(x).all()
    assert arena.inside(x.astype(np.float32)).all()
    np.testing.assert_allclose(np.linalg.norm(u, axis=1), 1, atol=1e-14)
    if plane:
        assert not x[:, 2].any()
        assert not u[:, 2].any()
    few, _ = initial_states.in_arena(3, 10, arena, plane, None if edges is None else np.array(edges))
    assert (few == x[:10]).all()


def test_an_arena_without_ends_needs_a_cell():
    for text, plane, axes in (("slab:0,1", False, "x and y"), ("channel:0,1", True, "x"), ("circle:0,0,1", False, "z")):
        with pytest.raises(KaditaError, match=f"^arena: expected a cell that repeats along {axes}, where"):
            initial_states.in_arena(1, 10, Arena.of(text), plane)


SHA256 = {  # of positions and headings, as they must be on every machine: NumPy's sines differ with its processor
    "sphere": "0a61471c79100243ffdf671b35ff575d429a4db8d5f762509c927c37630a064b",
    "disc": "e1b4887cfe88a4257c0dee57002423baa60ba1b1dead289766aac97002fec2b9",
    "ring": "88a2b40274b429b46ce59031c033421f7bd81cccd63fcc13a0ef1af60681ff0a",
    "flat ring": "9d978ea9fdb71f04c89d7fd13898c76a729efa2b792974b272388d8c8ca3dafd",
}


@pytest.mark.parametrize("name", SHA256)
def test_starts_have_the_same_bits_on_every_machine(name):
    make_state = initial_states.ring if "ring" in name else initial_states.sphere
    x, u = make_state(2026, 1000, 5.0, name in ("disc", "flat ring"))
    assert hashlib.sha256(x.tobytes() + u.tobytes()).hexdigest() == SHA256[name]


def test_cube_roots_are_precise():
    numbers = np.concatenate([np.linspace(2.0**-33, 1, 10_001), 2.0 ** -np.arange(33.0)])
    np.testing.assert_allclose(initial_states._cube_roots(numbers) ** 3, numbers, rtol=1e-14, atol=0)
