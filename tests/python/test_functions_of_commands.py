"""Every command has a function of its name, with the same options, defaults and errors."""

from __future__ import annotations

import inspect

import pytest

import kadita
from kadita import plugins, testing
from kadita.cli.commands import COMMANDS, command_of
from kadita.evaluation.evaluate import analyze
from kadita.io.importing.options import ImportOptions

OTHERS = {  # what a command's option is called in Python
    "trajectory": ("data", "path"),
    "trajectories": ("data",),
    "sources": ("source",),
    "settings": ("parameters",),
    "color": ("color", "colors"),
    "compare": ("data",),  # several, by name
}
OF_TERMINALS = {  # and how it is done in Python
    "run": {  # kadita.analyze(kadita.simulate(...)) measures a run, and results are written by results.write
        *("analyze", "metrics", "profile", "begin", "largest_cluster", "equilibration", "results", "no_trajectory"),
        "live",
    },
    "analyze": {"output", "force", "equilibration"},  # results.write, results.summary
    "metrics": {"as_json"},
    "info": {"as_json"},
    "validate": {"as_json", "strict", "list_checks"},  # what it returns
    "plot": set(),
}
TRACKS = {*ImportOptions.keywords()}
MEASURED = {*inspect.signature(inspect.unwrap(analyze)).parameters}
FURTHER = {  # keywords that a function hands on
    "analyze": TRACKS,  # as tracks={...}
    "info": TRACKS,
    "convert": TRACKS | {"compression", "significant_digits", "frame"},  # of .nc4 and .ncrst
    "topology": TRACKS,
    "plot": MEASURED | TRACKS,
    "animate": MEASURED | TRACKS,
    "report": MEASURED | TRACKS,
}


def options_of(name):
    return {p.name: p.default for p in command_of(name).params if p.name != "help"}


@pytest.mark.parametrize("name", [name for name in COMMANDS if name != "plugins"])
def test_a_function_takes_what_its_command_takes(name):
    function = getattr(kadita, name)
    own = inspect.signature(inspect.unwrap(function)).parameters
    known = {*own, *FURTHER.get(name, ())}
    for option, default in options_of(name).items():
        if option in OF_TERMINALS.get(name, ()):
            continue
        names = [key for key in (option, *OTHERS.get(option, ())) if key in known]
        assert names, f"kadita.{name} has no keyword for --{option}"
        if names[0] in own and own[names[0]].default is not inspect.Parameter.empty and default is not None:
            assert same(own[names[0]].default, default), (name, option)


def same(in_python, on_the_command_line):
    """Whether two defaults are one: a size is a pair in Python, and a number of bytes a number."""
    if isinstance(in_python, tuple):
        return "x".join(map(str, in_python)) == on_the_command_line
    if isinstance(in_python, float) and isinstance(on_the_command_line, str):
        return in_python == float(on_the_command_line.removesuffix("MB")) * 1e6
    return in_python == on_the_command_line


def test_what_is_of_terminals_alone_is_still_there():
    for name, options in OF_TERMINALS.items():
        assert options <= options_of(name).keys(), name


def test_plugins_are_listed_made_and_checked_in_python_too():
    assert set(command_of("plugins").commands) == {"list", "new", "check"}
    assert {"field", "order"} <= {plugin.name for plugin in plugins.installed()}
    assert callable(plugins.new)
    assert callable(testing.check_metric)


@pytest.mark.parametrize(
    ("words", "call"),
    [
        (["run", "tores"], lambda: kadita.run("tores")),
        (["analyze", "none.nc"], lambda: kadita.analyze("none.nc")),
        (["info", "none.nc"], lambda: kadita.info("none.nc")),
        (["metrics", "polarisation"], lambda: kadita.metrics("polarisation")),
        (["scenarios", "tores"], lambda: kadita.scenarios("tores")),
        (["recover", "none.nc"], lambda: kadita.recover("none.nc")),
        (["validate", "none.nc"], lambda: kadita.validate("none.nc")),
        (["topology", "none.nc", "a.pdb"], lambda: kadita.topology("none.nc", "a.pdb")),
        (["convert", "none.csv", "a.nc"], lambda: kadita.convert("none.csv", "a.nc")),
        (["report", "none.nc", "-o", "a.html"], lambda: kadita.report("none.nc", "a.html")),
        (["sweep", "none.toml"], lambda: kadita.sweep("none.toml")),
        (["plot", "none.nc", "-o", "a.png"], lambda: kadita.plot("none.nc", output="a.png")),
        (["animate", "none.nc", "-o", "a.gif"], lambda: kadita.animate("none.nc", "a.gif")),
    ],
)
def test_errors_are_the_same(words, call, command, tmp_path, monkeypatch):
    done = command(*words)
    assert done.returncode == 2, done.stderr
    monkeypatch.chdir(tmp_path)
    with pytest.raises(kadita.KaditaError) as error:
        call()
    assert done.stderr == f"kadita: error: {error.value}\n"
