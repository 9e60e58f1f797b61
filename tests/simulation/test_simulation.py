"""A run: its frames, its file, and that the same seed gives the same bytes."""

import os
import subprocess
import sys

import numpy as np
import pytest

import kadita
from kadita.simulation.configuration import RunConfiguration
from kadita_vicsek.vicsek import Vicsek


def test_frames_are_time_zero_and_then_one_every_so_many_steps(tmp_path):
    path = kadita.run("dewi-kadita-1", agents=20, steps=105, every=10, output=tmp_path / "a.nc")
    with kadita.open(path) as trajectory:
        np.testing.assert_allclose(trajectory.times, np.arange(11) * 1.0)
        assert trajectory.n_frames == 11


def test_no_steps_is_the_initial_state_alone(tmp_path):
    path = kadita.run("dewi-kadita-1", agents=5, steps=0, output=tmp_path / "a.nc")
    x, u = kadita.simulate("dewi-kadita-1", agents=5).model.initial_state(1)
    with kadita.open(path) as trajectory:
        block = next(trajectory.blocks())
    np.testing.assert_allclose(block.positions[0], x, rtol=1e-6)
    np.testing.assert_allclose(block.velocities[0], u, rtol=1e-6, atol=1e-6)


def test_a_long_run_comes_in_blocks_whose_numbers_do_not_depend_on_them():
    blocks = list(kadita.simulate("dewi-kadita-1", steps=150, every=1, agents=10).blocks())
    assert [len(b) for b in blocks] == [64, 64, 23]
    assert np.concatenate([b.frames for b in blocks]).tolist() == list(range(151))
    (block,) = kadita.simulate("dewi-kadita-1", steps=150, every=50, agents=10).blocks()
    np.testing.assert_array_equal(block.positions[3], blocks[2].positions[150 - 128])


def test_agents_keep_their_speed_and_stay_in_the_cell():
    (block,) = kadita.simulate("dewi-kadita-3", steps=400, every=10).blocks()
    np.testing.assert_allclose(block.speeds, 1.2, rtol=1e-12)
    assert ((block.positions >= 0) & (block.positions < 28)).all()


@pytest.mark.slow
def test_threads_and_repeats_give_the_same_bytes(tmp_path):
    """Real processes, so that nothing but the seed is shared."""
    files = []
    for i, threads in enumerate((1, 2, 1, 2)):
        files.append(tmp_path / f"{i}.nc")
        command = [sys.executable, "-m", "kadita", "run", "dewi-kadita-2", "--steps", "60", "--every", "5"]
        command += ["--seed", "42", "--threads", str(threads), "-o", str(files[-1])]
        subprocess.run(command, check=True, capture_output=True)
    assert len({f.read_bytes() for f in files}) == 1
    other = kadita.run("dewi-kadita-2", steps=60, every=5, seed=43, output=tmp_path / "other.nc")
    assert other.read_bytes() != files[0].read_bytes()


@pytest.mark.parametrize("again", [False, True])
@pytest.mark.parametrize("threads", [1, 2])
def test_threads_are_used_where_they_are_asked_for_and_nowhere_else(threads, again):
    """In processes of their own: code of one kind is kept on disk and must not be taken for the other's."""
    code = (
        "import kadita, numba\n"
        f"list(kadita.simulate('torus', agents=40, steps=20, threads={threads}).blocks())\n"
        "print(numba.threading_layer())"  # raises where no parallel loop has run
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert ("Threading layer is not initialized" in done.stderr) == (threads == 1), done.stderr
    assert bool(done.stdout) == (threads == 2)


def test_the_file_carries_what_made_it(tmp_path):
    path = kadita.run("dewi-kadita-1", agents=7, steps=3, seed=8, parameters={"noise": 0.1}, output=tmp_path / "a.nc")
    with kadita.open(path) as trajectory:
        step = trajectory.configuration["parameters"]["time_step"]
        stated = {"model": "couzin", "r_a": 15.0, "velocities": "displacement", "time_step": step}
        assert trajectory.attributes == stated
        stored = trajectory.configuration
    assert (stored["seed"], stored["steps"]) == (8, 3)
    assert (stored["parameters"]["agents"], stored["parameters"]["noise"]) == (7, 0.1)
    assert "threads" not in str(stored)
    assert "output" not in str(stored)


def test_more_threads_than_there_are_is_an_error_before_a_file_is_made(tmp_path):
    with pytest.raises(kadita.KaditaError, match="--threads: expected 1 to"):
        kadita.run("dewi-kadita-1", threads=100_000, output=tmp_path / "a.nc")
    assert list(tmp_path.iterdir()) == []


def test_an_initial_state_outside_the_cell_is_that_of_its_images_inside():
    class Outside(Vicsek):
        def initial_state(self, seed):
            x, u = super().initial_state(seed)
            return x + 3 * self.space.array, u

    parameters = {"agents": 200, "box": 8.0, "radius": 1.0, "noise": 0.0, "speed": 0.5, "time_step": 0.1}
    runs = [RunConfiguration(model="vicsek", steps=10, parameters=model(**parameters)) for model in (Vicsek, Outside)]
    ((inside,), (outside,)) = (list(kadita.simulate(run).blocks()) for run in runs)
    assert ((outside.positions >= 0) & (outside.positions < 8)).all()
    np.testing.assert_allclose(inside.box.minimum_image(outside.positions - inside.positions), 0, atol=1e-5)


@pytest.mark.slow
@pytest.mark.skipif(not os.path.isdir("/proc/self/task"), reason="tells threads' shares by Linux's /proc")
@pytest.mark.parametrize("r_a", [4.0, 25.0], ids=["cells", "all pairs"])
def test_the_work_is_shared_by_the_threads(r_a):
    """By CPU time, which a busy machine does not change: a loop that went serial would be seen."""
    code = (
        "import os, kadita\n"
        "from kadita.simulation.integration import Integration\n"
        "def spent():\n"
        "    stats = {task: open(f'/proc/self/task/{task}/stat').read() for task in os.listdir('/proc/self/task')}\n"
        "    return {task: sum(map(int, stat.rpartition(')')[2].split()[11:13])) for task, stat in stats.items()}\n"
        f"changes = {{'agents': 4000, 'box': 60.0, 'initial': 'random', 'initial_radius': None, 'r_a': {r_a}}}\n"
        "state = Integration(kadita.load_configuration('torus', {}, changes), 2, None)\n"
        "state.advance(1)\n"
        "before = spent()\n"
        f"state.advance({500 if r_a < 5 else 100})\n"
        "print(*sorted(after - before.get(task, 0) for task, after in spent().items()))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    *_, less, more = map(int, done.stdout.split())
    assert more > 10  # hundredths of a second
    assert less > 0.6 * more
