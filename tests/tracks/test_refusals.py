"""A file that nobody reads: the line says what kadita reads, tracks first, and what the file is."""

import gzip
import pickle
import sqlite3
import zipfile

import h5py
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.io import savemat

import kadita
from kadita.io.importing.find import find_importer
from kadita.io.importing.guess import guess

TABLE = "time,animal_id,x,y\n0,a,1,2\n1,a,2,2\n"


def zipped(path, *names):
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, b"1")


def database(path):
    with sqlite3.connect(path) as opened:
        opened.execute("create table fish (x real)")
    opened.close()


KINDS = {
    "an HDF5 file": lambda p: h5py.File(p, "w").close(),
    "a MATLAB 5 file": lambda p: savemat(p, {"a": 1.0}, appendmat=False),
    "a NumPy array": lambda p: p.write_bytes(b"\x93NUMPY\1\0"),
    "a NumPy archive (.npz)": lambda p: zipped(p, "x.npy"),
    "an Excel workbook": lambda p: zipped(p, "[Content_Types].xml", "xl/workbook.xml"),
    "a zip archive": lambda p: zipped(p, "a.txt"),
    "an SQLite database": database,
    "a Python pickle": lambda p: p.write_bytes(pickle.dumps({"trajectories": 1})),
    "a PNG image": lambda p: p.write_bytes(b"\x89PNG\r\n\x1a\n"),
    "an MP4 or QuickTime video": lambda p: p.write_bytes(b"\0\0\0\x20ftypisom"),
    "a PDF": lambda p: p.write_bytes(b"%PDF-1.7\n%\xe2\xe3"),
    "XML with the root <zebra>": lambda p: p.write_text('<?xml version="1.0"?>\n<!-- x -->\n<zebra a="1"/>'),
    "JSON with the keys version, images": lambda p: p.write_text('{"version": 1, "images": []}'),
    "text that begins with 'Dear reader,'": lambda p: p.write_text("Dear reader,\nhello\n"),
    "text that begins with 'Dear reader,', packed by gzip": lambda p: p.write_bytes(gzip.compress(b"Dear reader,\nhi")),
    "binary data that begin with b'\\x01\\x02\\x03\\x00'": lambda p: p.write_bytes(b"\1\2\3\0"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_named(kind, command, refused, tmp_path, registry):
    path = tmp_path / "x.foo"
    KINDS[kind](path)
    assert guess(path).what == kind
    line = refused(path)
    assert f"found {kind}; " in line
    tracks, trajectories = line.index("tracks of animals"), line.index("molecular dynamics")
    assert tracks < trajectories < line.index("found")
    assert all(name in line[tracks:trajectories] for name in registry.importers)
    done = command("analyze", path)
    assert (done.returncode, done.stderr) == (2, line)


def test_an_importer_by_name_says_what_the_file_is(refused, tmp_path):
    KINDS["a PNG image"](tmp_path / "a.csv")
    for name in ("trackdf", "movekit", "table"):
        assert "the file is a PNG image" in refused(tmp_path / "a.csv", "--from", name)
    (tmp_path / "b.csv").write_text(TABLE)
    assert "this is one of movekit" in refused(tmp_path / "b.csv", "--from", "mot")


@pytest.mark.filterwarnings("ignore::kadita.KaditaWarning")
@pytest.mark.parametrize("name", ["tracks", "tracks.dat", "tracks.txt", "TRACKS.CSV", "tracks.cvs"])
def test_a_table_is_recognized_without_its_ending(name, registry, tmp_path):
    (tmp_path / name).write_text(TABLE)
    assert find_importer(registry, tmp_path / name, None).name == "movekit"
    (tmp_path / name).write_text(TABLE.replace("animal_id", "agent"))
    assert find_importer(registry, tmp_path / name, None).name == "table"
    opened = kadita.open(tmp_path / name, length_unit="m", time_unit="s")
    assert opened.agents.tolist() == ["a"]
    np.testing.assert_array_equal(opened.read(np.arange(2)).positions[:, 0], [[1, 2, 0], [2, 2, 0]])


@pytest.mark.slow
@given(st.binary(max_size=300) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_something_in_one_line(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "any.foo"
    path.write_bytes(content)
    found = guess(path)
    assert found.what
    assert "\n" not in found.what + found.advice
    assert len(found.what) < 400
