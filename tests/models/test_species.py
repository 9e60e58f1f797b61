"""Schools whose agents differ: named groups with parameters of their own."""

import numpy as np
import pytest

import kadita

RUN = """
model = "couzin"
steps = 2000
every = 20
seed = {seed}

[parameters]
agents = 60
box = "open"
speed = 3.0
r_r = 1.0
r_o = 6.0
r_a = 14.0
field_of_view = 270.0
turning_rate = 40.0
noise = 0.05
time_step = 0.1
initial = "sphere"
initial_radius = 4.0

[[species]]
name = "nimble"
count = 20
turning_rate = 100.0
"""


@pytest.fixture
def school(tmp_path):
    """Write a configuration, changed where that is asked for, and return its path."""

    def school(text=RUN, **values):
        path = tmp_path / "school.toml"
        path.write_text(text.format(**({"seed": 1} | values)))
        return path

    return school


def ahead(path):
    """How far ahead of the centroid the nimble ones are, in standard deviations of the school; its polarization."""
    with kadita.simulate(path) as run:
        nimble = run.species == "nimble"
        frames = [frame for block in run.blocks(start=50) for frame in block]
    travel = np.array([frame.headings.mean(axis=0) for frame in frames])
    polarization = np.linalg.norm(travel, axis=1)
    offsets = np.array([frame.positions - frame.positions.mean(axis=0) for frame in frames])
    along = np.einsum("tna,ta->tn", offsets, travel / polarization[:, None])
    return (along[:, nimble].mean(axis=1) / along.std(axis=1)).mean(), polarization.mean()


def over_seeds(school, text, seeds=8):
    """Mean of `ahead` over seeds, its standard error, and the least polarization."""
    places, polarizations = np.array([ahead(school(text, seed=seed)) for seed in range(seeds)]).T
    return places.mean(), places.std(ddof=1) / np.sqrt(seeds), polarizations.min()


def test_faster_turning_individuals_swim_at_the_front(school):
    """Spatial sorting by individual differences, Couzin et al. 2002: in an aligned group, the faster turners lead.

    Aligned by a wide zone of orientation; the others turn by 10 degrees a unit of time, too slowly to keep up.
    """
    text = (
        RUN.replace("r_o = 6.0", "r_o = 14.0").replace("r_a = 14.0", "r_a = 17.0").replace("count = 20", "count = 30")
    )
    text = text.replace("turning_rate = 40.0", "turning_rate = 10.0").replace(
        "turning_rate = 100.0", "turning_rate = 60.0"
    )
    place, error, polarization = over_seeds(school, text)
    assert polarization > 0.6
    assert place > 4 * error
    assert place > 0.1


def test_where_a_narrow_zone_aligns_them_faster_turning_individuals_fall_back(school):
    """The dynamic parallel group: who turns faster follows every near neighbour, and gets ahead less."""
    text = RUN.replace("r_o = 6.0", "r_o = 4.0").replace("r_a = 14.0", "r_a = 17.0")
    place, error, polarization = over_seeds(school, text)
    assert polarization > 0.6
    assert place < -4 * error
    assert place < -0.3


def test_faster_swimming_individuals_swim_at_the_front(school):
    """Couzin et al. 2002, too."""
    place, error, polarization = over_seeds(school, RUN.replace("turning_rate = 100.0", "speed = 3.2"))
    assert polarization > 0.6
    assert place > 4 * error
    assert place > 0.3


def test_a_group_like_the_others_changes_no_bit(school):
    alike = RUN.replace("turning_rate = 100.0", "turning_rate = 40.0")
    alone = RUN[: RUN.index("[[species]]")]
    first, second = (list(kadita.simulate(school(text), steps=100).blocks()) for text in (alike, alone))
    for a, b in zip(first, second, strict=True):
        assert a.positions.tobytes() == b.positions.tobytes()
        assert a.velocities.tobytes() == b.velocities.tobytes()


