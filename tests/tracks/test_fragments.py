"""Many short tracks: later animals reuse the columns of earlier ones, and every result is as with a column each."""

import time

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import kadita
from kadita.io.convert import convert
from kadita_tracks.rows import packing
from kadita_tracks.rows.arrange import frames_of_rows
from kadita_tracks.rows.packing import columns_of_tracks, is_sparse

UNITS = {"length_unit": "um", "time_unit": "s", "frame_rate": 10.0}


def rows_of(rng, tracks, frames, shortest=2, longest=12, lost=0.1):
    """Rows (animal, frame, x, y) of tracks that begin at random; a tenth of the sightings is lost."""
    length = rng.integers(shortest, longest + 1, tracks)
    start = rng.integers(0, frames - longest, tracks)
    animal = np.repeat(np.arange(tracks), length)
    step = np.concatenate([np.arange(n) for n in length])
    x = rng.uniform(0, 200, (tracks, 2))[animal] + step[:, None] * rng.normal(size=(tracks, 2))[animal]
    kept = (rng.random(len(animal)) > lost) | (step == 0)
    order = np.flatnonzero(kept)[rng.permutation(kept.sum())]
    return animal[order], (start[animal] + step)[order], x[order]


@pytest.fixture
def always(monkeypatch):
    """Columns are reused in small files, too."""
    monkeypatch.setattr(packing, "PLACES", 0)


@pytest.fixture
def table(tmp_path):
    def table(animal, frame, x, species=None, head="agent,frame,x,y"):
        lines = [f"{a},{t},{p[0]},{p[1]}" for a, t, p in zip(animal, frame, x, strict=True)]
        if species is not None:
            lines, head = [f"{line},{species[a]}" for line, a in zip(lines, animal, strict=True)], f"{head},species"
        (tmp_path / "t.csv").write_text("\n".join([head, *lines]) + "\n")
        return tmp_path / "t.csv"

    return table


@pytest.mark.parametrize("seed", range(5))
def test_tracks_of_a_column_are_apart_and_columns_are_as_few_as_can_be(seed):
    rng = np.random.default_rng(seed)
    first = rng.integers(0, 300, 500)
    last = first + rng.integers(0, 20, 500)
    column = columns_of_tracks(first, last)
    for c in np.unique(column):
        mine = np.flatnonzero(column == c)
        mine = mine[np.argsort(first[mine])]
        assert (first[mine][1:] >= last[mine][:-1] + 2).all()  # an empty frame between them
    at_once = max(((first <= t) & (t <= last + 1)).sum() for t in range(330))
    assert column.max() + 1 == at_once


def test_one_track_after_the_other_is_one_column():
    assert columns_of_tracks(np.array([0, 6, 12]), np.array([4, 10, 20])).tolist() == [0, 0, 0]
    assert columns_of_tracks(np.array([0, 5, 12]), np.array([4, 10, 20])).tolist() == [0, 1, 0]
    assert columns_of_tracks(np.array([9, 0, 0]), np.array([9, 0, 20])).tolist() == [0, 0, 1]


def test_when_columns_are_reused():
    assert not is_sparse(100, 10_000, 1_000_000)  # seen in every frame
    assert not is_sparse(100, 10_000, 200_000)  # not even a fifth of the places is too little
    assert is_sparse(60_000, 10_000, 1_200_000)
    assert not is_sparse(300, 1000, 3000)  # a small file: a column each is easier to read for others


def test_every_sighting_is_in_its_place(rng, always):
    animal, frame, x = rows_of(rng, 400, 200)
    tracks = frames_of_rows("t", animal, frame.astype(float), x, 2 * x, counts_frames=True, quality={"p": x[:, 0]})
    who = tracks.identities
    assert tracks.positions.shape[1] < 60 < len(tracks.agents) == 400
    assert (who >= 0).sum() == len(animal)
    found = {(int(tracks.agents[who[t, c]]), int(tracks.times[t])): (t, c) for t, c in np.argwhere(who >= 0)}
    assert len(found) == len(animal)
    for a, t, position in zip(animal, frame, x, strict=True):
        place = found[int(a), int(t)]
        assert_array_equal(tracks.positions[place], position)
        assert_array_equal(tracks.velocities[place], 2 * position)
        assert tracks.quality["p"][place] == position[0]
    assert np.isnan(tracks.positions[who < 0]).all()


NAMES = ("spread", "polarization", "neighbor_distance", "mean_squared_displacement")


