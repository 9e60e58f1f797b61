"""A file of each kind is taken by one importer, and files that are trajectories by none."""

import io

import h5py
import netCDF4
import numpy as np
import pytest
import xarray
from scipy.io import savemat

import kadita
from kadita import KaditaError
from kadita.io.amber.writer import AmberWriter
from kadita.io.importing.find import find_importer


def npz(path, **arrays):
    np.savez(path, **arrays)


def poses(path, container):
    dims = ("time", "space", "keypoints", "individuals")
    dataset = xarray.Dataset({"position": (dims, np.zeros((2, 2, 1, 3)))}, {"time": [0.0, 1.0]})
    dataset.to_netcdf(path, format=container)


def hdf5(path):
    with h5py.File(path, "w") as file:
        file["trajectories"] = np.zeros((2, 3, 2))


def archive(**arrays):
    """The bytes of a .npz, for names to which NumPy would add its ending."""
    file = io.BytesIO()
    npz(file, **arrays)
    return file.getvalue()


TREX = {name: np.zeros(3) for name in ("frame", "time", "X", "Y", "missing")}
EXAMPLES = {
    "idtrackerai npy": ("a.npy", lambda p: np.save(p, {"trajectories": 1}), "idtrackerai"),
    "idtrackerai h5": ("a.h5", hdf5, "idtrackerai"),
    "trex": ("pond_fish0.npz", lambda p: npz(p, **TREX), "trex"),
    "trex with another name": ("A_id12.NPZ", lambda p: p.write_bytes(archive(**TREX)), "trex"),
    "trackdf": ("a.csv", lambda p: p.write_text('"","id","t","x","y"\n"1","a",1,2,3\n'), "trackdf"),
    "movekit": ("a.csv", lambda p: p.write_text("time,animal_id,x,y\n1,2,3,4\n"), "movekit"),
    "table": ("a.csv", lambda p: p.write_text("agent,time,x,y\n1,2,3,4\n"), "table"),
    "table with names": ("a.csv", lambda p: p.write_text("fish,when,x,y\n1,2,3,4\n"), "table"),
    "tsv": ("a.tsv", lambda p: p.write_text("id\tt\tx\ty\n1\t2\t3\t4\n"), "table"),
    "mot": ("a.txt", lambda p: p.write_text("1,1,2,3,4,5,1,-1,-1,-1\n"), "mot"),
    "movement": ("a.nc", lambda p: poses(p, "NETCDF4"), "movement"),
    "movement in NetCDF-3": ("a.nc", lambda p: poses(p, "NETCDF3_CLASSIC"), "movement"),
    "matlab": ("a.mat", lambda p: savemat(p, {"tracks_filt": np.zeros((3, 12))}), "matlab"),
}


@pytest.mark.parametrize("kind", EXAMPLES)
def test_each_is_taken_by_one(kind, registry, tmp_path):
    name, write, importer = EXAMPLES[kind]
    write(tmp_path / name)
    assert find_importer(registry, tmp_path / name, None).name == importer
    ending = name[name.index(".") :].lower()
    claims = [i for i in registry.importers.values() if ending in i.endings and i.recognizes(tmp_path / name)]
    assert [i.name for i in claims if not i.fallback] == [importer] * (importer != "table")


def test_a_folder_of_trex(registry, tmp_path):
    npz(tmp_path / "pond_fish0.npz", **TREX)
    assert find_importer(registry, tmp_path, None).name == "trex"


def amber(path, **options):
    with AmberWriter(path, 3, **options) as writer:
        writer.write(np.ones((2, 3, 3)), None, np.arange(2.0), None)


def dewi_kadita(path):
    with netCDF4.Dataset(path, "w") as file:
        for name, size in (("time", 2), ("fish", 3), ("spatial", 3)):
            file.createDimension(name, size)
        for name, dims in (("positions", 3), ("velocities", 3), ("time", 1)):
            file.createVariable(name, "f8", ("time", "fish", "spatial")[:dims])[:] = 1
        file["time"][:] = [0, 1]
        file.box_size = 5.0


def amber_of_others(path):
    with netCDF4.Dataset(path, "w", format="NETCDF3_64BIT_OFFSET") as file:
        file.setncatts({"Conventions": "AMBER", "ConventionVersion": "1.0", "program": "x", "programVersion": "1"})
        for name, size in (("frame", None), ("atom", 3), ("spatial", 3)):
            file.createDimension(name, size)
        for name, dims in (("coordinates", ("frame", "atom", "spatial")), ("time", ("frame",))):
            file.createVariable(name, "f4", dims)[:] = np.ones((2, 3, 3)) if len(dims) == 3 else [0, 1]


@pytest.mark.parametrize(
    "write", [lambda p: amber(p, periodic=False, velocities=False), dewi_kadita, amber_of_others], ids="abc"
)
def test_trajectories_are_taken_by_none(write, registry, tmp_path):
    write(tmp_path / "a.nc")
    assert find_importer(registry, tmp_path / "a.nc", None) is None
    with kadita.open(tmp_path / "a.nc") as trajectory:
        assert len(trajectory.agents) == 3


@pytest.mark.parametrize("ending", [".npy", ".h5", ".npz", ".txt", ".csv", ".mat", ".nc", ".tsv"])
@pytest.mark.parametrize(
    "content", [b"", b"rubbish" * 50, b"\x93NUMPY", b"\x89HDF\r\n\x1a\n", b"PK\x03\x04", b"CDF\x01"]
)
def test_rubbish_has_one_line(ending, content, refused, tmp_path):
    (tmp_path / f"a{ending}").write_bytes(content)
    refused(tmp_path / f"a{ending}", "--length-unit", "m", "--time-unit", "s")


def test_an_importer_by_name_reads_no_pipe_and_no_folder(registry, tmp_path):
    import os

    os.mkfifo(tmp_path / "a.npy")
    for name, importer in registry.importers.items():
        with pytest.raises(KaditaError, match="this is a pipe"):
            find_importer(registry, tmp_path / "a.npy", name)
        if "" not in importer.endings:
            with pytest.raises(KaditaError, match="Is a directory"):
                find_importer(registry, tmp_path, name)