@pytest.mark.parametrize("threads", [1, 2])
def test_each_agent_follows_its_own_parameters(school, threads):
    """Without neighbours: the fast swim twice as far in a step, and only the noisy turn."""
    text = RUN.replace("r_r = 1.0\nr_o = 6.0\nr_a = 14.0", "r_r = 0.0\nr_o = 0.0\nr_a = 0.0").replace(
        "noise = 0.05", "noise = 0.0"
    )
    text += 'speed = 6.0\n\n[[species]]\nname = "noisy"\ncount = 15\nnoise = 0.4\n'
    with kadita.simulate(school(text), steps=10, every=10, threads=threads) as run:
        (block,) = run.blocks()
        moved = np.linalg.norm(block.positions[1] - block.positions[0], axis=1)
        turned = np.einsum("na,na->n", block.headings[0], block.headings[1])
        fast, noisy = run.species == "nimble", run.species == "noisy"
    assert (fast.sum(), noisy.sum()) == (20, 15)
    np.testing.assert_allclose(moved[fast], 6.0, rtol=1e-12)
    np.testing.assert_allclose(moved[~fast & ~noisy], 3.0, rtol=1e-12)
    np.testing.assert_allclose(block.speeds[1], np.where(fast, 6.0, 3.0), rtol=1e-12)
    np.testing.assert_allclose(turned[~noisy], 1.0, rtol=1e-12)
    assert (turned[noisy] < 0.999).all()


def test_the_file_says_who_is_of_which_species(school, tmp_path, command):
    path = kadita.run(school(), steps=20, output=tmp_path / "s.nc")
    with kadita.open(path) as trajectory:
        assert trajectory.species.tolist() == ["nimble"] * 20 + ["others"] * 40
        assert trajectory.configuration["group"] == [{"name": "nimble", "count": 20, "turning_rate": 100.0}]
    import netCDF4

    with netCDF4.Dataset(path) as file:
        assert file["species"].dimensions == ("atom",)
        assert [row.tobytes().decode().strip() for row in file["kadita_species"][:]] == ["others", "nimble"]
        assert file["species"][:].tolist() == [1] * 20 + [0] * 40
    said = command("info", path).stdout
    assert "species:           nimble 20, others 40" in said
    assert "(count 20, name nimble, turning_rate 100.0)" in said
    with kadita.open(kadita.run("torus", steps=0, output=tmp_path / "t.nc")) as trajectory:
        assert trajectory.species is None


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("count = 20", "count = 61", "expected species of at most 60 agents together; got 61"),
        ("count = 20", "count = 0", "count: .*greater than or equal to 1"),
        ('name = "nimble"\n', "", "missing: name"),
        ('name = "nimble"', 'name = "two words"', "name: "),
        ('name = "nimble"', 'name = "others"', "expected species of different names; got others; agents of no species"),
        ("turning_rate = 100.0", "turning_rate = 2000.0", "species nimble: turning_rate = 2000 with time_step"),
        (
            "turning_rate = 100.0",
            "turning_rat = 90.0",
            "species nimble: there is no parameter 'turning_rat' .did you mean",
        ),
        ("turning_rate = 100.0", "r_o = 0.5", "species nimble: expected r_r <= r_o <= r_a"),
        (
            "turning_rate = 100.0",
            "box = 40.0",
            "species nimble: box is common to all agents; it belongs in .parameters.",
        ),
        ("turning_rate = 100.0", 'rules = "dewi-kadita"', "species nimble: rules is common to all agents"),
    ],
    ids=str,
)
def test_impossible_groups_are_refused_with_the_reason(school, old, new, message):
    tail = RUN[RUN.index("[[species]]") :]
    with pytest.raises(kadita.KaditaError, match=message) as error:
        kadita.simulate(school(RUN[: RUN.index("[[species]]")] + tail.replace(old, new)))
    assert "\n" not in str(error.value)
