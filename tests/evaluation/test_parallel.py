"""Frames shared among workers give the bits of one process, whatever happens to it or to them."""

import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

import kadita

KADITA = [sys.executable, "-m", "kadita"]
NAMES = ["pairs", "path_within_windows", "polarization", "rotation", "spread", "nearest_neighbor_entropy"]


def same(a, b):
    assert list(a) == list(b)
    for name in a:
        np.testing.assert_array_equal(a[name], b[name], strict=True)
    assert list(a.analyses) == list(b.analyses)
    for name in a.analyses:
        np.testing.assert_array_equal(a.analyses[name].values, b.analyses[name].values, strict=True)
    np.testing.assert_array_equal(a.times, b.times)
    assert (a.notes, a.failures) == (b.notes, b.failures)


@pytest.fixture(scope="module")
def serial(school, plugin):
    return kadita.analyze(school, NAMES, plugins=[plugin], parameters={"lags": 40})


def test_two_workers_find_the_bits_of_one(school, plugin, serial):
    same(kadita.analyze(school, NAMES, plugins=[plugin], parameters={"lags": 40}, workers=2), serial)


def test_one_process_in_tasks_finds_the_bits_of_one_pass(school, plugin, serial, tmp_path):
    found = kadita.analyze(school, NAMES, plugins=[plugin], parameters={"lags": 40}, keep=tmp_path / "out.csv")
    same(found, serial)
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_shared_is_refused(school):
    with kadita.open(school) as opened, pytest.raises(kadita.KaditaError, match="expected a trajectory in a file"):
        kadita.analyze(opened, ["spread"], workers=2)
    with pytest.raises(kadita.KaditaError, match="expected a number of at least 1; got 0"):
        kadita.analyze(school, ["spread"], workers=0)


def test_a_metric_that_fails_in_a_worker_is_named_and_stops_no_other(school, tmp_path):
    path = tmp_path / "fails.py"
    path.write_text(
        "from kadita import hookimpl, metric\n\n\n@metric()\ndef fails(block):\n"
        '    raise ValueError(f"frame {block.frames[0]}")\n\n\n@hookimpl\ndef kadita_metrics():\n    return [fails]\n'
    )
    with pytest.warns(kadita.KaditaWarning, match="ValueError: frame 0"):
        found = kadita.analyze(school, ["fails", "spread"], plugins=[path], workers=2)
    assert list(found) == ["spread"]
    assert not np.isnan(found["spread"]).any()


SLOW = '''
import os
import time

from kadita import hookimpl, metric


@metric(per_frame=True)
def slow(frame):
    """Number of a frame, which takes a while, and is written down."""
    if frame.number % 64 == 0:
        with open(os.environ["DIARY"], "a") as diary:
            diary.write(f"{frame.number}\\n")
        time.sleep(0.05)
    return float(frame.number)


@hookimpl
def kadita_metrics():
    return [slow]
'''


def started(school, folder, *words):
    (folder / "slow.py").write_text(SLOW)
    command = [*KADITA, "analyze", str(school), "--plugin", "slow.py", "-m", "slow", "-o", "slow.csv", *words]
    environment = os.environ | {"DIARY": str(folder / "diary")}
    return subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def parts(folder):
    return [p for f in folder.glob(".slow-*.parts") for p in f.glob("[0-9]*")]  # none that is being written


@pytest.mark.parametrize("blow", [signal.SIGKILL, signal.SIGINT])
def test_an_analysis_that_was_interrupted_goes_on(school, tmp_path, blow):
    first = started(school, tmp_path)
    ends = time.monotonic() + 60
    while not parts(tmp_path) and first.poll() is None:
        assert time.monotonic() < ends
        time.sleep(0.01)
    first.send_signal(blow)
    _, said = first.communicate(timeout=60)
    assert first.returncode == (130 if blow == signal.SIGINT else -blow), said
    assert not (tmp_path / "slow.csv").exists()
    (tmp_path / "diary").unlink()
    second = started(school, tmp_path)
    _, said = second.communicate(timeout=60)
    assert (second.returncode, said) == (0, "")
    looked_at = {int(line) for line in (tmp_path / "diary").read_text().split()}
    assert 0 not in looked_at  # its part was kept
    assert 2560 in looked_at
    table = np.loadtxt(tmp_path / "slow.csv", delimiter=",", skiprows=1)
    np.testing.assert_array_equal(table[:, 2], np.arange(2600))
    assert list(tmp_path.glob(".slow*")) == []


