"""An analysis on a real cluster finds the bits of one process, also where a worker is killed in the middle."""

import threading
import time

import numpy as np
import pytest

import kadita
from kadita.base.parallel import dask
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


@pytest.mark.slow
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


def test_where_nobody_listens_it_is_one_line(school, monkeypatch):
    monkeypatch.setattr(dask, "TIMEOUT", 1.0)
    with pytest.raises(kadita.KaditaError, match="tcp://127.0.0.1:9: no scheduler answers within 1 s"):
        kadita.analyze(school, ["spread"], scheduler="tcp://127.0.0.1:9")


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.*all agents have the same z")
@pytest.mark.parametrize("options", [{}, {"by": "species"}, {"select": "species=prey"}, {"box": "10,10,open"}])
def test_same_bits_of_a_plane_with_species_and_absences(cluster, tmp_path, options):
    """The dimension is decided once, before frames are sent out; species and sightings are those of one process."""
    rng = np.random.default_rng(8)
    x = rng.uniform(0, 10, (3000, 6, 3)) * [1.0, 1.0, 0.0]
    x[rng.random((3000, 6)) < 0.1] = np.nan
    species = ["prey", "hunter"], np.array([0, 0, 0, 0, 1, 1], np.int32)
    with AmberWriter(tmp_path / "a.nc", 6, periodic=False, velocities=False, presence=True, species=species) as writer:
        writer.write(x, None, np.arange(3000.0))
    asked = {"parameters": {"lags": 5}, "dimensions": None, **options}
    names = ["spread", "neighbor_distance", "mean_squared_displacement"]
    here = kadita.analyze(tmp_path / "a.nc", names, **asked)
    far = kadita.analyze(tmp_path / "a.nc", names, scheduler=cluster.address, **asked)
    assert here.provenance["dimensions"] == far.provenance["dimensions"] == 2
    assert here.notes == far.notes
    for name, series in here.series.items():
        np.testing.assert_array_equal(series.values, far.series[name].values)
    for name, result in here.analyses.items():
        np.testing.assert_array_equal(result.values, far.analyses[name].values)
    np.testing.assert_array_equal(here.counts, far.counts)
