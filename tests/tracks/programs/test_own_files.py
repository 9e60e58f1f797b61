"""Each importer knows its own files by their content, whatever their ending, and no others; none raises."""

import pytest
from track_files import every_file

FILES = every_file()
RUBBISH = {
    "nothing": b"",
    "text": b"rubbish\n" * 50,
    "numbers": b"1,2,3\n4,5,6\n",
    "an open quote": b'"x\n1,2\n',
    "a tag": b"<",
    "half of a tag": b'<?xml version="1.0"?><Trac',
    "an object": b"{}",
    "noise": bytes(range(256)) * 20,
    "MATLAB": b"MATLAB 5.0 MAT-file".ljust(124) + b"\x00\x01IM" + b"\x0e\x00\x00\x00\xff\xff\xff\x7f",
    "MATLAB 7.3": b"MATLAB 7.3 MAT-file".ljust(124) + b"\x00\x02IM",
    "gzip": b"\x1f\x8b\x08\x00\x00\x00",
    "UTF-16": "x;y\r\n".encode("utf-16"),
    "half of a character": b"\xff\xfea",
}


@pytest.mark.parametrize("name", FILES)
def test_its_own_importer_alone_knows_a_file(name, registry, tmp_path):
    path = FILES[name].write(tmp_path, FILES[name].school)
    knowing = [i.name for i in registry.importers.values() if not i.fallback and i.recognizes(path)]
    assert knowing == [FILES[name].importer] * (FILES[name].importer != "table")


@pytest.mark.parametrize("name", RUBBISH)
def test_no_importer_knows_rubbish(name, registry, tmp_path):
    (tmp_path / "a").write_bytes(RUBBISH[name])
    (tmp_path / "folder").mkdir()
    for path in (tmp_path / "a", tmp_path / "folder", tmp_path / "missing"):
        assert not [i.name for i in registry.importers.values() if not i.fallback and i.recognizes(path)]