@pytest.mark.slow
def test_a_part_that_is_damaged_or_of_another_plugin_is_done_again(school, tmp_path):
    first = started(school, tmp_path)
    while not parts(tmp_path) and first.poll() is None:
        time.sleep(0.01)
    first.kill()
    first.communicate()
    for part in parts(tmp_path):
        part.write_bytes(part.read_bytes()[:-1] + b"?")
    second = started(school, tmp_path, "--workers", "2")
    _, said = second.communicate(timeout=120)
    assert (second.returncode, said) == (0, "")
    table = np.loadtxt(tmp_path / "slow.csv", delimiter=",", skiprows=1)
    np.testing.assert_array_equal(table[:, 2], np.arange(2600))


def test_a_file_that_changes_meanwhile_is_noticed(school, tmp_path):
    mine = tmp_path / "mine.nc"
    mine.write_bytes(school.read_bytes())
    other = kadita.run("torus", steps=10, parameters={"agents": 3}, output=tmp_path / "other.nc")
    running = started(mine, tmp_path, "--workers", "2")
    while not (tmp_path / "diary").exists() and running.poll() is None:
        time.sleep(0.01)
    other.replace(mine)  # at once: while another run writes into it, its header is damaged, which is told before
    _, said = running.communicate(timeout=120)
    assert running.returncode == 2
    assert "changed while it was measured" in said
    assert said.count("\n") == 1


@pytest.mark.slow
def test_the_memory_of_an_analysis_does_not_grow_with_its_length(tmp_path):
    """20 GB of frames that were never written to disk: a file with holes, of another program, without checksums."""
    import netCDF4

    path, agents, frames = tmp_path / "sparse.nc", 100_000, 8300
    with netCDF4.Dataset(path, "w", format="NETCDF3_64BIT_OFFSET") as file:
        file.set_fill_off()
        file.Conventions, file.ConventionVersion, file.program, file.programVersion = "AMBER", "1.0", "test", "1"
        for name, size in (("frame", None), ("spatial", 3), ("atom", agents)):
            file.createDimension(name, size)
        file.createVariable("time", "f4", ("frame",)).units = "picosecond"
        file.createVariable("coordinates", "f4", ("frame", "atom", "spatial")).units = "angstrom"
        file.createVariable("velocities", "f4", ("frame", "atom", "spatial")).units = "angstrom/picosecond"
    from kadita.base.netcdf3 import parse_header

    header = parse_header(path)
    with path.open("r+b") as raw:
        raw.seek(4)
        raw.write(frames.to_bytes(4, "big"))
        raw.truncate(min(v.begin for v in header.variables.values() if v.record) + frames * header.record_size)
    assert path.stat().st_size > 19.9e9
    # every 40th frame: their number decides how long it takes, the length of the file what may be held in memory
    program = (
        "import sys, kadita\n"
        "found = kadita.analyze(sys.argv[1], ['spread'], step=int(sys.argv[2]), dimensions=3)\n"
        "peak = next(l for l in open('/proc/self/status') if l.startswith('VmHWM'))\n"
        "print(len(found.frames), peak.split()[1])\n"
    )
    peaks = {}
    for step in (400, 40):
        done = subprocess.run([sys.executable, "-c", program, str(path), str(step)], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        count, peak = map(int, done.stdout.split())
        peaks[count] = peak / 1024
    print(f"peak by frames measured, MiB: {peaks}")
    assert max(peaks.values()) <= 500
    few, many = sorted(peaks)
    assert peaks[many] - peaks[few] < 60  # a chunk is 48 MB, and one more or less can be under way
