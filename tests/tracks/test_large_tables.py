"""Tables larger than memory: what is arranged in a scratch file, part by part, is what is arranged in memory."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas
import pytest

import kadita
from kadita.io.importing import vectors
from kadita_tracks.rows import arrange, scratch, streamed
from kadita_tracks.rows.arranged import Arranged, named

UNITS = {"length_unit": "m", "time_unit": "s"}
MEDIAN = "median"  # of qualities and of rates, it is that of a part of the values where there are many
ORDERS = ("time", "agent", "shuffled")


@pytest.fixture
def small_memory(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Let everything be larger than memory: 40 rows a part, 600 bytes of the scratch file, a few frames a block."""

    def shrink() -> None:
        monkeypatch.setattr(streamed, "LARGE", 0)
        monkeypatch.setattr(streamed, "CHUNK_ROWS", 40)
        monkeypatch.setattr(scratch, "WINDOW", 600)
        monkeypatch.setattr(vectors, "WHOLE_PLACES", 20)
        monkeypatch.setattr(vectors, "BLOCK_PLACES", 20)

    return shrink


def rows_of(rng: np.random.Generator, agents: list[str], frames: int, share: float, **columns: str) -> pandas.DataFrame:
    """Rows of agents that are seen in a share of the frames."""
    frame, agent = (i.ravel() for i in np.indices((frames, len(agents))))
    rows = pandas.DataFrame({"agent": np.array(agents)[agent], "time": frame / 25})
    for name, kind in columns.items():
        scale = {"position": 100.0, "velocity": 3.0, "flat": 0.0}.get(kind)
        rows[name] = rng.random(len(rows)) if scale is None else scale * rng.standard_normal(len(rows))
    return rows[rng.random(len(rows)) < share]


def in_order(rows: pandas.DataFrame, order: str) -> pandas.DataFrame:
    """The same rows, sorted by time or by agent, or in random order."""
    return rows.sample(frac=1, random_state=1) if order == "shuffled" else rows.sort_values(order, kind="stable")


def same(a: np.ndarray | None, b: np.ndarray | None) -> bool:
    """Whether arrays are equal bit for bit, or both are None."""
    return a is b if a is None or b is None else a.tobytes() == b.tobytes()


KINDS = {
    "plane": (["3", "1", "2"], 40, 1.0, {"x": "position", "y": "position"}),
    "gaps": (["07", "b", "NA"], 90, 0.6, {"x": "position", "y": "position"}),
    "space": (["a", "b"], 60, 0.8, {c: "position" for c in "xyz"} | {f"v{c}": "velocity" for c in "xyz"}),
    "flat": (["a", "b"], 60, 0.8, {"x": "position", "y": "position", "z": "flat", "p": "share", "score": "share"}),
}


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("kind", KINDS)
def test_streamed_is_as_in_memory(tmp_path, rng, converted, small_memory, kind, order):
    agents, frames, share, columns = KINDS[kind]
    rows = in_order(rows_of(rng, agents, frames, share, **columns), order)
    if kind == "gaps":
        rows["species"] = np.where(rows["agent"] == "b", "pike", "")
    path = tmp_path / "t.csv"
    rows.to_csv(path, index=False)
    options = UNITS | ({"least": {"p": 0.3}} if kind == "flat" else {})
    whole = converted(path, **options)
    small_memory()
    parts = converted(path, **options)
    for key in ("positions", "velocities", "times"):
        assert same(whole[key], parts[key]), key
    for key in ("agents", "attributes"):
        assert whole[key] == parts[key]
    assert [r for r in whole["remarks"] if MEDIAN not in r] == [r for r in parts["remarks"] if MEDIAN not in r]


