"""The reference of Python: a page for each public module, and for each public name where it is documented first."""

from __future__ import annotations

import inspect
from importlib import import_module
from pathlib import Path
from typing import Any

from builder import rst

GROUPS = {  # of the names of `kadita`; any other is in the last group
    "Simulate": "run simulate sweep scenarios load_configuration record",
    "Open and convert": "open info convert topology validate recover Trajectory Block Frame Box Window",
    "Measure": "metrics analyze analyze_files Results ResultsOfFiles write",
    "See": "plot show report animate",
}
LAST = "Write plugins"
MODULES = (
    "kadita.figures",
    "kadita.plugins.metrics",
    "kadita.plugins.analyses",
    "kadita.plugins.importers",
    "kadita.models",
    "kadita.testing",
    "kadita.mda",
)


def write(folder: Path) -> None:
    """Write a page of each public module into ``python/``, and one that lists them."""
    pages = folder / "python"
    pages.mkdir()
    seen: dict[int, str] = {}
    parts = [rst.heading("From Python"), INTRODUCTION]
    kadita = import_module("kadita")
    named = {name for names in GROUPS.values() for name in names.split()}
    groups = GROUPS | {LAST: " ".join(name for name in kadita.__all__ if name not in named)}
    for title, names in groups.items():
        parts += [rst.heading(title, "-"), _summary("kadita", names.split(), seen)]
    parts += [rst.heading("Modules", "-"), rst.toctree((f"python/{name}" for name in MODULES), hidden=False)]
    (folder / "python.rst").write_text("\n".join(parts), encoding="utf-8")
    for name in MODULES:
        (pages / f"{name}.rst").write_text(_module(name, seen), encoding="utf-8")


INTRODUCTION = """
``import kadita`` is quick: NumPy, Numba, MDAnalysis, matplotlib, xarray and pandas are imported by the functions that
use them. Every command has a function of its name, with the same defaults and the same errors, which are raised as
`kadita.KaditaError`. What was assumed is told by a `kadita.KaditaWarning`, and kept as notes of the results.
"""


def _module(name: str, seen: dict[int, str]) -> str:
    module = import_module(name)
    known = [n for n in module.__all__ if id(getattr(module, n)) in seen]
    known = [n for n in known if seen[id(getattr(module, n))] != f"{name}.{n}"]
    own = [n for n in module.__all__ if n not in known]
    elsewhere = ", ".join(f":obj:`{n} <{seen[id(getattr(module, n))]}>`" for n in known)
    parts = [rst.heading(name), f".. automodule:: {name}\n   :no-index:\n", _summary(name, own, seen)]
    data = [n for n in own if not _has_page(getattr(module, n))]
    if data:
        parts += [rst.heading("Constants and types", "-"), ", ".join(f"``{n}``" for n in data) + "\n"]
    if elsewhere:
        parts += [rst.heading("Also here", "-"), elsewhere + "\n"]
    return "\n".join(parts)


def _summary(module: str, names: list[str], seen: dict[int, str]) -> str:
    found = import_module(module)
    shown = []
    for name in names:
        thing = getattr(found, name)
        if _has_page(thing) and id(thing) not in seen:
            seen[id(thing)] = f"{module}.{name}"
            shown.append(name)
    folder = "../generated" if module == "kadita" else "../../generated"
    lines = [f".. currentmodule:: {module}\n", ".. autosummary::", f"   :toctree: {folder}", "   :nosignatures:\n"]
    return "\n".join([*lines, *(f"   {name}" for name in shown)]) + "\n"


def _has_page(thing: Any) -> bool:
    return inspect.isclass(thing) or inspect.isroutine(thing) or hasattr(thing, "__wrapped__")
