"""A file that is edited while a process lives: what it holds is what is run, and what was run is what is recorded."""

import hashlib
import os
import sys

import numpy as np
import pytest

import kadita
from kadita.io.amber.writer import AmberWriter
from kadita.simulation.sweep import run_sweep

FRAMES = 1100  # more than a task has

CONSTANT = '''
from kadita import hookimpl, metric


@metric()
def constant(block, *, factor: float = 1.0):
    """A number that stands in this file, times a factor."""
    return [{number} * factor] * len(block)


@hookimpl
def kadita_metrics():
    return [constant]
'''

# the file is edited by the metric itself, as an author may while the analysis runs
EDITED_MEANWHILE = """
import pathlib

from kadita import hookimpl, metric


@metric()
def constant(block):
    '''The number that stood in this file when it was loaded.'''
    pathlib.Path(__file__).write_text(pathlib.Path(__file__).read_text().replace("NUMBER = 1", "NUMBER = 2"))
    return [float(NUMBER)] * len(block)


NUMBER = 1


@hookimpl
def kadita_metrics():
    return [constant]
"""

SWEEP = """
scenario = "torus"
steps = 20
every = 10
metrics = ["constant"]
begin = 0.0

[parameters]
agents = 5
"""


def sha256(path):
    return f"sha256 {hashlib.sha256(path.read_bytes()).hexdigest()}"


