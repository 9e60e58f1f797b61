"""Hard discs: collisions by hand, what is conserved, a brute-force twin, the gas that is known, refusals."""

import math

import numpy as np
import pytest

import kadita
from kadita import KaditaError
from kadita_thermo.hard_discs import HardDiscs, maxwell, placed, recorded


def gas(number, packing, seed, walls=(False, False)):
    side = 10.0
    diameter = math.sqrt(packing * 4 * side**2 / math.pi / number)
    x = placed(number, (side, side), diameter, seed, walls=all(walls))
    return HardDiscs(x, maxwell(number, seed + 1), diameter=diameter, lengths=(side, side), walls=walls)


def two(positions, velocities, **box):
    return HardDiscs(positions, velocities, diameter=1.0, **({"lengths": (10.0, 10.0)} | box))


def test_two_discs_meet_head_on():
    discs = two([[3.0, 5.0], [6.0, 5.0]], [[1.0, 0.0], [-1.0, 0.0]])
    discs.advance(0.9)
    assert discs.collisions == 0
    discs.advance(0.2)  # at 1 they touch
    assert discs.collisions == 1
    np.testing.assert_allclose(discs.velocities, [[-1, 0], [1, 0]], atol=1e-15)
    np.testing.assert_allclose(discs.positions, [[3.9, 5], [5.1, 5]], atol=1e-14)
    assert discs.virial == pytest.approx(2.0)  # diameter times the momentum of 2 that is passed on


def test_two_discs_meet_aslant():
    height = 0.6  # the line of centres is (.8, .6)
    discs = two([[3.0, 5.0], [5.0, 5.0 + height]], [[1.0, 0.0], [0.0, 0.0]])
    discs.advance(1.19)
    assert discs.collisions == 0
    discs.advance(0.81)
    assert discs.collisions == 1
    np.testing.assert_allclose(discs.velocities, [[0.36, -0.48], [0.64, 0.48]], atol=1e-14)


def test_discs_meet_around_the_box():
    discs = two([[1.0, 0.5], [9.0, 0.5]], [[-1.0, 0.0], [0.0, 0.0]])
    discs.advance(3.0)  # they touch at 1
    np.testing.assert_allclose(discs.velocities, [[0, 0], [-1, 0]], atol=1e-15)
    np.testing.assert_allclose(np.mod(discs.positions, 10), [[0, 0.5], [7, 0.5]], atol=1e-14)
    miss = two([[1.0, 0.5], [9.0, 2.0]], [[-1.0, 0.0], [0.0, 0.0]])
    miss.advance(50.0)
    assert miss.collisions == 0


def test_walls_reflect_centres():
    discs = HardDiscs([[1.0, 2.0]], [[-1.0, 3.0]], diameter=0.5, lengths=(4.0, 4.0), walls=(True, False))
    discs.advance(2.0)
    np.testing.assert_allclose(discs.positions[:, 0], 1.0, atol=1e-14)
    np.testing.assert_allclose(np.mod(discs.positions[:, 1], 4), 0.0, atol=1e-14)
    np.testing.assert_allclose(discs.velocities, [[1.0, 3.0]])
    discs.advance(100.0)
    assert 0 <= discs.positions[0, 0] <= 4


def test_an_ideal_gas_passes_through_itself():
    rng = np.random.default_rng(1)
    x, v = rng.uniform(0, 10, (500, 2)), rng.normal(size=(500, 2))
    discs = HardDiscs(x, v, diameter=0.0, lengths=(10.0, 10.0), walls=(True, False))
    discs.advance(7.0)
    unfolded = np.mod(x[:, 0] + 7 * v[:, 0], 20)
    np.testing.assert_allclose(discs.positions[:, 0], np.minimum(unfolded, 20 - unfolded), atol=1e-10)
    np.testing.assert_allclose(np.mod(discs.positions[:, 1], 10), np.mod(x[:, 1] + 7 * v[:, 1], 10), atol=1e-10)
    np.testing.assert_allclose(discs.velocities[:, 0], np.where(unfolded < 10, 1, -1) * v[:, 0])
    assert discs.collisions == 0


