"""The study of the field's models: its table says what holds, and the pages say what the table and the models say."""

import csv
import re
import tomllib
from pathlib import Path

import pytest
from studies import modules_of

import kadita
from kadita.plugins.loading import load_registry

ROOT = Path(__file__).resolve().parents[2]
FOLDER, PAGES = ROOT / "analyses" / "models", ROOT / "docs" / "models"
STUDY = tomllib.loads((FOLDER / "study.toml").read_text(encoding="utf-8"))
SCENARIOS = (
    "vicsek-2d", "couzin-2d", "abp-2d", "run-and-tumble", "aoup", "dorsogna-mill", "informed", "predator-prey", "tank",
    "topological",
)  # fmt: skip
NOT_MET = [("Pe = 120, N = 4000, random, t = 300", "sd of packing")]  # its page says so


@pytest.fixture(scope="module")
def module():
    with modules_of("models") as modules:
        yield modules


@pytest.fixture(scope="module")
def table():
    with (FOLDER / "table.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_table_has_all_rows_of_the_study(module, table):
    for family in STUDY["families"]:
        rows = [(row.model, row.setting, quantity) for row in module(family).rows() for quantity in row.expected]
        assert rows, family
        assert [
            (line["model"], line["setting"], line["quantity"]) for line in table if line["family"] == family
        ] == rows


def test_the_table_says_what_holds(module, table):
    """Whether a measurement is what is expected is computed once more, from the rows and the numbers of the table."""
    expected = {
        (row.model, row.setting, quantity): each
        for family in STUDY["families"]
        for row in module(family).rows()
        for quantity, each in row.expected.items()
    }
    for line in table:
        each = expected[line["model"], line["setting"], line["quantity"]]
        assert (line["holds"] == "yes") == each.holds(float(line["measured"]), float(line["error"])), line
    assert [(line["setting"], line["quantity"]) for line in table if line["holds"] != "yes"] == NOT_MET


def test_tables_of_the_pages_are_those_of_the_models_and_of_the_study(module):
    with_tables = module("pages").with_tables
    for page in PAGES.glob("*.md"):
        text = page.read_text(encoding="utf-8")
        assert with_tables(text) == text, page.name
        assert "<!-- parameters: " in text
        for table in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
            columns = {len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}
            assert len(columns) == 1, table


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_scenario_has_a_page_with_its_picture_and_parameters(scenario):
    model = kadita.load_configuration(scenario).model
    (page,) = [page for page in PAGES.glob("*.md") if f"]({scenario}.png)" in page.read_text(encoding="utf-8")]
    assert (PAGES / f"{scenario}.png").is_file()
    assert f"<!-- parameters: {model} -->" in page.read_text(encoding="utf-8")
    assert scenario in STUDY["pictures"]


def test_every_scenario_is_one_of_a_built_in_plugin():
    assert set(SCENARIOS) <= set(load_registry().scenarios)


def test_faults_to_plant_are_faults_of_lines_that_exist():
    faults = [
        fault
        for file in (FOLDER / "faults").glob("*.toml")
        for fault in tomllib.loads(file.read_text(encoding="utf-8"))["fault"]
    ]
    assert len(faults) >= 10
    for fault in faults:
        assert (ROOT / fault["file"]).read_text(encoding="utf-8").count(fault["old"]) == 1, fault["name"]
        assert (ROOT / fault["test"].split("::")[0]).is_file(), fault["name"]
