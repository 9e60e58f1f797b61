"""The models: their parameters, from the classes that read configurations, and the pages about them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import kadita
from builder import rst
from kadita.plugins.loading import load_registry


def write(folder: Path, source: Path) -> None:
    """Write ``models.rst`` and a page of the parameters of each model into ``models/``."""
    registry = load_registry()
    pages = folder / "models"
    pages.mkdir()
    about = _about(source)
    for name, model in registry.models.items():
        (pages / f"{name}.rst").write_text(_page(name, model, about.get(name, [])), encoding="utf-8")
    titles = kadita.scenarios().titles()
    scenarios = [(f"``{name}``", rst.escaped(title)) for name, title in titles.items()]
    parts = [
        rst.heading("Models and scenarios"),
        "Models that ``kadita run`` integrates, and scenarios: configurations of them, ready to be run or edited. "
        ":doc:`../models` says which to use when.\n",
        rst.table(
            ["model", "what it is"],
            [(f":doc:`models/{n}`", rst.documentation(m)[0]) for n, m in registry.models.items()],
        ),
        rst.heading("Scenarios", "-"),
        rst.table(["scenario", "what it is"], scenarios),
        rst.toctree(f"models/{name}" for name in registry.models),
    ]
    (folder / "models.rst").write_text("\n".join(parts), encoding="utf-8")


def _about(source: Path) -> dict[str, list[str]]:
    """Return the pages about each model, by the table of its parameters that they hold."""
    found: dict[str, list[str]] = {}
    for page in sorted((source / "models").glob("*.md")):
        for name in re.findall(r"<!-- parameters: ([\w-]+) -->", page.read_text(encoding="utf-8")):
            found.setdefault(name, []).append(page.stem)
    return found


def _page(name: str, model: Any, about: list[str]) -> str:
    first, rest = rst.documentation(model)
    see = ", ".join(f":doc:`../../models/{page}`" for page in about)
    parts = [
        rst.heading(name),
        first + "\n",
        *([f"The model, when to use it, and what it is compared with: {see}.\n"] if see else []),
        *([rst.linked_text(rest) + "\n"] if rest else []),
        rst.heading("Parameters", "-"),
        rst.parameters(model.model_fields),
    ]
    return "\n".join(parts)
