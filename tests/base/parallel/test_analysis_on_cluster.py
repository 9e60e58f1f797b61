"""An analysis on a real cluster finds the bits of one process, also where a worker is killed in the middle."""

import threading
import time

import numpy as np
import pytest

import kadita
from kadita.io.amber.writer import AmberWriter

NAMES = ["polarization", "rotation", "nearest_neighbor_entropy", "state_residence", "mean_squared_displacement"]
FRAMES = 12_000

SLOWLY = '''
import time

from kadita import hookimpl, metric


@metric(per_frame=True)
def slowly(frame):
    """Number of a frame, of which some take a while."""
    if frame.number % 256 == 0:
        time.sleep(0.05)
    return float(frame.number)


@hookimpl
def kadita_metrics():
    return [slowly]
'''


@pytest.fixture(scope="module")
def school(tmp_path_factory):
    """Six agents in twelve windows."""
    rng = np.random.default_rng(3)
    x = rng.uniform(0, 10, (FRAMES, 6, 3))
    path = tmp_path_factory.mktemp("far") / "school.nc"
    with AmberWriter(path, 6, periodic=True) as writer:
        writer.write(x, rng.normal(size=x.shape), np.arange(FRAMES) * 0.1, np.full((FRAMES, 3), 10.0))
    return path


def test_same_bits_with_a_worker_killed_in_the_middle(school, cluster, tmp_path):
    plugin = tmp_path / "slowly.py"
    plugin.write_text(SLOWLY)
    done = []

    def kill_one():
        until = time.monotonic() + 60
        while not done and time.monotonic() < until:
            time.sleep(0.005)
        cluster.workers[0].kill()

    killer = threading.Thread(target=kill_one)
    killer.start()
    options = {"plugins": [plugin], "parameters": {"mean_squared_displacement.lags": 30}}
    far = kadita.analyze(
        school, [*NAMES, "slowly"], scheduler=cluster.address, progress=lambda now, _: done.append(now), **options
    )
    killer.join()
    assert cluster.workers[0].wait(10) == -9
    assert done[0] < FRAMES
    near = kadita.analyze(school, [*NAMES, "slowly"], **options)
    assert list(far) == list(near)
    for name in near:
        np.testing.assert_array_equal(far[name], near[name], strict=True)
    assert list(far.analyses) == list(near.analyses)
    for name, whole in near.analyses.items():
        np.testing.assert_array_equal(far.analyses[name].values, whole.values, strict=True)


def test_where_nobody_listens_it_is_one_line(school):
    with pytest.raises(kadita.KaditaError, match="tcp://127.0.0.1:9"):
        kadita.analyze(school, ["spread"], scheduler="tcp://127.0.0.1:9")
