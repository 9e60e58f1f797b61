"""Tracks of several files, one animal each or several, become one trajectory with common times."""

import numpy as np
import pytest

import kadita
from kadita import KaditaError
from kadita.io.convert import convert

UNITS = {"length_unit": "m", "time_unit": "s"}


@pytest.fixture
def write(tmp_path):
    """Write a table of columns by name, and return its path."""

    def write(name, **columns):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        rows = zip(*columns.values(), strict=True)
        path.write_text("\n".join([",".join(columns), *(",".join(map(str, row)) for row in rows)]) + "\n")
        return path

    return write


@pytest.fixture
def united(tmp_path, registry):
    """Convert several files; positions by agent, (T, 3), times, and what was said."""

    def united(*paths, **options):
        remarks = convert(paths, tmp_path / "all.nc", registry=registry, force=True, **{**UNITS, **options})
        with kadita.open(tmp_path / "all.nc") as opened:
            chunk = opened.read(np.arange(opened.n_frames))
            positions = dict(zip(opened.agents.tolist(), chunk.positions.transpose(1, 0, 2), strict=True))
            velocities = dict(zip(opened.agents.tolist(), chunk.velocities.transpose(1, 0, 2), strict=True))
        return positions, velocities, chunk.times, remarks

    return united


def test_one_animal_a_file_has_the_name_of_its_file(write, united):
    t = np.arange(6.0)
    paths = [write(f"{name}.csv", time=t + late, x=2 * t, y=t * 0 + late) for name, late in (("ann", 0), ("bo", 2))]
    positions, velocities, times, remarks = united(*paths)
    np.testing.assert_array_equal(times, np.arange(8))
    np.testing.assert_array_equal(positions["ann"][:, 0], [*2 * t, np.nan, np.nan])
    np.testing.assert_array_equal(positions["bo"][:, 0], [np.nan, np.nan, *2 * t])
    np.testing.assert_array_equal(velocities["bo"][2:], np.tile([2, 0, 0], (6, 1)))
    assert sum("has no z" in remark for remark in remarks) == 1
    assert any("2 files with 2 animals and 8 times are united; each animal has the name" in r for r in remarks)


def test_identities_that_collide_have_their_file_before_them(write, united):
    t = [0, 1, 0, 1]
    paths = [write(f"{name}.csv", agent=[1, 1, 2, 2], time=t, x=t, y=t) for name in "ab"]
    positions, *_, remarks = united(*paths)
    assert list(positions) == ["a/1", "a/2", "b/1", "b/2"]
    assert any("FILE/AGENT, since '1' occurs in several files" in remark for remark in remarks)
    other = write("c.csv", agent=[7, 7, 8, 8], time=t, x=t, y=t)
    assert list(united(paths[0], other)[0]) == [1, 2, 7, 8]


def test_files_of_one_name_in_other_folders(write, united):
    paths = [write(f"{name}/track.csv", time=[0, 1], x=[0, 1], y=[0, 0]) for name in ("ann", "bo")]
    assert list(united(*paths)[0]) == ["ann/track", "bo/track"]


def test_times_that_differ_by_rounding_are_one(write, united):
    t = np.arange(20) / 30
    paths = [write("a.csv", time=t, x=t, y=t), write("b.csv", time=t + 1e-9, x=t, y=t)]
    assert len(united(*paths)[2]) == 20


def test_species_and_polarization_are_those_of_one_table(write, united, tmp_path):
    rng = np.random.default_rng(5)
    x = rng.normal(size=(12, 3, 2)).cumsum(axis=0)
    t = np.arange(12)
    paths = [write(f"{i}.csv", time=t, x=x[:, i, 0], y=x[:, i, 1], species=["rook"] * 12) for i in range(3)]
    united(*paths)
    velocities = np.gradient(x, axis=0)
    headings = velocities / np.linalg.norm(velocities, axis=2, keepdims=True)
    results = kadita.analyze(tmp_path / "all.nc", "polarization")
    np.testing.assert_allclose(results["polarization"], np.linalg.norm(headings.mean(axis=1), axis=1), rtol=1e-5)
    assert set(results.agent_species) == {"rook"}


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"time": [0, 5, 10], "x": [0, 1, 2], "y": [0, 1, 1]}, "expected files of one time step"),
        ({"time": [0, 1, 2], "x": [0, 1, 2], "y": [0, 1, 1], "z": [0, 1, 4]}, "expected files of one dimension"),
        ({"time": [0, 1], "x": [0, 1], "y": [0, 1], "species": ["a", "a"]}, "expected files of one species column"),
    ],
)
def test_what_cannot_be_united_names_both_files(write, united, other, said):
    paths = write("a.csv", time=[0, 1, 2], x=[0, 1, 2], y=[0, 0, 1]), write("b.csv", **other)
    with pytest.raises(KaditaError, match=said) as error:
        united(*paths)
    assert all(str(path) in str(error.value) for path in paths)
    assert "\n" not in str(error.value)


def test_other_refusals(write, united, registry, tmp_path):
    path = write("a.csv", time=[0, 1], x=[0, 1], y=[0, 0])
    with pytest.raises(KaditaError, match="expected each file once"):
        united(path, path)
    run = kadita.run("torus", agents=4, steps=2, output=tmp_path / "run.nc")
    with pytest.raises(KaditaError, match="run.nc: expected tracks, to be united"):
        united(path, run)
    with pytest.raises(KaditaError, match="expected at least one file"):
        convert([], tmp_path / "b.nc", registry=registry)
    with pytest.raises(KaditaError, match="expected a column agent"):
        convert(path, tmp_path / "b.nc", registry=registry, **UNITS)


def test_clocks_that_share_no_time_are_refused_before_they_fill_the_memory(write, united, monkeypatch):
    monkeypatch.setattr("kadita.io.importing.merged.MANY", 100)
    t = np.arange(10.0)
    paths = [write(f"{i}.csv", time=t + i / 10, x=t, y=t) for i in range(10)]
    with pytest.raises(KaditaError, match="found 100 times of 10 animals, which are seen 100 times"):
        united(*paths)


def test_patterns_are_expanded_on_the_command_line(write, command, tmp_path):
    for name in "ab":
        write(f"{name}.csv", time=[0, 1], x=[0, 1], y=[0, 0])
    done = command("convert", "*.csv", "out.nc", "--length-unit", "m", "--time-unit", "s")
    assert done.returncode == 0, done.stderr
    with kadita.open(tmp_path / "out.nc") as opened:
        assert opened.agents.tolist() == ["a", "b"]


def test_clocks_half_a_step_apart_are_told(write, united):
    """Each frame then holds the animals of one file, and values of the group are those of a part of it."""
    one = write("a.csv", agent=[1, 2] * 9, time=np.repeat(np.arange(9), 2), x=np.arange(18), y=[0] * 18)
    two = write("b.csv", agent=[3, 4] * 9, time=np.repeat(np.arange(9), 2) + 0.5, x=-np.arange(18), y=[0] * 18)
    *_, remarks = united(one, two)
    assert any("a frame holds 2 animals at least, 2 in the median and 2 at most, of 4" in r for r in remarks)
