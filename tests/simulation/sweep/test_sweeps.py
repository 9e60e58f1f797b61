"""A sweep is its runs, measured and tabulated; whatever interrupts it, it goes on, and nothing is run twice."""

import csv
import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import xarray

import kadita
from kadita.base.locks import locked
from kadita.simulation.sweep import run_sweep

LOCKED = "small/.lock"
NOISES, RADII, SEEDS = (0.0, 0.1), (1.5, 2.0, 2.5), (1, 2)


@pytest.fixture(autouse=True)
def _unsettled(recwarn):
    """Runs of these tests are too short to settle, which sweeps warn of."""


def rows_of(folder):
    with (folder / "table.csv").open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def swept(small, tmp_path):
    """The folder of a sweep that nobody interrupted, done in this process."""
    run_sweep(small, output=tmp_path / "whole")
    return tmp_path / "whole"


class TestResults:
    def test_a_row_is_the_run_by_itself(self, swept):
        rows = rows_of(swept)
        assert [(float(r["noise"]), float(r["r_o"]), int(r["seed"])) for r in rows] == [
            (noise, r_o, seed) for noise in NOISES for r_o in RADII for seed in SEEDS
        ]
        for row in (rows[0], rows[7]):
            parameters = {"agents": 20, "noise": float(row["noise"]), "r_o": float(row["r_o"])}
            with kadita.simulate("torus", steps=60, every=5, seed=int(row["seed"]), parameters=parameters) as school:
                found = kadita.analyze(school, ["polarization", "rotation"])
            for name in ("polarization", "rotation"):
                expected = found.statistics("half")[name]
                assert float(row[name]) == expected.mean
                assert float(row[f"{name}_settled"]) == expected.settled
            with (swept / row["folder"] / f"seed-{row['seed']}.csv").open() as file:
                stored = [float(r["polarization"]) for r in csv.DictReader(file)]
            assert stored == found["polarization"].tolist()

    def test_the_two_tables_say_the_same(self, swept):
        with xarray.open_dataset(swept / "table.nc") as table:
            assert table["polarization"].dims == ("noise", "r_o", "seed")
            assert tuple(table["noise"].values) == NOISES
            assert tuple(table["seed"].values) == SEEDS
            assert table["rotation"].attrs["units"] == "1"
            assert json.loads(table.attrs["parameters"])["agents"] == 20
            assert "noise" not in json.loads(table.attrs["parameters"])
            for row in rows_of(swept):
                there = {key: float(row[key]) for key in ("noise", "r_o")} | {"seed": int(row["seed"])}
                assert float(table["rotation"].sel(there)) == float(row["rotation"])

    def test_a_folder_says_what_lies_in_it(self, swept):
        for row in rows_of(swept):
            said = json.loads((swept / row["folder"] / "manifest.json").read_text())
            assert said["varied"] == {"noise": float(row["noise"]), "r_o": float(row["r_o"])}
            assert said["run"]["parameters"]["noise"] == float(row["noise"])
            assert said["seeds"] == [1, 2]
            assert set(said["metrics"]) == {"polarization", "rotation"}
            assert set(said["versions"]) == {"python", "kadita", "numpy"}
        assert len(list(swept.glob("*/"))) == 6

    def test_species_of_agents_are_those_of_the_run(self, tmp_path):
        species = '\n[[species]]\nname = "fast"\ncount = 5\nspeed = 2.0\n'
        text = 'model = "vicsek"\nsteps = 20\nevery = 5\n[parameters]\nagents = 20\nbox = 5.0\nspeed = 0.5\n'
        text += "radius = 1.0\nnoise = 0.2\ntime_step = 1.0\n"
        (tmp_path / "run.toml").write_text(text + species)
        (tmp_path / "mixed.toml").write_text(
            'seeds = 1\nmetrics = ["polarization"]\nequilibration = "none"\n' + text + species
        )
        run_sweep(tmp_path / "mixed.toml", output=tmp_path / "mixed")
        with kadita.simulate(tmp_path / "run.toml", seed=1) as school:
            assert list(school.species).count("fast") == 5
            expected = kadita.analyze(school, ["polarization"])["polarization"]
        (row,) = rows_of(tmp_path / "mixed")
        assert float(row["polarization"]) == pytest.approx(expected.mean(), rel=1e-12)

    def test_words_are_tabulated_by_their_shares(self, tmp_path):
        (tmp_path / "states.toml").write_text('scenario = "swarm"\nsteps = 20\nevery = 1\nmetrics = ["state"]')
        run_sweep(tmp_path / "states.toml", output=tmp_path / "states")
        (row,) = rows_of(tmp_path / "states")
        shares = [float(v) for key, v in row.items() if key.startswith("state.") and "_" not in key.partition(".")[2]]
        assert len(shares) > 1
        assert sum(shares) == pytest.approx(1)

    def test_numbers_of_whole_trajectories_are_columns_and_their_curves_lie_beside(self, small, tmp_path):
        text = small.read_text().replace('"rotation"]', '"heading_autocorrelation"]').replace("seeds = 2", "seeds = 1")
        (tmp_path / "memory.toml").write_text(text)
        run_sweep(tmp_path / "memory.toml", output=tmp_path / "memory")
        row = rows_of(tmp_path / "memory")[5]
        parameters = {"agents": 20, "noise": 0.1, "r_o": 2.5}
        with kadita.simulate("torus", steps=60, every=5, seed=1, parameters=parameters) as school:
            found = kadita.analyze(school, ["heading_autocorrelation"])
        name = "heading_autocorrelation.persistence_time"
        assert float(row[name]) == found.analyses[name].values
        with (tmp_path / "memory" / row["folder"] / "seed-1_heading_autocorrelation.csv").open() as file:
            curve = [float(r["correlation"] or "nan") for r in csv.DictReader(file)]
        assert len(curve) > 5
        assert np.array_equal(curve, found.analyses["heading_autocorrelation.correlation"].values, equal_nan=True)

    def test_lists_that_go_together_are_one_dimension(self, tmp_path):
        (tmp_path / "zip.toml").write_text(
            'scenario = "torus"\nsteps = 10\nmetrics = ["rotation"]\n[parameters]\nagents = 5\n'
            "[zip]\nr_o = [1.5, 2.5]\nr_a = [10.0, 12.0]"
        )
        run_sweep(tmp_path / "zip.toml", output=tmp_path / "zip")
        with xarray.open_dataset(tmp_path / "zip" / "table.nc") as table:
            assert table["rotation"].dims == ("zip", "seed")
            assert table["r_a"].values.tolist() == [10.0, 12.0]
            assert table["r_a"].dims == ("zip",)

    def test_the_largest_group_is_measured_where_it_is_asked_for(self, small, tmp_path):
        text = small.read_text().replace("seeds = 2", "seeds = 1\nlargest_cluster = 0.5")
        (tmp_path / "largest.toml").write_text(text)
        run_sweep(tmp_path / "largest.toml", output=tmp_path / "largest")
        with kadita.simulate(
            "torus", steps=60, every=5, seed=1, parameters={"agents": 20, "noise": 0.0, "r_o": 1.5}
        ) as school:
            found = kadita.analyze(school, ["polarization"], largest_cluster=0.5)
        assert float(rows_of(tmp_path / "largest")[0]["polarization"]) == found.statistics("half")["polarization"].mean

    def test_trajectories_are_kept_where_they_are_asked_for(self, small, tmp_path, contents):
        text = small.read_text().replace("seeds = 2", "seeds = 1\ntrajectories = true")
        (tmp_path / "kept.toml").write_text(text)
        run_sweep(tmp_path / "kept.toml", output=tmp_path / "kept")
        row = rows_of(tmp_path / "kept")[4]
        parameters = {"agents": 20, "noise": float(row["noise"]), "r_o": float(row["r_o"])}
        alone = kadita.run("torus", steps=60, every=5, seed=1, parameters=parameters, output=tmp_path / "alone.nc")
        with (
            kadita.open(tmp_path / "kept" / row["folder"] / "seed-1.nc") as one,
            kadita.open(alone) as other,
        ):
            a, b = (t.read(np.arange(13)) for t in (one, other))
            assert one.complete
            assert np.array_equal(a.positions, b.positions)
            assert np.array_equal(a.velocities, b.velocities)
        assert not [name for name in contents(tmp_path / "kept") if ".cpt" in name or "/." in name]