@pytest.fixture
def plugin(tmp_path, monkeypatch):
    """Write a plugin file whose metric is a number; every edit has the same size and the same time."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)  # as it is where nobody sets it
    path = tmp_path / "lab.py"

    def write(number):
        path.write_text(CONSTANT.format(number=number))
        os.utime(path, (1e9, 1e9))
        return path

    return write


@pytest.fixture
def school(tmp_path):
    """Write a random school of two over two tasks; every one has the same size and the same header."""

    path = tmp_path / "school.nc"

    def write(seed):
        x = np.random.default_rng(seed).uniform(0, 10, (FRAMES, 2, 3))
        with AmberWriter(path, 2, periodic=True, force=True) as writer:
            writer.write(x, np.ones_like(x), np.arange(FRAMES) * 0.5, np.full((FRAMES, 3), 10.0))
        return path

    return write


@pytest.mark.slow
@pytest.mark.parametrize("how", ["in one pass", "in tasks", "by two processes"])
def test_an_edited_plugin_is_run_and_recorded(plugin, school, tmp_path, how):
    options = {
        "in one pass": {},
        "in tasks": {"keep": tmp_path / "out.csv"},
        "by two processes": {"workers": 2},
    }[how]
    for number in (1.0, 2.0, 3.0):
        path = plugin(number)
        found = kadita.analyze(school(1), ["constant"], plugins=[path], **options)
        assert set(found["constant"]) == {number}
        assert found.series["constant"].plugin_version == sha256(path)


def test_a_plugin_that_is_edited_while_it_runs_is_recorded_as_it_ran(school, tmp_path):
    path = tmp_path / "lab.py"
    path.write_text(EDITED_MEANWHILE)
    before = sha256(path)
    found = kadita.analyze(school(1), ["constant"], plugins=[path])
    assert set(found["constant"]) == {1.0}
    assert found.series["constant"].plugin_version == before != sha256(path)


def test_a_plugin_that_is_edited_before_a_worker_loads_it_is_refused(plugin, school, monkeypatch):
    from kadita.evaluation import evaluate

    files = plugin(1.0), school(1)
    load = evaluate.load_registry

    def load_and_edit(paths):
        registry = load(paths)
        plugin(2.0)
        return registry

    monkeypatch.setattr(evaluate, "load_registry", load_and_edit)
    with pytest.raises(kadita.KaditaError, match=r"plugin file .*lab\.py: changed since this work began; run it again"):
        kadita.analyze(files[1], ["constant"], plugins=[files[0]], workers=2)


@pytest.mark.filterwarnings("ignore:1 of 1 series are not equilibrated")
def test_sweeps_of_one_process_run_and_record_an_edited_plugin(plugin, tmp_path):
    """In a new folder as in the old one, whose points are those of other code."""
    configuration = tmp_path / "small.toml"
    configuration.write_text(SWEEP)
    for number, folder in ((1.0, "a"), (2.0, "b"), (3.0, "a")):
        path = plugin(number)
        table, _ = run_sweep(configuration, output=tmp_path / folder, plugins=[path])
        assert np.genfromtxt(table, delimiter=",", names=True)["constant"] == number
        (newest,) = [f for f in (tmp_path / folder).glob("*/seed-1.json") if sha256(path) in f.read_text()]
        assert str(number) in newest.with_suffix(".csv").read_text().replace(f",{number:g}\n", f",{number}\n")


def test_mdanalysis_records_what_ran(school, tmp_path):
    import MDAnalysis

    from kadita.mda import Analysis

    path = tmp_path / "lab.py"
    path.write_text(EDITED_MEANWHILE)
    begun, before = Analysis(MDAnalysis.Universe(school(1), to_guess=()), ["constant"], plugins=[path]), sha256(path)
    found = begun.run()
    assert set(found.results.constant) == {1.0}
    assert found.measured.series["constant"].plugin_version == before != sha256(path)


def interrupted(path, keep, **options):
    """Stop an analysis after its first task, whose part stays beside the output."""

    def stop(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        kadita.analyze(path, ["constant", "spread"], keep=keep, progress=stop, **options)
    assert list(keep.parent.glob(".out-*.parts/*.part"))


def test_parts_of_other_code_or_another_profile_are_not_mixed_in(plugin, school, tmp_path):
    profile, keep, path = tmp_path / "mine.toml", tmp_path / "out.csv", school(1)
    for number, factor in ((1.0, 1.0), (2.0, 1.0), (2.0, 3.0)):
        profile.write_text(f'metrics = ["constant"]\n[constant]\nfactor = {factor}\n')
        interrupted(path, keep, plugins=[plugin(number)], profile=str(profile))
    found = kadita.analyze(path, ["constant", "spread"], keep=keep, plugins=[plugin(2.0)], profile=str(profile))
    assert set(found["constant"]) == {6.0}
    assert found.series["constant"].parameters == {"factor": 3.0}


def test_parts_of_another_trajectory_are_not_mixed_in(plugin, school, tmp_path):
    keep = tmp_path / "out.csv"
    interrupted(school(1), keep, plugins=[plugin(1.0)])
    second = school(2)
    found = kadita.analyze(second, ["constant", "spread"], keep=keep, plugins=[plugin(1.0)])
    np.testing.assert_array_equal(found["spread"], kadita.analyze(second, "spread")["spread"])


def test_a_profile_that_is_edited_is_read_anew(plugin, school, tmp_path):
    profile = tmp_path / "mine.toml"
    for factor in (1.0, 2.0):
        profile.write_text(f'metrics = ["constant"]\n[constant]\nfactor = {factor}\n')
        options = {"plugins": [plugin(1.0)], "profile": str(profile), "keep": tmp_path / "out.csv"}
        assert set(kadita.analyze(school(1), **options)["constant"]) == {factor}


def test_a_trajectory_that_is_replaced_while_it_is_measured_is_refused(school, plugin, tmp_path):
    path = school(1)

    def replace(done, total):
        if done == total:
            school(2)

    with pytest.raises(kadita.KaditaError, match=r"school\.nc: changed while it was measured; run it again"):
        kadita.analyze(path, ["spread"], progress=replace)


def test_a_file_of_another_program_that_grows_while_it_is_measured_is_told(school, tmp_path):
    from kadita.io.convert import convert

    path = tmp_path / "growing.xyz"
    convert(school(1), path)

    def grow(done, total):
        with path.open("a") as file:
            file.write("\n")

    with pytest.warns(kadita.KaditaWarning, match=r"growing\.xyz: changed while it was measured"):
        found = kadita.analyze(path, ["spread"], progress=grow)
    assert len(found["spread"]) == FRAMES


HELPER = '''
from kadita import hookimpl, metric

import lab_numbers


@metric()
def constant(block):
    """A number of the module beside this one."""
    return [lab_numbers.NUMBER] * len(block)


@hookimpl
def kadita_metrics():
    return [constant]
'''


def test_a_module_beside_a_plugin_file_is_a_part_of_it(school, tmp_path, monkeypatch):
    """Python imports it once a process; an edit is told, not passed over."""
    monkeypatch.syspath_prepend(str(tmp_path))
    plugin, beside = tmp_path / "lab.py", tmp_path / "lab_numbers.py"
    plugin.write_text(HELPER)
    beside.write_text("NUMBER = 1.0\n")
    found = kadita.analyze(school(1), ["constant"], plugins=[plugin])
    assert set(found["constant"]) == {1.0}
    held = sha256(beside).replace("sha256", beside.name)
    assert found.series["constant"].plugin_version == f"{sha256(plugin)}, {held}"
    beside.write_text("NUMBER = 2.0\n")
    with pytest.raises(
        kadita.KaditaError, match=r"it imports lab_numbers\.py, which was edited after its import; restart Python"
    ):
        kadita.analyze(school(1), ["constant"], plugins=[plugin])
    os.utime(beside, (0, 0))  # Python takes compiled code of the same second for that of the new text
    monkeypatch.delitem(sys.modules, "lab_numbers")  # as `importlib.reload` imports it anew
    found = kadita.analyze(school(1), ["constant"], plugins=[plugin])
    assert set(found["constant"]) == {2.0}
    assert found.series["constant"].plugin_version.endswith(sha256(beside).removeprefix("sha256 "))


STATE = '''
from typing import NamedTuple

from kadita import analysis, hookimpl


class Count(NamedTuple):
    frames: int


@analysis(finish=lambda state, facts: state.frames, merge=lambda a, b: Count(a.frames + b.frames))
def counted(window):
    """Number of frames."""
    return Count(window.own)


@hookimpl
def kadita_analyses():
    return [counted]
'''


def test_a_state_of_the_plugins_own_class_is_kept_time_after_time(school, tmp_path):
    """It is pickled by the name of its class, of which there is one however often the file is loaded."""
    path = tmp_path / "lab.py"
    path.write_text(STATE)
    for _ in range(3):
        found = kadita.analyze(school(1), ["counted"], plugins=[path], keep=tmp_path / "out.csv")
        assert found.analyses["counted"].values == FRAMES
