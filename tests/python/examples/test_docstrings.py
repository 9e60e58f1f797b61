"""Every public function has an example that runs, and prints what its docstring says."""

from __future__ import annotations

import doctest
import inspect
from importlib import import_module

import matplotlib
import pytest

matplotlib.use("agg")

MODULES = (
    "kadita",
    "kadita.figures",
    "kadita.mda",
    "kadita.models",
    "kadita.plugins.analyses",
    "kadita.plugins.importers",
    "kadita.plugins.metrics",
    "kadita.testing",
)
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def public():
    """Public functions, classes and their methods, by the name under which they are documented, each once."""
    seen = set()
    for module in map(import_module, MODULES):
        for name in module.__all__:
            thing = getattr(module, name)
            if id(thing) in seen or not (inspect.isclass(thing) or inspect.isroutine(thing) or _is_function(thing)):
                continue
            seen.add(id(thing))
            yield f"{module.__name__}.{name}", thing


def _is_function(thing):
    return callable(thing) and bool(getattr(thing, "__doc__", None)) and hasattr(thing, "__wrapped__")


THINGS = dict(public())
FUNCTIONS = [name for name, thing in THINGS.items() if not inspect.isclass(thing)]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_public_function_has_an_example(name):
    assert ">>>" in (inspect.getdoc(THINGS[name]) or ""), f"{name} has no example"


@pytest.mark.parametrize("name", THINGS)
def test_examples_run(name, folder):
    finder = doctest.DocTestFinder(recurse=True)
    runner = doctest.DocTestRunner(optionflags=FLAGS, verbose=False)
    printed: list[str] = []
    for example in finder.find(THINGS[name], name, module=False, globs={"__name__": "example"}):
        runner.run(example, out=printed.append)
    assert not runner.failures, "".join(printed)
