"""The system of these tests lacks what it is said to lack, and kadita does there what it does here."""

import errno
import os
import signal
import time

import numpy as np
import pytest

import kadita

AS_KADITA = """
import os, signal, subprocess
assert not any(hasattr(os, name) for name in ("preadv", "pwrite", "link", "memfd_create", "fork", "geteuid")), "names"
assert not any(hasattr(signal, name) for name in ("pthread_sigmask", "setitimer", "SIGKILL", "SIGHUP")), "signals"
assert os.name == "nt"
for module in ("fcntl", "resource"):
    try:
        __import__(module, globals())
    except ImportError:
        continue
    raise AssertionError(module)
try:
    subprocess.Popen(["true"], pass_fds=[1])
except ValueError:
    pass
else:
    raise AssertionError("pass_fds")
"""
OPEN = """
import mmap, os, pathlib
import netCDF4

def refuses(act, error=PermissionError):
    try:
        act()
    except error:
        return True
    return False

here = pathlib.Path("a.bin")
here.write_bytes(bytes(9000))
for keep in (lambda: here.open("rb"), lambda: mmap.mmap(os.open(here, os.O_RDONLY), 9000, access=mmap.ACCESS_READ)):
    kept = keep()
    other = pathlib.Path("other")
    other.write_bytes(b"")
    assert refuses(here.unlink) and refuses(lambda: here.replace("b")) and refuses(lambda: other.replace(here)), keep
    kept.close()
with netCDF4.Dataset("a.nc", "w") as file:
    assert refuses(pathlib.Path("a.nc").unlink)
pathlib.Path("a.nc").unlink()
assert refuses(lambda: os.rename("other", "a.bin"), FileExistsError)
pathlib.Path("A.BIN").write_bytes(b"one file")
assert here.read_bytes() == b"one file" and sorted(os.listdir()) == ["a.bin", "other", "program.py"]
"""


def program(python, folder, text, **options):
    (folder / "program.py").write_text(text)
    process = python(folder, "program.py", **options)
    out, said = process.communicate(timeout=60)
    return process.returncode, out, said


def test_names_are_away_for_kadita_and_its_children(python, tmp_path):
    (tmp_path / "kadita_probe.py").write_text(AS_KADITA)
    twice = (
        "import subprocess, sys; import kadita_probe; sys.argv[1:] or subprocess.run([*sys.orig_argv, 'x'], check=True)"
    )
    assert program(python, tmp_path, twice) == (0, "", "")
    status, _, said = program(python, tmp_path, twice, without=False)
    assert status == 1
    assert "AssertionError: names" in said


def test_open_files_are_kept_and_names_have_no_case(python, tmp_path):
    assert program(python, tmp_path, OPEN) == (0, "", "")


def test_what_is_taken_meanwhile_is_not_replaced(python, tmp_path):
    text = """
import pathlib
import kadita
file = kadita.record("a.nc", agents=2, box=5.0)
pathlib.Path("a.nc").write_bytes(b"of another program")
try:
    with file:
        file.write([[0, 0, 0], [1, 1, 1]], [[1, 0, 0], [1, 0, 0]], time=0.0)
except kadita.KaditaError as error:
    print(error)
"""
    for without in (True, False):
        assert program(python, tmp_path, text, without=without) == (
            0, "a.nc exists; it was created by another program meanwhile\n", "",
        )  # fmt: skip
        assert (tmp_path / "a.nc").read_bytes() == b"of another program"
        assert sorted(file.name for file in tmp_path.iterdir()) == ["a.nc", "program.py"]
        (tmp_path / "a.nc").unlink()


def test_where_there_are_no_links_a_taken_name_is_kept_too(monkeypatch, tmp_path):
    def refused(*_):
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refused)  # as on FAT
    path = tmp_path / "a.nc"
    frame = np.array([[0.0, 0, 0], [1, 1, 1]])
    with kadita.record(path, agents=2, box=5.0, velocities=False) as file:
        file.write(frame, None, time=0.0)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["a.nc"]
    before = path.read_bytes()
    path.unlink()
    file = kadita.record(path, agents=2, box=5.0, velocities=False)
    path.write_bytes(before)
    with pytest.raises(kadita.KaditaError, match="created by another program meanwhile"), file:
        file.write(frame + 1, None, time=0.0)
    assert [file.read_bytes() for file in tmp_path.iterdir()] == [before]


