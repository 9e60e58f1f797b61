"""Check attributes, dimensions and variables of a file against the convention."""

from __future__ import annotations

from collections.abc import Iterator

from kadita.base.netcdf3 import Header
from kadita.io.amber.convention import Variable, convention
from kadita.io.validation.archive import Contents
from kadita.io.validation.findings import Finding, finding, short, some


def check_header(contents: Contents) -> Iterator[Finding]:
    """Yield the deviations in structure, independent of the values."""
    header = contents.header
    yield from _required_attributes(header)
    yield from _all_attributes(header)
    yield from _scaling(header)
    yield from _dimensions(header)
    for variable in convention().variables:
        yield from _variable(variable, contents)


def _required_attributes(header: Header) -> Iterator[Finding]:
    for wanted in convention().attributes:
        found = header.attributes.get(wanted.name)
        if not wanted.required or (isinstance(found, str) and wanted.value in (None, found)):
            continue
        actual = "none" if found is None else f"'{short(found)}'" if isinstance(found, str) else f"the number {found}"
        expected = "text" if wanted.value is None else f"'{wanted.value}'"
        message = f"{wanted.name}: expected {expected}; found {actual}; {wanted.otherwise}"
        yield finding(wanted.check, message, None, wanted.needed_by)


def _all_attributes(header: Header) -> Iterator[Finding]:
    limit, masking = convention().limits.attribute_length, convention().names.masking
    attributes = [(name, value) for name, value in header.attributes.items()]
    attributes += [(f"{v}:{name}", value) for v, w in header.variables.items() for name, value in w.attributes.items()]
    if long := [name for name, value in attributes if isinstance(value, str) and len(value) > limit]:
        yield finding("attribute-length", f"found more than {limit} characters in {some(long)}")
    if vectors := [name for name, value in attributes if isinstance(value, tuple) and len(value) > 1]:
        yield finding("vector-attribute", f"found several numbers in {some(vectors)}")
    known = {v.name for v in convention().variables if v.dims[:1] == ("frame",)} & set(header.variables)
    if masks := [f"{v}:{m}" for v in sorted(known) for m in masking if m in header.variables[v].attributes]:
        yield finding("masking", f"found {some(masks)}")


def _scaling(header: Header) -> Iterator[Finding]:
    known = {v.name for v in convention().variables if v.of == "convention"}
    bad = []
    for name, variable in header.variables.items():
        for attribute, neutral in zip(convention().names.scaling, (1.0, 0.0), strict=True):
            value = variable.attributes.get(attribute)
            number = value[0] if isinstance(value, tuple) and len(value) == 1 else None
            if value is None or (name in known and isinstance(number, float) and number == neutral):
                continue
            if name == "velocities" and attribute == "scale_factor" and isinstance(number, float):
                yield finding("velocity-scale", f"velocities:scale_factor is {number:g}")
            else:
                bad.append(f"{name}:{attribute}")
    if bad:
        yield finding("scale-factor", f"found {some(bad)}")


def _dimensions(header: Header) -> Iterator[Finding]:
    for wanted in convention().dimensions:
        name, found = wanted.name, header.sizes.get(wanted.name)
        if not wanted.required or (wanted.with_ and not set(wanted.with_) & set(header.variables)):
            continue
        if found is None:
            problem = "the dimension is missing"
        elif wanted.unlimited and name != header.unlimited:
            problem = f"expected it to be unlimited; found the fixed size {found}"
        elif found < wanted.least or (wanted.size is not None and found != wanted.size):
            problem = f"expected {wanted.size or f'at least {wanted.least}'}; found {found}"
        else:
            continue
        yield finding(wanted.check, f"dimension {name}: {problem}; {wanted.otherwise}", None, wanted.needed_by)
    if "frame" in header.sizes and header.sizes["frame"] < 1:
        yield finding("frames", "found no frames")
    if reserved := [name for name in header.sizes if name in convention().names.parmed]:
        yield finding(
            "reserved-dimension", f"found {'dimensions' if len(reserved) > 1 else 'dimension'} {some(reserved)}"
        )


def _variable(wanted: Variable, contents: Contents) -> Iterator[Finding]:
    variables = contents.header.variables
    found = variables.get(wanted.name)
    needed_by = ("kadita",) if wanted.of == "kadita" else ()
    if found is None:
        if wanted.required and (not wanted.with_ or set(wanted.with_) & set(variables)):
            message = f"the variable {wanted.name} is missing; {wanted.otherwise}"
            yield finding(wanted.check, message, None, wanted.needed_by)
        return
    if wanted.text:
        if found.dims != wanted.dims or found.type != "char":
            expected = f"{wanted.types[0]} {_signature(wanted.name, wanted.dims)}; found {found.type} "
            expected += _signature(wanted.name, found.dims)
        elif (text := _text(contents, wanted.name)) != wanted.text:
            expected = f"{wanted.name} to hold {', '.join(wanted.text)}; found {some(text) or 'too long a text'}"
        else:
            return
        yield finding(wanted.check, f"expected {expected}")
        return
    if found.dims != wanted.dims:
        expected, got = (_signature(wanted.name, dims) for dims in (wanted.dims, found.dims))
        yield finding("dims", f"expected {expected}; found {got}", None, needed_by)
    if found.type in wanted.readable:
        yield finding("precision", f"{wanted.name}: expected {wanted.types[0]}; found {found.type}")
    elif found.type not in wanted.types:
        expected = " or ".join((*wanted.types, *wanted.readable))
        yield finding("type", f"{wanted.name}: expected {expected}; found {found.type}", None, needed_by)
    units = found.attributes.get("units")
    if wanted.units is not None and units != wanted.units:
        actual = "none" if units is None else f"'{short(units)}'"
        yield finding("units", f"{wanted.name}: expected the unit '{wanted.units}'; found {actual}")


def _signature(name: str, dims: tuple[str, ...]) -> str:
    return f"{name}({some(dims)})"


def _text(contents: Contents, name: str) -> tuple[str, ...]:
    """Return the text of a char variable, one string per row with its padding; empty if it is too long."""
    characters = contents.fixed(name)
    if characters is None or characters.size > 1000:
        return ()
    return tuple(bytes(b"".join(row.ravel().tolist()).ljust(row.size)).decode("latin-1") for row in characters)