class TestGoingOn:
    def test_what_is_finished_is_not_run_again(self, small, swept, times, contents):
        before, bytes_before = times(swept), contents(swept)
        run_sweep(small, output=swept)
        assert times(swept) == before
        assert contents(swept) == bytes_before

    def test_a_sweep_that_was_changed_adds_points_and_leaves_the_others(self, small, swept, times):
        before = times(swept)
        small.write_text(
            small.read_text().replace("noise = [0.0, 0.1]", "noise = [0.0, 0.2]").replace("seeds = 2", "seeds = [1, 3]")
        )
        run_sweep(small, output=swept)
        after = times(swept)
        assert {name: after[name] for name in before if "manifest" not in name} == {
            name: when for name, when in before.items() if "manifest" not in name
        }
        assert {(float(r["noise"]), int(r["seed"])) for r in rows_of(swept)} == {
            (n, s) for n in (0.0, 0.2) for s in (1, 3)
        }
        said = {tuple(json.loads(f.read_text())["seeds"]) for f in swept.glob("*/manifest.json")}
        assert said == {(1, 2), (1, 3), (1, 2, 3)}

    def test_other_means_need_no_other_runs(self, small, swept, times):
        before, halves = times(swept), rows_of(swept)
        small.write_text(small.read_text().replace('equilibration = "half"', "begin = 2.0"))
        run_sweep(small, output=swept, run=False)
        assert times(swept) == before
        row = rows_of(swept)[0]
        assert row["polarization"] != halves[0]["polarization"]
        with (swept / row["folder"] / "seed-1.csv").open() as file:
            late = [float(r["polarization"]) for r in csv.DictReader(file) if float(r["time"]) >= 2.0]
        assert float(row["polarization"]) == pytest.approx(np.mean(late), rel=1e-14)
        assert len(late) == 9

    def test_two_workers_write_the_same_bytes(self, small, swept, tmp_path, contents):
        run_sweep(small, output=tmp_path / "two", workers=2)
        assert contents(tmp_path / "two") == contents(swept)

    def test_terminated_and_killed_in_the_middle_it_goes_on(self, small, start, tmp_path, times, contents):
        small.write_text(small.read_text().replace("steps = 60", "steps = 6000").replace("every = 5", "every = 500"))
        folder, finished = tmp_path / "cut", {}
        for number, enough in ((signal.SIGTERM, 2), (signal.SIGKILL, 6)):
            running = start(small, "-o", folder, "--workers", 2)
            until = time.monotonic() + 60
            while len(list(folder.glob("*/seed-*.json"))) < enough and time.monotonic() < until:
                time.sleep(0.005)
            running.send_signal(number)
            out, said = running.communicate(timeout=20)
            assert {name: times(folder)[name] for name in finished} == finished
            finished = {name: when for name, when in times(folder).items() if "/seed-" in name}
            assert enough <= sum(name.endswith(".json") for name in finished) < 12
            if number == signal.SIGTERM:
                assert (running.returncode, out, said.count("\n")) == (143, "", 1)
                assert "terminated; " in said
                assert "of 12 points are finished; the same command continues" in said
            else:
                assert (running.returncode, out, said) == (-9, "", "")
        run_sweep(small, output=folder, workers=2)
        assert {name: times(folder)[name] for name in finished} == finished
        run_sweep(small, output=tmp_path / "whole")
        assert contents(folder) == contents(tmp_path / "whole")

    @pytest.mark.slow
    def test_interrupted_it_says_how_it_goes_on(self, small, start, tmp_path):
        small.write_text(small.read_text().replace("steps = 60", "steps = 6000"))
        running = start(small, "-o", tmp_path / "cut", "--workers", 2, start_new_session=True)
        until = time.monotonic() + 60
        while not list(tmp_path.glob("cut/*/seed-*.json")) and time.monotonic() < until:
            time.sleep(0.005)
        os.killpg(running.pid, signal.SIGINT)  # as a terminal does
        out, said = running.communicate(timeout=20)
        assert (running.returncode, out, said.count("\n")) == (130, "", 1)
        assert said.startswith("kadita: error: interrupted; ")
        assert said.endswith(" of 12 points are finished; the same command continues\n")
        assert not list(tmp_path.glob("cut/*/.seed-*"))

    def test_a_table_of_what_there_is_so_far(self, small, swept):
        for row in rows_of(swept)[3:5]:
            (swept / row["folder"] / f"seed-{row['seed']}.json").unlink()
        run_sweep(small, output=swept, run=False)
        assert len(rows_of(swept)) == 10
        with xarray.open_dataset(swept / "table.nc") as table:
            assert int(table["polarization"].isnull().sum()) == 2


