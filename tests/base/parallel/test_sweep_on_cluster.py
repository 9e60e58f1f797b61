"""A sweep on a real cluster is the sweep in one process, byte for byte, also where a worker is killed in the middle."""

import threading
import time
from pathlib import Path

import pytest

from kadita.base.errors import KaditaError
from kadita.simulation.sweep import run_sweep

SWEEP = """
scenario = "torus"
steps = 3000
every = 50
seeds = 4
metrics = ["polarization", "rotation"]
begin = 100.0
chain = "r_o"

[parameters]
agents = 20

[grid]
r_o = [1.5, 2.0, 2.5]
noise = [0.05, 0.1]
"""


@pytest.fixture(autouse=True)
def _unsettled(recwarn):
    """Runs of these tests are too short to settle, which sweeps warn of."""


@pytest.fixture
def configuration(tmp_path):
    (tmp_path / "sweep.toml").write_text(SWEEP)
    return tmp_path / "sweep.toml"


def contents(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


@pytest.mark.slow
def test_same_bytes_with_a_worker_killed_in_the_middle(configuration, cluster, tmp_path):
    killed = []

    def kill_one():
        until = time.monotonic() + 60
        while len(list(tmp_path.glob("far/*/seed-*.json"))) < 5 and time.monotonic() < until:
            time.sleep(0.002)
        cluster.workers[0].kill()
        killed.append(len(list(tmp_path.glob("far/*/seed-*.json"))))

    killer = threading.Thread(target=kill_one)
    killer.start()
    run_sweep(configuration, output=tmp_path / "far", scheduler=cluster.address)
    killer.join()
    run_sweep(configuration, output=tmp_path / "near")
    near, far = contents(tmp_path / "near"), contents(tmp_path / "far")
    whole = {name: content for name, content in far.items() if "/." not in name}  # what the killed one had begun
    assert len(killed) == 1
    assert 5 <= killed[0] < 48
    assert cluster.workers[0].wait() == -9
    assert whole == near


def test_going_on_a_worker_that_sees_another_disk_says_so(configuration, cluster, tmp_path, monkeypatch):
    import kadita.simulation.sweep

    real = kadita.simulation.sweep._line

    def elsewhere(folder, *arguments):
        return real(tmp_path / "another" / folder.name, *arguments)

    monkeypatch.setattr(kadita.simulation.sweep, "_line", elsewhere)
    with pytest.raises(KaditaError, match="expected the folder of a sweep, shared by all workers"):
        run_sweep(configuration, output=tmp_path / "far", scheduler=cluster.address)
