"""The command line and the library leave the interpreter that they run in as it was."""

import locale
import os
import signal
import sys
import threading
import warnings

import matplotlib
import MDAnalysis  # noqa: F401 - which sets filters of warnings when it is imported, as does
import numba
import numpy as np
import pytest
import scipy.special  # noqa: F401

import kadita
from kadita.cli import main

SWEEP = """
scenario = "torus"
steps = 20
every = 10
metrics = ["polarization"]
begin = 0.0

[parameters]
agents = 5
"""

WARNS = """
import warnings

from kadita import hookimpl

warnings.warn("mind the gap")


@hookimpl
def kadita_metrics():
    return []
"""


@pytest.fixture(scope="module")
def school(tmp_path_factory):
    """A small trajectory."""
    return kadita.run("torus", agents=10, steps=40, every=10, output=tmp_path_factory.mktemp("school") / "school.nc")


@pytest.fixture
def damaged(tmp_path):
    """A file that MDAnalysis begins to read, and whose reader fails once more when it is cleared away."""
    path = tmp_path / "damaged.trr"
    path.write_bytes(b"\0" * 100)
    return path


def interpreter():
    """What belongs to whoever runs the interpreter."""
    mask = os.umask(0)
    os.umask(mask)
    return {
        "hooks": (sys.unraisablehook, sys.excepthook, threading.excepthook, sys.displayhook, warnings.showwarning),
        "filters": list(warnings.filters),
        "streams": (sys.stdin, sys.stdout, sys.stderr, sys.stdout.errors, sys.stderr.errors),
        "signals": [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGPIPE)],
        "environment": {name: word for name, word in os.environ.items() if name != "PYTEST_CURRENT_TEST"},
        "threads": numba.get_num_threads(),
        "floating point": np.geterr(),
        "locale": locale.setlocale(locale.LC_ALL),
        "pictures": matplotlib.rcParams.copy(),
        "folder": (os.getcwd(), mask),
    }


@pytest.fixture
def host(monkeypatch):
    """An interpreter whose owner has hooks of his own; what it is like before."""
    numba.set_num_threads(1)
    monkeypatch.setattr(sys, "unraisablehook", lambda unraisable: None)
    monkeypatch.setattr(sys, "excepthook", lambda *_: None)
    monkeypatch.setattr(warnings, "showwarning", lambda *_, **__: None)
    before = interpreter()
    yield before
    numba.set_num_threads(numba.config.NUMBA_NUM_THREADS)


COMMANDS = {
    "metrics": "metrics",
    "info": "info {school}",
    "analyze": "analyze {school} -o {folder}/out.csv",
    "analyze, shared": "analyze {school} -m polarization --workers 2",
    "plot": "plot {school} -o {folder}/out.png",
    "run": "run torus --agents 5 --steps 20 --threads 2 --analyze -o {folder}/run.nc",
    "sweep": "sweep {folder}/small.toml -o {folder}/small",
    "no such command": "analyse {school}",
    "no such metric": "analyze {school} -m polarisation",
    "no trajectory": "analyze {damaged} --topology {damaged}",
}


@pytest.mark.parametrize("words", COMMANDS.values(), ids=COMMANDS)
def test_a_command_puts_everything_back(host, school, damaged, tmp_path, words):
    (tmp_path / "small.toml").write_text(SWEEP)
    main(words.format(school=school, damaged=damaged, folder=tmp_path).split())
    assert interpreter() == host


def test_the_streams_of_a_host_without_any_are_put_back(host, school, monkeypatch):
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    assert main(["info", str(school)]) == 0
    assert sys.stdout is None
    assert sys.stderr is None


def test_warnings_are_shown_as_notes_while_a_command_runs(school, tmp_path, capsys):
    plugin = tmp_path / "warns.py"
    plugin.write_text(WARNS)
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        main(["analyze", str(school), "-m", "spread", "--plugin", str(plugin)])
    assert capsys.readouterr().err == "kadita: note: mind the gap\n"


def test_the_library_sets_nothing(host, school, tmp_path):
    results = kadita.analyze(school, ["polarization", "state", "mean_squared_displacement"], velocities=None)
    kadita.write(results, tmp_path / "results.nc")
    kadita.analyze(school, ["polarization"], workers=2)
    kadita.run("torus", agents=10, steps=10, threads=2, output=tmp_path / "run.nc")
    from kadita.evaluation.figures.stacked import draw

    draw(results, tmp_path / "results.png")
    assert interpreter() == host