@pytest.mark.parametrize("order", ORDERS)
def test_short_tracks_reuse_columns(tmp_path, rng, small_memory, monkeypatch, order):
    monkeypatch.setattr("kadita_tracks.rows.packing.PLACES", 100)
    parts = [rows_of(rng, [f"fish {i}"], 12, 0.9, x="position", y="position") for i in range(30)]
    for i, part in enumerate(parts):
        part["time"] = np.rint(part["time"] * 25 + 5 * i) / 25
    path = tmp_path / "t.csv"
    in_order(pandas.concat(parts), order).to_csv(path, index=False)

    def read() -> tuple[object, ...]:
        with pytest.warns(kadita.KaditaWarning):
            trajectory = kadita.open(path, **UNITS)
        assert trajectory.reuses_columns
        return trajectory.agents.tolist(), *trajectory.read(np.arange(trajectory.n_frames))[:5]

    whole = read()
    small_memory()
    streamed_ = read()
    assert whole[0] == streamed_[0]
    assert all(same(a, b) for a, b in zip(whole[1:], streamed_[1:], strict=True))


@pytest.mark.parametrize("second", [1, 70], ids=["in one part", "in another part"])
def test_two_rows_of_an_agent_at_one_time_are_refused(tmp_path, rng, refused, small_memory, second):
    rows = rows_of(rng, ["a", "b"], 60, 1.0, x="position", y="position")
    path = tmp_path / "t.csv"
    pandas.concat([rows[:second], rows[:1], rows[second:]]).to_csv(path, index=False)
    small_memory()
    said = refused(path, "--length-unit", "m", "--time-unit", "s")
    assert "expected one row per agent and time; agent a has more at 0" in said


def test_the_line_of_a_wrong_cell_counts_from_the_beginning(tmp_path, rng, refused, small_memory):
    rows = rows_of(rng, ["a", "b"], 60, 1.0, x="position", y="position").astype({"x": str})
    rows.iloc[99, 2] = "far"
    path = tmp_path / "t.csv"
    rows.to_csv(path, index=False)
    small_memory()
    assert "expected a number in column x; line 101 has 'far'" in refused(
        path, *("--length-unit", "m", "--time-unit", "s")
    )


def test_a_full_disk_is_one_line(tmp_path, rng, refused, small_memory, monkeypatch):
    path: Path = tmp_path / "t.csv"
    rows_of(rng, ["a", "b"], 60, 1.0, x="position", y="position").to_csv(path, index=False)
    small_memory()
    monkeypatch.setattr(scratch.shutil, "disk_usage", lambda folder: type("Usage", (), {"free": 1000})())
    assert "of free disk for a scratch file; found 1e-06 GB" in refused(path, "--length-unit", "m", "--time-unit", "s")


def test_many_places_of_few_rows_are_in_a_scratch_file(tmp_path, rng, converted, monkeypatch):
    path = tmp_path / "t.csv"
    rows_of(rng, ["a", "b"], 60, 0.7, x="position", y="position").to_csv(path, index=False)
    whole = converted(path, **UNITS)
    monkeypatch.setattr(arrange, "IN_MEMORY", 10)
    monkeypatch.setattr(vectors, "WHOLE_PLACES", 20)
    monkeypatch.setattr(vectors, "BLOCK_PLACES", 20)
    parts = converted(path, **UNITS)
    assert all(same(whole[key], parts[key]) for key in ("positions", "velocities", "times"))


def test_another_process_gets_numbers_and_not_the_file(rng):
    """As it does of tracks that were arranged in the process that reads foreign files."""
    arranged = Arranged("t", 30, 4, named(rng.normal(size=(1, 2)), None, {"p": rng.random(1)}))
    frame, column = rng.permutation(120)[:80].reshape(2, 40) % np.array([[30], [4]])
    place = np.unique(frame * 4 + column)
    frame, column = place // 4, place % 4
    values = named(rng.normal(size=(len(place), 2)), None, {"p": rng.random(len(place))})
    arranged.put(frame, column, column, values)
    fields = arranged.fields
    for field in (fields["positions"], fields["quality"]["p"], fields["identities"]):
        copy = pickle.loads(pickle.dumps(field))
        assert type(copy) is np.ndarray
        assert np.array_equal(copy, field[:], equal_nan=copy.dtype.kind == "f")
