"""The convention as data is complete: what the validator checks is in it, and what is in it is checked."""

import re
import tomllib
from importlib.resources import files
from pathlib import Path

import pytest
from pydantic import ValidationError

import kadita.io.validation
from kadita.io.amber.convention import Convention, as_markdown, convention

FOLDER = Path(kadita.io.validation.__file__).parent


def raw():
    return tomllib.loads((files("kadita") / "schemas" / "trajectory.toml").read_text(encoding="utf-8"))


def test_every_check_is_used_and_every_check_used_is_there():
    code = "".join(path.read_text() for path in FOLDER.glob("*.py"))
    used = set(re.findall(r"(?:finding|note)\(\s*\"([a-z0-9-]+)\"", code))
    items = (*convention().attributes, *convention().dimensions, *convention().variables)
    used |= {item.check for item in items if item.check}
    assert used == {check.id for check in convention().checks}


def test_it_is_read_once_and_cannot_be_changed():
    assert convention() is convention()
    with pytest.raises(ValidationError):
        convention().limits.position = 1.0


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data["check"].append(data["check"][0]),
        lambda data: data["check"].pop(next(i for i, c in enumerate(data["check"]) if c["id"] == "time")),
        lambda data: data["check"][0].update(needed_by=["Nobody"]),
        lambda data: data["check"][0].update(severity="bad"),
        lambda data: data["check"][0].update(id="Not kebab"),
        lambda data: data["variable"][0].update(types=["real"]),
        lambda data: data["variable"][0].update(colour="blue"),
        lambda data: data["variable"].append(data["variable"][0]),
    ],
)
def test_data_that_contradict_themselves_are_refused(spoil):
    data = raw()
    Convention.model_validate(data)
    spoil(data)
    with pytest.raises(ValidationError):
        Convention.model_validate(data)


def test_tables_have_a_row_for_each_check_and_each_variable():
    variables = (*convention().variables, convention().kept)
    for what, items in (("checks", convention().checks), ("variables", variables)):
        lines = as_markdown(what).splitlines()
        assert len(lines) == 2 + len(items)
        assert {line.count(" | ") for line in lines} == {lines[0].count(" | ")}


def test_names_of_dimensions_that_stop_parmed_are_what_its_reader_has():
    parmed = pytest.importorskip("parmed", reason="ParmEd is not installed")
    reader = vars(parmed.amber.NetCDFTraj)
    properties = {name for name, value in reader.items() if isinstance(value, property)}
    assert properties - {"box"} <= set(convention().names.parmed)
    assert {name for name in convention().names.parmed if name in reader} == set(convention().names.parmed)