def brute_force(x, v, diameter, side, until):
    """Move discs in a periodic box from one collision of all pairs and images to the next."""
    x, v, collisions, now = x.copy(), v.copy(), 0, 0.0
    i, j = np.triu_indices(len(x), 1)
    images = np.array([(a, b) for a in (-1, 0, 1) for b in (-1, 0, 1)]) * side
    while True:
        x = np.mod(x, side)
        d = (x[j] - x[i])[:, None] + images
        u = (v[j] - v[i])[:, None]
        b, apart = (d * u).sum(axis=2), (d**2).sum(axis=2) - diameter**2
        inside = b**2 - (u**2).sum(axis=2) * apart
        waits = np.full(b.shape, np.inf)
        meet = (b < 0) & (inside > 0)
        waits[meet] = np.maximum(apart[meet] / (np.sqrt(inside[meet]) - b[meet]), 0)
        pair, image = np.unravel_index(waits.argmin(), waits.shape)
        wait = min(waits[pair, image], 0.2)  # no farther than the images reach
        if now + wait >= until:
            return x + v * (until - now), v, collisions
        x, now = x + v * wait, now + wait
        if wait == waits[pair, image]:
            line = (x[j[pair]] + images[image] - x[i[pair]])[None]
            line /= np.linalg.norm(line)
            passed = (line * (v[j[pair]] - v[i[pair]])).sum() * line[0]
            v[i[pair]] += passed
            v[j[pair]] -= passed
            collisions += 1


def test_it_agrees_with_all_pairs():
    discs = gas(20, 0.25, 3)
    x, v, collisions = brute_force(discs.positions, discs.velocities, discs.diameter, 10.0, 6.0)
    assert collisions > 25
    for _ in range(3):
        discs.advance(2.0)
    assert discs.collisions == collisions
    np.testing.assert_allclose(np.mod(discs.positions, 10), np.mod(x, 10), atol=1e-6)
    np.testing.assert_allclose(discs.velocities, v, atol=1e-6)


@pytest.mark.slow
def test_energy_is_conserved_over_a_million_collisions():
    discs = gas(1000, 0.4, 5)
    energy = (discs.velocities**2).sum()
    while discs.collisions < 1_000_000:
        discs.advance(5.0)
        assert discs.smallest_distance >= discs.diameter * (1 - 1e-9)
    assert abs((discs.velocities**2).sum() / energy - 1) < 1e-12
    assert np.abs(discs.velocities.sum(axis=0)).max() < 1e-9
    assert ((discs.positions >= -1e-9) & (discs.positions <= 10 + 1e-9)).all()


def test_reversed_discs_come_back():
    discs = gas(200, 0.2, 7)
    start = discs.positions.copy()
    discs.advance(0.8)
    assert discs.collisions > 100
    back = HardDiscs(
        np.mod(discs.positions, 10), -discs.velocities, diameter=discs.diameter * (1 - 1e-12), lengths=(10.0, 10.0)
    )
    back.advance(0.8)
    away = back.positions - start
    assert np.abs(away - 10 * np.rint(away / 10)).max() < 1e-5


@pytest.mark.slow
@pytest.mark.parametrize("packing", [0.02, 0.1, 0.3])
def test_compressibility_and_collision_rate_are_known(packing):
    discs = gas(4000, packing, 11)
    n, chi = 4000 / 100, (1 - 7 * packing / 16) / (1 - packing) ** 2
    rate = 2 * n * discs.diameter * chi * math.sqrt(math.pi)
    discs.advance(20 / rate)
    kt = (discs.velocities**2).sum() / 2 / 4000
    time, collisions, virial = discs.time, discs.collisions, discs.virial
    discs.advance(200 / rate)
    time, collisions, virial = discs.time - time, discs.collisions - collisions, discs.virial - virial
    z = 1 + virial / (2 * 4000 * kt * time)
    assert z == pytest.approx((1 + packing**2 / 8) / (1 - packing) ** 2, rel=5e-3)
    assert 2 * collisions / 4000 / time == pytest.approx(rate * math.sqrt(kt), rel=5e-3)
    # in thermal units, Z - 1 and the rate are one statement
    of_rate = 2 * collisions / 4000 / time * discs.diameter * math.sqrt(math.pi) / 4 / math.sqrt(kt)
    assert z - 1 == pytest.approx(of_rate, rel=2e-2)


