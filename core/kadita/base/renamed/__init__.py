"""All names that have changed: the old name works, with a `RenamedWarning` that names the new one.

The package `modules` holds a substitute for each module that has moved; `kadita` searches it for submodules too.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from importlib import import_module
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

MODULES = {  # the old module, and the modules of its names now; names that have changed themselves are in NAMES
    "kadita.analyses": ("kadita.plugins.analyses",),
    "kadita.axes": ("kadita.plugins.metrics",),
    "kadita.block": ("kadita.plugins.metrics",),
    "kadita.box": ("kadita.plugins.metrics",),
    "kadita.compiled": ("kadita.plugins.metrics",),
    "kadita.errors": ("kadita.plugins.metrics", "kadita.base.errors"),
    "kadita.estimators": ("kadita.plugins.metrics",),
    "kadita.export": ("kadita",),
    "kadita.files": ("kadita.plugins.importers",),
    "kadita.formats": ("kadita",),
    "kadita.frame": ("kadita.plugins.metrics",),
    "kadita.hooks": ("kadita.plugins.hooks",),
    "kadita.importers": ("kadita.plugins.importers",),
    "kadita.information": ("kadita.plugins.metrics",),
    "kadita.linking": ("kadita.plugins.metrics",),
    "kadita.measuring": ("kadita",),
    "kadita.models.elementary": ("kadita.models",),
    "kadita.models.pairs": ("kadita.models",),
    "kadita.neighbors": ("kadita.plugins.metrics",),
    "kadita.results": ("kadita",),
    "kadita.statistics": ("kadita.evaluation.statistics",),
    "kadita.trajectory": ("kadita.school.trajectory",),
    "kadita.window": ("kadita.plugins.analyses",),
}
NAMES = {
    "kadita.compiled.part": "kadita.models.jitable",
    "kadita.linking.Groups": "kadita.plugins.metrics.Clusters",
    "kadita.linking.length_of_links": "kadita.plugins.metrics.link_length",
    "kadita.plugins.load_registry": "kadita.plugins.loading.load_registry",
    "kadita.testing.Promise": "kadita.testing.Check",
}
MODEL = {"reach": "cutoff", "push": "displacement"}  # members of a model's class
CONFIGURATION = {"group": "species", "largest_group": "largest_cluster"}  # keys of runs' and sweeps' files
METRICS = {"group_count": "cluster_count", "group_fraction": "largest_cluster_fraction"}  # keys of results
KEYWORDS = {"largest_group": "largest_cluster"}  # of `kadita.analyze`
ATTRIBUTES = {"frames_behind": "lookahead", "kept": "passed", "wholes": "analyses"}  # of objects
OPTIONS = {"--largest-group": "--largest-cluster"}  # of commands


class RenamedWarning(DeprecationWarning):
    """A name that has changed was used."""


def warn(old: str, new: str, depth: int = 1) -> None:
    """Warn that a name has changed; `depth` is the number of functions between its use and this one."""
    warnings.warn(f"{old} is now {new}", RenamedWarning, stacklevel=2 + depth)


def old_name(module: str) -> Callable[[str], Any]:
    """Return the ``__getattr__`` of a module, which finds the module's old names."""

    def find(name: str) -> Any:
        old = f"{module}.{name}"
        if old in NAMES:
            place, _, new = NAMES[old].rpartition(".")
            places: tuple[str, ...] = (place,)
        else:
            places, new = MODULES.get(module, ()), name
        for place in places:
            if not name.startswith("__") and hasattr(home := import_module(place), new):
                warn(old, f"{place}.{new}")
                return getattr(home, new)
        raise AttributeError(f"module '{module}' has no attribute '{name}'")

    return find


def old_attribute(instance: object, name: str) -> Any:
    """Return an attribute by its old name; ``__getattr__`` of classes with `ATTRIBUTES` calls it."""
    if name in ATTRIBUTES:
        warn(f"{type(instance).__name__}.{name}", ATTRIBUTES[name], depth=2)
        return getattr(instance, ATTRIBUTES[name])
    raise AttributeError(f"'{type(instance).__name__}' object has no attribute '{name}'")


def keywords(function: Callable[P, R]) -> Callable[P, R]:
    """Let a function accept keywords by their old names."""

    @wraps(function)
    def renaming(*arguments: P.args, **given: P.kwargs) -> R:
        return function(*arguments, **new_keys(given, KEYWORDS))

    return renaming


def new_keys(table: Mapping[str, Any], names: Mapping[str, str], depth: int = 1) -> dict[str, Any]:
    """Return a mapping with old names replaced by new ones; if both are present, the new one is used."""
    renamed = dict(table)
    for old in names.keys() & renamed.keys():
        warn(f"'{old}'", f"'{names[old]}'", depth + 1)
        renamed.setdefault(names[old], renamed.pop(old))
    return renamed


def new_names(words: Iterable[str], names: Mapping[str, str], depth: int = 1) -> list[str]:
    """Return words with old names replaced by new ones."""
    return [new_name(word, names, depth + 1) for word in words]


def new_options(words: Iterable[str]) -> list[str]:
    """Return the words of a command line with old names of options replaced by new ones."""
    pairs = [(name, equals, value) for name, equals, value in (word.partition("=") for word in words)]
    return ["".join((new_name(name, OPTIONS), equals, value)) for name, equals, value in pairs]


def new_name(word: str, names: Mapping[str, str], depth: int = 1) -> str:
    """Return a word, or its new name if it is an old name."""
    if word not in names:
        return word
    warn(f"'{word}'", f"'{names[word]}'", depth)
    return names[word]
