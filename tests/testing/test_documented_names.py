"""What one imports says what it is: each function and class of the public modules, and each of its parameters."""

from __future__ import annotations

import importlib
import inspect
import re
from types import ModuleType
from typing import Annotated, get_args, get_origin

import pluggy
import pytest
from pydantic import BaseModel, Field

from kadita.plugins import hooks

MADE_BY = re.compile(r"Made by `\w+`")
IN_BACKTICKS = re.compile(r"`(\w+)`")


def public(module):
    """Return the functions and classes that a module makes known, by name."""
    own = [n for n, v in vars(module).items() if inspect.isfunction(v) and v.__module__ == module.__name__]
    return {n: getattr(module, n) for n in getattr(module, "__all__", own) if not n.startswith("_")}


def unexplained(module):
    """Yield the public names without docstring, and their parameters that it does not mention.

    A docstring may leave parameters to that of its module, or of a function of the same module that it names in
    backticks. Descriptions tell of the fields of a model, and docstrings of properties. What nobody makes by hand,
    "Made by `metric`", need not say what it is made of.
    """
    names = public(module)
    for name, thing in names.items():
        if get_origin(thing) is Annotated:
            if not any(getattr(part, "description", None) for part in get_args(thing)[1:]):
                yield f"{module.__name__}.{name}, a type of parameters, has no description"
        elif isinstance(thing, pluggy.HookimplMarker):
            if f"`kadita.{name}`" not in hooks.__doc__:
                yield f"{module.__name__}.{name} is not told of in kadita.plugins.hooks"
        elif not (doc := own_docstring(thing)):
            yield f"{module.__name__}.{name} has no docstring"
        elif not MADE_BY.search(doc) and not (inspect.isclass(thing) and issubclass(thing, Exception)):
            told = [doc, inspect.getmodule(thing).__doc__ or ""]
            told += [own_docstring(names[other]) for other in IN_BACKTICKS.findall(doc) if other in names]
            for key in inspect.signature(thing).parameters:
                if not (described(thing, key) or re.search(rf"\b{re.escape(key)}\b", " ".join(told))):
                    yield f"{module.__name__}.{name} does not say what {key} is"


def own_docstring(thing):
    """Return a docstring, and none that Python makes up or that a base class has."""
    doc = (vars(thing).get("__doc__") if inspect.isclass(thing) else inspect.getdoc(thing)) or ""
    return "" if doc.startswith(f"{getattr(thing, '__name__', '')}(") else doc


def described(thing, key):
    if inspect.isclass(thing) and issubclass(thing, BaseModel):
        return bool(thing.model_fields[key].description)
    member = inspect.getattr_static(thing, key, None)
    return isinstance(member, property) and bool(inspect.getdoc(member))


@pytest.mark.parametrize(
    "name", ["kadita", "kadita.testing", "kadita.school.entropy.histogram", "kadita.school.entropy.estimators"]
)
def test_public_names_and_their_parameters(name):
    found = list(unexplained(importlib.import_module(name)))
    assert not found, "\n".join(found)


def test_what_is_not_explained_is_named():
    planted = ModuleType("planted", "What was planted.")

    def turn(school, angle=0.0):
        """Turn a school about its centre by `angle`."""

    def whirl(school, angle=0.0, *, times=2):
        """`turn` it again and again."""

    class Cell(BaseModel):
        """A cell of some size."""

        size: Annotated[float, Field(description="its edge")]
        depth: float

    class Made:
        """A thing. Made by `turn`."""

        def __init__(self, of):
            self.of = of

    def bare():
        pass

    everything = {"turn": turn, "whirl": whirl, "Cell": Cell, "Made": Made, "bare": bare, "Bins": Annotated[int, 3]}
    vars(planted).update(everything, __all__=list(everything))
    assert list(unexplained(planted)) == [
        "planted.whirl does not say what times is",
        "planted.Cell does not say what depth is",
        "planted.bare has no docstring",
        "planted.Bins, a type of parameters, has no description",
    ]