def test_two_temperatures_become_one():
    discs = gas(2000, 0.1, 13)
    v = discs.velocities * np.where(np.arange(2000) < 1000, 0.2, 1.4)[:, None]
    mixed = HardDiscs(np.mod(discs.positions, 10), v, diameter=discs.diameter, lengths=(10.0, 10.0))
    mixed.advance(10.0)
    squares = (mixed.velocities**2).sum(axis=1)
    assert (squares**2).mean() / squares.mean() ** 2 == pytest.approx(2, abs=0.25)  # of Maxwell's distribution
    assert (v**2).sum(axis=1).var() / (v**2).sum(axis=1).mean() ** 2 > 2
    assert squares[:1000].mean() == pytest.approx(squares[1000:].mean(), rel=0.15)


def test_a_recorded_gas_is_a_trajectory(tmp_path):
    discs = gas(100, 0.2, 17, walls=(True, True))
    recorded(tmp_path / "gas.nc", discs, [0.0, 0.5, 1.0])
    with kadita.open(tmp_path / "gas.nc") as trajectory:
        assert (trajectory.n_frames, len(trajectory.agents), trajectory.dimensions) == (3, 100, 2)
        np.testing.assert_allclose(trajectory[2].positions[:, :2], discs.positions, atol=1e-5)
        assert str(trajectory.attributes["arena"]).startswith("rectangle:0,0,10")
    periodic = gas(100, 0.2, 17)
    recorded(tmp_path / "periodic.nc", periodic, [0.0, 1.0])
    with kadita.open(tmp_path / "periodic.nc") as trajectory:
        assert trajectory[0].box.array[:2].tolist() == [10, 10]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"positions": [[1.0, 1.0], [1.5, 1.0]]}, "at least 1 apart; two are 0.5 apart"),
        ({"positions": [[1.0, 1.0], [9.9, 1.0]], "lengths": (10.0, 10.0)}, None),
        ({"positions": [[0.2, 1.0], [9.9, 1.0]]}, "two are 0.3 apart"),
        ({"positions": [[1.0, 1.0], [11.0, 1.0]]}, "expected centres in the box"),
        ({"positions": [[1.0, np.nan], [5.0, 1.0]]}, "expected finite positions"),
        ({"positions": [[1.0, 1.0, 0.0]]}, "shape"),
        ({"lengths": (2.5, 10.0), "positions": [[1.0, 1.0], [1.0, 5.0]]}, "at least 3 diameters, 3; got 2.5"),
        ({"lengths": (0.0, 10.0)}, "two lengths above 0"),
        ({"diameter": -1.0}, "diameter: expected a length"),
    ],
)
def test_what_is_impossible_is_refused(arguments, message):
    given = {"positions": [[1.0, 1.0], [5.0, 1.0]], "velocities": np.zeros((2, 2)), "diameter": 1.0}
    given |= {"lengths": (10.0, 10.0)} | arguments
    positions, velocities = given.pop("positions"), given.pop("velocities")
    if message is None:
        HardDiscs(positions, velocities, **given)
        return
    with pytest.raises(KaditaError) as refused:
        HardDiscs(positions, velocities, **given)
    assert message in str(refused.value)
    with pytest.raises(KaditaError, match="expected room for 1000 discs"):
        placed(1000, (10.0, 10.0), 1.0, 1)
    with pytest.raises(KaditaError, match="time: expected at least 0"):
        gas(10, 0.1, 1).advance(-1.0)
