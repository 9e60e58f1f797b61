"""The tables of the specification of the format, from the data by which kadita writes and checks it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from builder import rst
from kadita.io.amber.convention import convention


def write(folder: Path) -> None:
    """Write ``format-tables.rst``: dimensions, attributes, variables and checks."""
    known = convention()
    dimensions = [
        (
            f"``{d.name}``",
            "unlimited" if d.unlimited else str(d.size or (f"at least {d.least}" if d.least else "any")),
            _required(d),
        )
        for d in known.dimensions
    ]
    attributes = [
        (f"``{a.name}``", a.value or (f"a number, {a.number}" if a.number else "text"), a.of, _required(a))
        for a in known.attributes
    ]
    variables = [
        (
            f"``{v.name}({', '.join(v.dims)})``",
            " or ".join(v.types),
            v.units or "",
            v.of,
            _required(v),
            rst.escaped(v.meaning),
        )
        for v in (*known.variables, known.kept)
    ]
    checks = [(f"``{c.id}``", c.severity, ", ".join(c.needed_by), rst.escaped(c.expects)) for c in known.checks]
    parts = [
        rst.heading("Tables of the format"),
        "Made from ``schemas/trajectory.toml``, from which files are written and against which `kadita validate` "
        "checks them; :doc:`../reference/format` says what the columns mean.\n",
        rst.heading("Dimensions", "-"),
        rst.table(["dimension", "size", "required"], dimensions),
        rst.heading("Global attributes", "-"),
        rst.table(["attribute", "value", "of", "required"], attributes),
        rst.heading("Variables", "-"),
        rst.table(["variable", "type", "unit", "of", "required", "meaning"], variables),
        rst.heading("Checks", "-"),
        rst.table(["check", "severity", "needed by", "expects"], checks),
    ]
    (folder / "format-tables.rst").write_text("\n".join(parts), encoding="utf-8")


def _name(variable: Any) -> str:
    return f"``{variable.name}({', '.join(variable.dims)})``"


def _required(item: Any) -> str:
    if not item.required:
        return "no"
    return f"with {' or '.join(item.with_)}" if item.with_ else "yes"