def test_a_file_that_a_program_has_open_is_one_line_and_stays(python, tmp_path):
    text = """
import sys
from kadita.cli import main
main("run torus --agents 5 --steps 4 --every 2 --seed 1 -o a.nc".split())
main("analyze a.nc -m spread -o a.csv".split())
before = open("a.csv", "rb").read()
with open("a.csv"):
    status = main("analyze a.nc -m rotation -o a.csv --force".split())
assert open("a.csv", "rb").read() == before
sys.exit(status)
"""
    status, _, said = program(python, tmp_path, text)
    assert said == "kadita: error: a.csv: cannot be replaced; if a program has it open, close it there\n"
    assert status == 2
    assert not [file.name for file in tmp_path.iterdir() if file.name.endswith(".csv") and file.name != "a.csv"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("dies", "how"),
    [("raise SystemExit(7)", "with exit status 7"), ("import time; time.sleep(60)", "by signal SIGKILL")],
)
def test_a_process_that_never_connects_hangs_nobody(dies, how, monkeypatch):
    from kadita.base.parallel import interpreter, loopback

    monkeypatch.setattr(interpreter, "INHERITS", False)
    monkeypatch.setattr(loopback, "STARTING", 2.0)
    began = time.monotonic()
    worker = interpreter.start(dies)
    with pytest.raises(EOFError):
        worker.pipe.recv()
    assert interpreter.how_it_ended(interpreter.end(worker)) == how
    assert time.monotonic() - began < 20


def test_who_has_no_key_is_turned_away(monkeypatch):
    import socket
    from threading import Thread

    from kadita.base.parallel import interpreter

    def intrude(listen, *words, **options):
        listening = listen(*words, **options)
        address = listening.getsockname()

        def knock():
            with socket.create_connection(address) as stranger:
                stranger.sendall(b"\0\0\0\4open")

        Thread(target=knock).start()
        time.sleep(0.2)  # it comes first
        return listening

    listen = socket.create_server
    monkeypatch.setattr(interpreter, "INHERITS", False)
    monkeypatch.setattr(socket, "create_server", lambda *w, **o: intrude(listen, *w, **o))
    program = "import sys; from kadita.base.parallel.interpreter import pipe_of; pipe_of(sys.argv[1]).send('mine')"
    worker = interpreter.start(program)
    assert worker.pipe.recv() == "mine"
    assert interpreter.end(worker) == 0


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (3, "with exit status 3"),
        (-signal.SIGSEGV, "by signal SIGSEGV"),
        (-63, "by signal 63"),
        (0xC0000005, "with exit status 0xC0000005 (access violation)"),
        (0xC0000123, "with exit status 0xC0000123"),
    ],
)
def test_how_a_process_ended_on_any_system(status, said):
    from kadita.base.parallel.interpreter import how_it_ended

    assert how_it_ended(status) == said


@pytest.mark.slow
@pytest.mark.parametrize("console", ["cp1252", "cp437"])
def test_a_console_of_windows_can_print_everything(console, python, tmp_path):
    text = """
from kadita.cli import main
words = ["run torus --agents 5 --steps 20 -o a.nc", "metrics", "metrics polarization", "scenarios", "info a.nc",
         "analyze a.nc", "plot a.nc -m spread -o a.png", "plugins list", "analyze \u043a\u043e\u0441\u044f\u043a.nc"]
print([main(line.split()) for line in words])
"""
    (tmp_path / "program.py").write_text(text, encoding="utf-8")
    process = python(tmp_path, "program.py", PYTHONIOENCODING=console)
    out, said = process.communicate(timeout=60)
    assert out.splitlines()[-1] == "[0, 0, 0, 0, 0, 0, 0, 0, 2]"
    assert "\\u043a\\u043e\\u0441\\u044f\\u043a.nc: there is no such file" in said
    assert "Traceback" not in said
