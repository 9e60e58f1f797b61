"""The importers: what each reads, by which endings, and its parameters."""

from __future__ import annotations

from pathlib import Path

from builder import rst
from kadita.plugins.loading import load_registry


def write(folder: Path) -> None:
    """Write ``importers.rst``, with a section for each importer."""
    registry = load_registry()
    parts = [
        rst.heading("Importers of tracked animals"),
        "``kadita convert``, ``kadita analyze`` and ``kadita.open`` read these files; the format is found by content. "
        "Where several fit, ``--from NAME`` chooses. :doc:`../importing` says how units, axes and gaps are treated.\n",
        rst.table(
            ["importer", "reads", "endings"],
            [
                (f":ref:`{name} <importer {name}>`", rst.documentation(i.function)[0], " ".join(i.endings))
                for name, i in registry.importers.items()
            ],
        ),
    ]
    for name, importer in registry.importers.items():
        first, rest = rst.documentation(importer.function)
        parts += [f".. _importer {name}:\n", rst.heading(name, "-"), first + "\n"]
        parts += [rest + "\n"] if rest else []
        parts.append(rst.fields([("endings", ", ".join(importer.endings)), ("source", rst.linked(importer.source))]))
        if importer.parameters.model_fields:
            parts.append(rst.parameters(importer.parameters.model_fields))
    (folder / "importers.rst").write_text("\n".join(parts), encoding="utf-8")
