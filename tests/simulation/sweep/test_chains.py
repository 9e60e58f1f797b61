"""A chain: the final state of one value starts the next, up and then down, and interruptions leave no trace."""

import csv
import signal
import time

import numpy as np
import pytest
import xarray

import kadita
from kadita.base.errors import KaditaError
from kadita.simulation.sweep import run_sweep

RADII = (1.5, 2.0, 2.5)


@pytest.fixture(autouse=True)
def _unsettled(recwarn):
    """Runs of these tests are too short to settle, which sweeps warn of."""


def rows_of(folder):
    with (folder / "table.csv").open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def whole(chain, tmp_path):
    """The folder of a chain that nobody interrupted."""
    run_sweep(chain, output=tmp_path / "whole")
    return tmp_path / "whole"


def by_hand(seed):
    """Polarization of every run of the chain, each started with the last frame of the one before."""
    last, found = None, []
    for r_o in (*RADII, *reversed(RADII)):
        with kadita.simulate(
            "torus", steps=60, every=5, seed=seed, parameters={"agents": 20, "r_o": r_o}, start=last
        ) as school:
            block = next(school.blocks())
        found.append(kadita.analyze(block, "polarization")["polarization"])
        last = block[-1]
    return found


def test_each_value_starts_where_the_one_before_it_ended(whole):
    rows = rows_of(whole)
    assert [(float(r["r_o"]), r["direction"], int(r["seed"])) for r in rows] == [
        (r_o, way, seed) for way, radii in (("up", RADII), ("down", RADII[::-1])) for r_o in radii for seed in (1, 2)
    ]
    for seed in (1, 2):
        for row, expected in zip([r for r in rows if r["seed"] == str(seed)], by_hand(seed), strict=True):
            with (whole / row["folder"] / f"seed-{seed}.csv").open() as file:
                assert [float(r["polarization"]) for r in csv.DictReader(file)] == expected.tolist()


def test_the_table_has_a_dimension_for_the_way(whole):
    with xarray.open_dataset(whole / "table.nc") as table:
        assert table["rotation"].dims == ("r_o", "direction", "seed")
        assert table["direction"].values.tolist() == ["up", "down"]
        assert not table["rotation"].isnull().any()
        for row in rows_of(whole):
            there = {"r_o": float(row["r_o"]), "direction": row["direction"], "seed": int(row["seed"])}
            assert float(table["rotation"].sel(there)) == float(row["rotation"])


def test_two_workers_write_the_same_bytes(chain, whole, tmp_path, contents):
    run_sweep(chain, output=tmp_path / "two", workers=2)
    assert contents(tmp_path / "two") == contents(whole)


@pytest.mark.parametrize("lost", [[2], [0, 1, 2, 3], [3, 4, 5], [1, 4]])
def test_points_that_are_missing_are_made_again_from_the_states_before_them(lost, chain, whole, times, contents):
    rows, bytes_before = [r for r in rows_of(whole) if r["seed"] == "2"], contents(whole)
    for number in lost:
        for file in (whole / rows[number]["folder"]).glob("seed-2.*"):
            file.unlink()
    before = times(whole)
    run_sweep(chain, output=whole)
    assert contents(whole) == bytes_before
    assert {name: times(whole)[name] for name in before} == before


def test_killed_in_the_middle_it_goes_on(chain, start, tmp_path, times, contents):
    chain.write_text(chain.read_text().replace("steps = 60", "steps = 6000").replace("every = 5", "every = 500"))
    running = start(chain, "-o", tmp_path / "cut")
    until = time.monotonic() + 60
    while len(list(tmp_path.glob("cut/*/seed-*.json"))) < 2 and time.monotonic() < until:
        time.sleep(0.005)
    running.send_signal(signal.SIGKILL)
    running.communicate(timeout=20)
    finished = {name: when for name, when in times(tmp_path / "cut").items() if "seed-" in name}
    assert 2 <= sum(name.endswith(".json") for name in finished) < 12
    run_sweep(chain, output=tmp_path / "cut")
    assert {name: times(tmp_path / "cut")[name] for name in finished} == finished
    run_sweep(chain, output=tmp_path / "whole")
    assert contents(tmp_path / "cut") == contents(tmp_path / "whole")


def test_a_longer_chain_goes_on_from_the_shorter_one_on_the_way_up(chain, whole, times):
    before = times(whole)
    chain.write_text(chain.read_text().replace("to = 2.5", "to = 3.0"))
    run_sweep(chain, output=whole)
    after = times(whole)
    assert {name: after[name] for name in before} == before
    new = {name for name in after if name.endswith("seed-1.csv")} - set(before)
    assert len(new) == 5  # 3.0 up, and all the way down


def test_a_damaged_state_is_told_and_not_used(chain, whole):
    rows = [r for r in rows_of(whole) if r["seed"] == "1"]
    state = whole / rows[1]["folder"] / "seed-1.state.npz"
    with np.load(state) as file:
        arrays = dict(file)
    arrays["positions"][3, 1] += 1e-9
    np.savez(state, **arrays)
    (whole / rows[2]["folder"] / "seed-1.json").unlink()
    with pytest.raises(KaditaError, match=r"seed-1\.state\.npz: expected the final state of a run; it is damaged"):
        run_sweep(chain, output=whole)
    state.write_bytes(b"PK\x03\x04")
    with pytest.raises(KaditaError, match="it is damaged; remove it and sweep again"):
        run_sweep(chain, output=whole)