@pytest.mark.parametrize("ending", [".nc", ".nc4"])
def test_results_are_those_of_a_column_each(rng, table, tmp_path, monkeypatch, measured, ending):
    animal, frame, x = rows_of(rng, 150, 100)
    path = table(animal, frame, x)
    convert(path, tmp_path / f"each{ending}", **UNITS)
    monkeypatch.setattr(packing, "PLACES", 0)
    convert(path, tmp_path / f"reused{ending}", **UNITS)
    with kadita.open(tmp_path / f"reused{ending}") as reused, kadita.open(tmp_path / f"each{ending}") as each:
        assert reused.n_columns < 30 < each.n_columns == len(reused.agents) == 150
        assert_array_equal(reused.agents, each.agents)
        for a, b in zip(reused, each, strict=True):  # frames
            order = np.argsort(a.agents)
            assert_array_equal(a.agents[order], b.agents)
            assert_array_equal(a.positions[order], b.positions)
            assert_array_equal(a.velocities[order], b.velocities)  # of one animal each, not of a column
    one, other = (measured({"path": tmp_path / f"{name}{ending}"}, *NAMES) for name in ("reused", "each"))
    for name in NAMES[:2]:
        assert_allclose(one[name], other[name], rtol=1e-12, atol=1e-12)
    msd = [r.analyses["mean_squared_displacement"].values for r in (one, other)]
    assert_allclose(*msd, rtol=1e-9)


def test_velocities_of_short_tracks_are_their_own(rng, table, converted, always):
    """All swim at constant velocity: a difference between two animals of a column would not be it."""
    animal, frame, x = rows_of(rng, 300, 150, lost=0.0)
    velocity = np.full((300, 2), np.nan)
    for a in range(300):
        mine = np.argsort(frame[animal == a])
        velocity[a] = np.diff(x[animal == a][mine], axis=0)[0]
    read = converted(table(animal, frame, x), **UNITS)
    with kadita.open(read["path"]) as trajectory:
        chunk = trajectory.read(np.arange(trajectory.n_frames))
        agents = np.asarray(trajectory.agents)
    who = chunk.identities
    assert_allclose(chunk.velocities[who >= 0][:, :2], 10 * velocity[agents[who[who >= 0]]], atol=2e-3)


def test_species_of_short_tracks(rng, table, converted, always):
    animal, frame, x = rows_of(rng, 200, 120)
    kinds = [("prey", "predator")[a % 7 == 0] for a in range(200)]
    read = converted(table(animal, frame, x, species=kinds), **UNITS)
    with kadita.open(read["path"]) as trajectory:
        for f in trajectory:
            assert f.species.tolist() == [kinds[a] for a in f.agents]


def test_limits_and_lost_animals(rng, table, tmp_path, converted, always, said):
    """Animals of which no sighting reaches the limit are left out, by name; the others keep their identities."""
    animal, frame, x = rows_of(rng, 200, 120)
    sure = animal % 3 > 0
    lines = [f"f{a:03d},{t},{p[0]},{p[1]},{s}" for a, t, p, s in zip(animal, frame, x, sure * 0.9, strict=True)]
    (tmp_path / "t.csv").write_text("\n".join(["agent,frame,x,y,p", *lines]) + "\n")
    read = converted(tmp_path / "t.csv", least={"p": 0.5}, **UNITS)
    assert read["agents"] == [f"f{a:03d}" for a in range(200) if a % 3]
    assert said(read, "67 animals without positions are left out: f000, f003, f006, f009, f012")
    where = {(f"f{a:03d}", int(t)): p for a, t, p in zip(animal, frame, x, strict=True) if a % 3}
    with kadita.open(read["path"]) as trajectory:
        found = {
            (str(a), round(f.time * 10)): p for f in trajectory for a, p in zip(f.agents, f.positions, strict=True)
        }
    assert found.keys() == where.keys()
    assert_allclose([found[k][:2] for k in found], [where[k] for k in found], rtol=1e-6)


@pytest.mark.parametrize("ending", [".xyz", ".lammpstrj"])
def test_formats_without_reused_columns_have_a_column_each(rng, table, tmp_path, monkeypatch, ending):
    path = table(*rows_of(rng, 100, 80))
    convert(path, tmp_path / f"each{ending}", **UNITS)
    monkeypatch.setattr(packing, "PLACES", 0)
    convert(path, tmp_path / f"reused{ending}", **UNITS)
    assert (tmp_path / f"reused{ending}").read_bytes() == (tmp_path / f"each{ending}").read_bytes()
    convert(path, tmp_path / "reused.nc", **UNITS)
    convert(tmp_path / "reused.nc", tmp_path / f"again{ending}")
    lines = [(tmp_path / f"{name}{ending}").read_text().count("\n") for name in ("each", "again")]
    assert lines[0] == lines[1]


def test_60_000_identities_in_10_000_frames_cost_as_their_sightings():
    """600 million places; 1.2 million sightings are arranged within seconds, in what 168 columns take."""
    rng = np.random.default_rng(0)
    animal, frame, x = rows_of(rng, 60_000, 10_000, shortest=10, longest=30, lost=0.0)
    began = time.perf_counter()
    tracks = frames_of_rows("t", animal, frame.astype(float), x, None, counts_frames=True)
    assert time.perf_counter() - began < 20  # 0.6 s on a core of 2.6 GHz
    assert tracks.positions.shape[1] < 200
    assert tracks.positions.nbytes + tracks.identities.nbytes < 50e6
