"""`kadita validate`: exit statuses, tables, JSON, and one line for what is no trajectory at all."""

import json

import numpy as np
import pytest

from kadita.cli import main
from kadita.io.amber.convention import convention


@pytest.fixture
def faulty(sound, write, tmp_path):
    file = sound()
    file["attributes"].pop("program")
    file["variables"]["velocities"][2]["scale_factor"] = 20.455
    file["variables"]["cell_lengths"][3][1:3] = 0.0
    return write(tmp_path / "faulty.nc", file)


@pytest.fixture
def warned(sound, write, tmp_path):
    file = sound()
    file["variables"]["velocities"][2]["scale_factor"] = 20.455
    return write(tmp_path / "warned.nc", file)


@pytest.fixture
def clean(kadita_file, tmp_path):
    return kadita_file(tmp_path / "clean.nc")


@pytest.mark.parametrize(
    ("file", "options", "status"),
    [
        ("clean", [], 0),
        ("clean", ["--strict"], 0),
        ("warned", [], 0),
        ("warned", ["--strict"], 1),
        ("warned", ["--strict", "--json"], 1),
        ("faulty", [], 2),
        ("faulty", ["--strict"], 2),
        ("faulty", ["--json"], 2),
    ],
)
def test_exit_status(file, options, status, request, capsys):
    assert main(["validate", str(request.getfixturevalue(file)), *options]) == status
    assert capsys.readouterr().err == ""


def test_a_clean_file_has_no_findings(clean, capsys):
    main(["validate", str(clean)])
    assert capsys.readouterr().out == "clean.nc: NetCDF-3 64-bit offset, 4 frames, 5 agents\nno findings\n"


def test_the_table_names_each_check_and_who_needs_it(faulty, capsys):
    main(["validate", str(faulty)])
    said = capsys.readouterr().out
    for word in ("fault", "warning", "program", "velocity-scale", "cell-lengths", "frames 1-2", "ParmEd", "OVITO"):
        assert word in said


def test_json_holds_every_field_and_what_the_file_is(faulty, capsys):
    main(["validate", str(faulty), "--json"])
    said = json.loads(capsys.readouterr().out)
    assert said["file"] == {
        "name": "faulty.nc",
        "container": "NetCDF-3 64-bit offset",
        "bytes": faulty.stat().st_size,
        "frames": 4,
        "agents": 5,
        "written_by": "1",
    }
    assert [f["id"] for f in said["findings"]] == ["program", "velocity-scale", "cell-lengths"]
    assert set(said["findings"][0]) == {"id", "severity", "message", "needed_by", "mend", "frame"}
    assert said["findings"][2]["frame"] == 1


def test_the_list_has_every_check(capsys):
    assert main(["validate", "--list"]) == 0
    said = capsys.readouterr().out
    for check in convention().checks:
        assert f"| {check.id} | {check.severity} | {', '.join(check.needed_by)} | {check.expects} |" in said


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("missing.nc", None, "there is no such file"),
        ("text.nc", b"time x y z\n0 1 2 3\n", "expected a NetCDF file"),
        ("empty.nc", b"", "empty file"),
        ("short.nc", b"CD", "expected a NetCDF file"),
        ("hdf.nc", b"\x89HDF\r\n\x1a\n" + b"\0" * 100, "expected a NetCDF-4 file; it is truncated, damaged"),
        (".", None, "cannot be read"),
    ],
)
def test_what_is_no_trajectory_at_all_is_one_line(name, content, said, tmp_path, capsys):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    assert main(["validate", str(tmp_path / name)]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert said in err


def test_neither_file_nor_list_is_one_line(capsys):
    assert main(["validate"]) == 2
    assert "--list" in capsys.readouterr().err


def test_names_in_a_file_cannot_spoil_the_terminal(sound, write, tmp_path, capsys):
    file = sound()
    file["variables"]["coordinates"][2]["units"] = "\x1b[31mred\x07 [bold]"
    file["variables"]["time"][2]["long_name" + "x" * 200] = np.arange(3, dtype=np.int32)
    assert main(["validate", str(write(tmp_path / "odd.nc", file))]) == 2
    said = capsys.readouterr().out
    assert "\x1b" not in said
    assert "[bold]" in said
    assert "x" * 100 not in said
