"""`kadita --log FILE`."""

import json
import logging
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import kadita

LINE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} \d+ (INFO|WARNING|ERROR) (.*)")


def entries(path):
    """The level and the text of each line, without tracebacks."""
    return [m.groups() for line in path.read_text().splitlines() if (m := LINE.fullmatch(line))]


def test_it_has_the_command_versions_files_and_the_end(command, school, tmp_path):
    done = command("--log", "a.log", "analyze", school, "-m", "spread", "-o", "a.csv")
    assert done.returncode == 0
    texts = [text for _, text in entries(tmp_path / "a.log")]
    assert texts[0] == f"kadita {kadita.__version__}: kadita --log a.log analyze {school} -m spread -o a.csv"
    assert texts[1] == f"in {tmp_path}"
    assert "numpy" in texts[2]
    assert f"reading {school}" in texts
    assert "wrote a.csv" in texts
    assert "analyzing: 100 %, 11 of 11" in texts
    assert texts[-1].startswith("ended with exit status 0 after ")


def test_what_is_printed_does_not_change(command, school):
    words = ("analyze", school, "-m", "spread", "-m", "polarization")
    plain, logged = command(*words), command("--log", "a.log", *words)
    assert (plain.returncode, plain.stdout, plain.stderr) == (logged.returncode, logged.stdout, logged.stderr)


def test_it_is_appended_to(command, tmp_path):
    for _ in range(2):
        command("--log", "a.log", "metrics", "spread")
    assert [text for _, text in entries(tmp_path / "a.log")].count(f"in {tmp_path}") == 2


def test_notes_and_errors_are_in_it_the_latter_with_their_traceback(command, tmp_path):
    (tmp_path / "tracks.csv").write_text("agent,time,x,y\n1,0,1,2\n2,0,1,2\n1,1,1,2\n2,1,3,2\n")
    done = command("--log", "a.log", "convert", "tracks.csv", "a.nc", "--length-unit", "m", "--time-unit", "s")
    assert done.returncode == 0
    notes = [line.removeprefix("kadita: note: ") for line in done.stderr.splitlines()]
    assert notes
    found = entries(tmp_path / "a.log")
    assert [text for level, text in found if level == "WARNING"] == notes
    done = command("--log", "a.log", "analyze", "nothing.nc")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert ("ERROR", "nothing.nc: there is no such file") in entries(tmp_path / "a.log")
    assert "Traceback (most recent call last)" in (tmp_path / "a.log").read_text()
    done = command("--log", "a.log", "analyse", "nothing.nc")
    assert done.returncode == 2
    assert any(level == "ERROR" and "analyse" in text for level, text in entries(tmp_path / "a.log"))
    assert entries(tmp_path / "a.log")[-1][1].startswith("ended with exit status 2")


def test_a_log_that_cannot_be_written_is_refused(refused, tmp_path):
    assert "--log none/a.log: cannot be written" in refused("--log", "none/a.log", "metrics")
    assert f"--log {tmp_path}: cannot be written" in refused("--log", tmp_path, "metrics")


def test_another_file_is_not_appended_to(refused, school, tmp_path):
    copy = tmp_path / "copy.nc"
    copy.write_bytes(school.read_bytes())
    assert "expected a new file or a log of kadita" in refused("--log", "copy.nc", "info", school)
    assert copy.read_bytes() == school.read_bytes()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full, a disk that is always full")
def test_a_full_disk_ends_the_log_and_not_the_command(command, school, tmp_path):
    (tmp_path / "full.log").symlink_to("/dev/full")
    process = subprocess.run(
        [sys.executable, "-m", "kadita", "--log", "full.log", "analyze", school, "-m", "spread"],
        cwd=tmp_path, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=120,
    )  # fmt: skip
    assert process.returncode == 0
    assert "spread" in process.stdout
    assert process.stderr.count("the log cannot be written any more") == 1
    assert process.stderr.count("\n") == 1


def test_the_library_logs_and_shows_nothing(school):
    code = f"import kadita; kadita.open({str(school)!r}).close()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=os.environ)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    handlers = [type(h) for h in logging.getLogger("kadita").handlers]
    assert handlers == [logging.NullHandler]


def test_a_program_that_uses_the_library_can_have_its_log(school, caplog):
    with caplog.at_level(logging.INFO, logger="kadita"):
        kadita.open(school).close()
    assert f"reading {school}" in caplog.messages


def test_metrics_as_json(command):
    from kadita.plugins.loading import load_registry

    registry = load_registry()
    groups = json.loads(command("metrics", "--json").stdout)
    listed = {m["name"]: m for group in groups for m in group["metrics"]}
    assert listed.keys() == {*registry.metrics, *registry.analyses}
    assert all(listed[name]["default"] == m.default for name, m in registry.metrics.items())
    assert next(g["title"] for g in groups if g["plugin"] == "order").startswith("Order parameters")
    for name in ("polarization", "state", "state_residence", "mean_squared_displacement", "angular_momentum_entropy"):
        one = json.loads(command("metrics", name, "--json").stdout)
        assert one["summary"]
        assert one["kind"] == listed[name]["kind"]
    one = json.loads(command("metrics", "polarization", "--json").stdout)
    assert one["parameters"]["definition"]["default"] == "corrected"
    assert one["range"] == [0, 1]


def test_options_before_the_command_are_read_in_any_number(command, refused, tmp_path):
    assert command("--log=a.log", "metrics", "spread").returncode == 0
    assert (tmp_path / "a.log").exists()
    assert "--log: expected one file; got none" in refused("--log")
    assert "--log: expected one file; got two" in refused("--log", "a.log", "--log", "b.log", "metrics")
    assert "--log FILE" in command("--help").stdout