class TestRefusals:
    def test_a_folder_of_something_else(self, command, small, tmp_path):
        (tmp_path / "thesis").mkdir()
        (tmp_path / "thesis" / "chapter.tex").write_text("words")
        status, _, said = command(small, "-o", "thesis")
        assert (status, said.count("\n")) == (2, 1)
        assert "thesis: expected the folder of a sweep, or an empty one" in said
        assert [file.name for file in (tmp_path / "thesis").iterdir()] == ["chapter.tex"]

    def test_a_file_where_the_folder_should_be(self, command, small, tmp_path):
        (tmp_path / "small").write_text("mine")
        status, _, said = command(small)
        assert (status, said.count("\n")) == (2, 1)
        assert "small: expected a folder for the sweep; got a file" in said
        assert (tmp_path / "small").read_text() == "mine"

    def test_a_table_of_nothing(self, command, small):
        status, _, said = command(small, "--table")
        assert (status, said.count("\n")) == (2, 1)
        assert "there is no such folder; run the sweep first" in said

    def test_two_sweeps_in_one_folder(self, command, small, tmp_path):
        (tmp_path / "small").mkdir()
        held = f"with locked({LOCKED!r}, ''): print(flush=True); time.sleep(60)"
        holds = f"import time; from kadita.base.locks import locked\n{held}"
        other = subprocess.Popen([sys.executable, "-c", holds], cwd=tmp_path, stdout=subprocess.PIPE)
        try:
            other.stdout.readline()
            status, _, said = command(small)
        finally:
            other.kill()
            other.communicate()
        assert (status, said.count("\n")) == (2, 1)
        assert "small: another sweep is running in this folder" in said
        with locked(tmp_path / LOCKED, "the lock of a killed process remains"):
            pass
        assert command(small, "--table")[0] == 2  # a folder with a lock alone is that of a sweep that ran nothing

    def test_results_that_were_damaged(self, command, small, swept):
        (swept / rows_of(swept)[0]["folder"] / "seed-1.json").write_text("{}")
        status, _, said = command(small, "-o", "whole")
        assert (status, said.count("\n")) == (2, 1)
        assert "seed-1.json: expected the results of a point" in said
        assert "remove it and sweep again" in said

    def test_both_workers_and_a_scheduler(self, command, small):
        status, _, said = command(small, "--workers", 2, "--scheduler", "tcp://127.0.0.1:1")
        assert (status, said.count("\n")) == (2, 1)
        assert "got both --workers and --scheduler" in said

    @pytest.mark.slow
    def test_a_scheduler_that_does_not_answer(self, small, start, tmp_path):
        began = time.monotonic()
        running = start(small, "-o", tmp_path / "none", "--scheduler", "tcp://127.0.0.1:1")
        out, said = running.communicate(timeout=30)
        assert (running.returncode, out, said.count("\n")) == (2, "", 1)
        assert "--scheduler tcp://127.0.0.1:1: no scheduler answers within 10 s" in said
        assert time.monotonic() - began < 20

    def test_a_metric_that_fails_is_named_with_its_point(self, command, small, tmp_path):
        (tmp_path / "bad.py").write_text(
            "from kadita import Block, hookimpl, metric\n\n"
            "@metric()\ndef broken(block: Block):\n    '''Nothing.'''\n    raise ZeroDivisionError('by nought')\n\n"
            "@hookimpl\ndef kadita_metrics():\n    return [broken]\n"
        )
        small.write_text(small.read_text().replace('"rotation"]', '"broken"]'))
        status, _, said = command(small, "--plugin", "bad.py", "--workers", 2)
        assert (status, said.count("\n")) == (1, 1)
        assert "seed 1 (" in said
        assert "noise = " in said
        assert "broken (plugin bad" in said
        assert "by nought" in said


@pytest.mark.slow
def test_a_full_disk_ends_it_with_a_line_and_spoils_nothing(small, start, swept, tmp_path, times, contents):
    """The limit of a file's size is above what is written of a short run, and below that of one with many frames."""
    resource = pytest.importorskip("resource", reason="limits of POSIX")
    small.write_text(small.read_text().replace("every = 5", "every = 1").replace("steps = 60", "steps = 600"))
    before = contents(swept)
    limit = 20_000
    full = start(
        small,
        *("-o", swept, "--workers", 2),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )
    out, said = full.communicate(timeout=60)
    assert (full.returncode, out, said.count("\n")) == (1, "", 1), said
    assert "File too large" in said
    assert "0 of 12 points are finished; the same command continues" in said
    after = contents(swept)
    assert {name: after[name] for name in before if name != "manifest.json"} == {
        name: content for name, content in before.items() if name != "manifest.json"
    }
    assert {name.rpartition("/")[2] for name in after.keys() - before.keys()} == {"manifest.json"}
