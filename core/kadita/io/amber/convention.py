"""The trajectory convention as data: content of a file, readers that need it, and checks of `kadita validate`.

It is read from ``schemas/trajectory.toml``, which is part of the package.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from kadita.base.errors import KaditaError
from kadita.base.netcdf3 import Header

Severity = Literal["fault", "warning"]
LONGEST_NAME = 40  # characters of the name of a number that agents keep, which a text attribute repeats
Type = Literal["byte", "char", "int", "float", "double"]


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Item(_Entry):
    """An item of a file: the check that reports it missing or wrong, the readers that need it, the consequence."""

    name: str
    required: bool = True
    with_: tuple[str, ...] = Field(default=(), alias="with")  # required only if the file has one of these variables
    check: str = ""
    needed_by: tuple[str, ...] = ()
    otherwise: str = ""


class Attribute(_Item):
    """A global text attribute; `value` if it is fixed, `number` if it holds one: above 0, or at least 0."""

    value: str | None = None
    of: Literal["convention", "kadita", "school"] = "convention"
    number: Literal["above 0", "at least 0"] | None = None


class Dimension(_Item):
    """A dimension of fixed size, of minimal size, or unlimited."""

    size: int | None = None
    least: int = 0
    unlimited: bool = False


class Variable(_Item):
    """A variable of one of `types`, of which kadita writes the last; readers accept also `readable` types."""

    dims: tuple[str, ...]
    types: tuple[Type, ...] = Field(min_length=1)
    readable: tuple[Type, ...] = ()
    units: str | None = None
    text: tuple[str, ...] = ()
    of: Literal["convention", "kadita"] = "convention"
    long_name: str | None = None
    meaning: str = ""


class Check(_Entry):
    """A check: its stable id, the severity of a deviation, the readers that need it, and how to correct the file."""

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    severity: Severity
    needed_by: tuple[str, ...] = Field(min_length=1)
    expects: str
    mend: str = Field(pattern=r"\.$")


class Limits(_Entry):
    """Limits used by the checks."""

    attribute_length: int
    position: float
    angle_tolerance: float


class Names(_Entry):
    """Names that some readers treat specially."""

    parmed: tuple[str, ...]
    scaling: tuple[str, ...]
    masking: tuple[str, ...]


class Convention(_Entry):
    """The complete convention."""

    title: str
    readers: tuple[str, ...]
    limits: Limits
    names: Names
    attributes: tuple[Attribute, ...] = Field(alias="attribute")
    dimensions: tuple[Dimension, ...] = Field(alias="dimension")
    variables: tuple[Variable, ...] = Field(alias="variable")
    kept: Variable  # the numbers that agents keep, with * for their names
    checks: tuple[Check, ...] = Field(alias="check")

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        ids = [c.id for c in self.checks]
        items = (*self.attributes, *self.dimensions, *self.variables)
        named = [v.name for v in self.variables]
        if len(set(ids)) != len(ids) or len(set(named)) != len(named):
            raise ValueError("expected unique checks and variables; found duplicates")
        if unknown := {i.check for i in items if i.required} - set(ids):
            raise ValueError(f"expected a check for every required item; unknown: {', '.join(map(repr, unknown))}")
        named_readers = {r for i in items for r in i.needed_by} | {r for c in self.checks for r in c.needed_by}
        if unknown := named_readers - set(self.readers):
            raise ValueError(f"unknown readers: {', '.join(unknown)}")
        return self

    def check(self, id: str) -> Check:
        """Return the check of this id."""
        return next(c for c in self.checks if c.id == id)

    def variable(self, name: str) -> Variable:
        """Return the variable of this name."""
        return next(v for v in self.variables if v.name == name)

    def with_kept(self, names: Iterable[str]) -> tuple[Variable, ...]:
        """Return the variables of a file with these numbers that agents keep, in the order of the file."""
        kept = [
            self.kept.model_copy(
                update={"name": stored_name(name), "long_name": (self.kept.long_name or "").replace("*", name)}
            )
            for name in names
        ]
        return *self.variables[:-1], *kept, self.variables[-1]  # the checksum, which is of the bytes before it


@cache
def convention() -> Convention:
    """Return the convention; the file is read once."""
    text = (files("kadita") / "schemas" / "trajectory.toml").read_text(encoding="utf-8")
    return Convention.model_validate(tomllib.loads(text))


def stored_name(name: str) -> str:
    """Return the variable that holds what agents keep by this name."""
    return convention().kept.name.replace("*", name)


def check_kept(names: Iterable[str]) -> tuple[str, ...]:
    """Return the names of numbers that agents keep, if a file can hold them.

    Raises:
        KaditaError: no identifier of ASCII, too long, named twice, or a name that the file needs itself.
    """
    known = (names,) if isinstance(names, str) else tuple(names)
    own = {item.name for item in (*convention().variables, *convention().dimensions)}
    for name in known:
        if not isinstance(name, str) or not name.isidentifier() or not name.isascii() or len(name) > LONGEST_NAME:
            raise KaditaError(
                f"variables: expected names of 1 to {LONGEST_NAME} letters, digits and _, no digit first; got {name!r}"
            )
        if stored_name(name) in own:
            raise KaditaError(f"variables: '{name}' cannot be stored: {stored_name(name)} is the file's own; rename it")
        if known.count(name) > 1:
            raise KaditaError(f"variables: expected different names; got {name} twice")
    return known


def kept_in(header: Header) -> tuple[str, ...]:
    """Return the names of the numbers that agents keep in a file, in its order."""
    kept = convention().kept
    prefix, own = kept.name.removesuffix("*"), {v.name for v in convention().variables}
    return tuple(
        name.removeprefix(prefix)
        for name, v in header.variables.items()
        if name.startswith(prefix) and name not in own and v.dims == kept.dims and v.type in kept.types and v.record
    )


def as_markdown(content: Literal["checks", "variables"] = "checks") -> str:
    """Return a Markdown table of all checks, or of all variables with dimensions, types and units."""
    if content == "checks":
        head = ("id", "severity", "needed by", "expects")
        return _table(head, ((c.id, c.severity, ", ".join(c.needed_by), c.expects) for c in convention().checks))
    rows = (
        (f"{v.name}({', '.join(v.dims)})", " or ".join(v.types), v.units or "", v.of, _required(v), v.meaning)
        for v in (*convention().variables, convention().kept)
    )
    return _table(("variable", "type", "unit", "of", "required", "meaning"), rows)


def _required(item: _Item) -> str:
    if not item.required:
        return "no"
    return f"with {' or '.join(item.with_)}" if item.with_ else "yes"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
