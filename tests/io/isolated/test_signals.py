"""The process that reads a file ends with the one that asked it, however that ends."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

SLOW = """
import os, time
from pathlib import Path
import kadita


@kadita.importer(endings=(".slow",), binary=True)
def slow(path):
    "Never returns."
    path.with_suffix(".pid").write_text(str(os.getpid()))
    {work}


@kadita.hookimpl
def kadita_importers():
    return [slow]
"""
WORK = {"waiting": "time.sleep(60)", "computing": "while True: pass"}


@pytest.fixture(params=WORK)
def reading(request, tmp_path):
    """Start kadita on a file that is never read to its end; return its process and the number of its child."""
    (tmp_path / "slow_plugin.py").write_text(SLOW.format(work=WORK[request.param]))
    (tmp_path / "fish.slow").write_bytes(bytes(50_000_000))  # for which a minute is allowed
    process = subprocess.Popen(
        [sys.executable, "-m", "kadita", "convert", "fish.slow", "fish.nc", "--plugin", "slow_plugin.py"],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    number = tmp_path / "fish.pid"
    while process.poll() is None and not (number.exists() and number.read_text()):
        time.sleep(0.02)
    assert process.poll() is None, process.stderr.read()
    yield process, int(number.read_text()), tmp_path
    process.kill()
    process.communicate()


def runs(number):
    """Whether a process is there and no zombie."""
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def ends(number):
    for _ in range(500):
        if not runs(number):
            return True
        time.sleep(0.02)
    return False


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are looked up in /proc")
def test_ctrl_c_ends_both_and_leaves_nothing(reading):
    process, child, folder = reading
    assert runs(child)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal sends it: to all processes
    assert process.communicate(timeout=30)[1] == "kadita: error: interrupted\n"
    assert process.returncode == 130
    assert ends(child)
    assert not list(folder.glob("*.nc"))


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are looked up in /proc")
def test_a_killed_parent_leaves_no_orphan(reading):
    process, child, _ = reading
    process.kill()
    process.wait()
    assert ends(child)
