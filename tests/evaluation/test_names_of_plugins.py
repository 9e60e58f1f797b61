"""What is special of a metric is declared by it: no name of what a plugin brings stands in the core."""

import ast
import re
from pathlib import Path

import numpy as np
import pytest

import kadita
from kadita import Block, metric
from kadita.cli import main
from kadita.evaluation.figures.stacked import draw
from kadita.plugins.loading import load_registry
from kadita.plugins.registry import Plugin, Registry

CORE = Path(kadita.__file__).parent
HOMONYMS = {  # words that are a name, too, and mean something else
    ("testing/symmetries.py", "rotation"),  # of the school in space
    ("plugins/parameter_words.py", "table"),  # a TOML table, as kind of a parameter
    ("models/model.py", "state"),  # of a model, of which a velocity is a variable
    ("school/velocity_kinds.py", "state"),
    ("simulation/checks.py", "state"),
}


@pytest.fixture(scope="module")
def school(tmp_path_factory):
    """A small trajectory."""
    return kadita.run("torus", agents=10, steps=40, every=10, output=tmp_path_factory.mktemp("school") / "school.nc")


def strings_in(file):
    """Words of code: what is no docstring."""
    tree = ast.parse(file.read_text())
    documented = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and isinstance(node.body[0], ast.Expr)
    }
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documented
    }


def test_no_name_of_what_a_plugin_brings_stands_in_the_core():
    registry = load_registry()
    names = {*registry.metrics, *registry.analyses, *registry.models, *registry.scenarios, *registry.importers}
    files = [file for file in CORE.rglob("*.py") if "renamed" not in file.parts]
    found = {(str(file.relative_to(CORE)), word) for file in files for word in strings_in(file) if word in names}
    assert found == HOMONYMS


def in_units(units, name):
    def rows(block):
        """A number between 0.2 and 0.3."""
        return np.linspace(0.2, 0.3, len(block))

    rows.__name__ = name
    return metric(units=units)(rows)


@pytest.mark.parametrize("name", ["spread", "share"])
@pytest.mark.parametrize(("units", "shown"), [("1", True), ("length", False)])
def test_numbers_without_a_unit_between_0_and_1_are_drawn_on_that_axis(rng, tmp_path, name, units, shown):
    registry = Registry()
    registry.add(Plugin("mine", "mine", "1"), metrics=[in_units(units, name)])
    draw(kadita.analyze(Block(rng.normal(size=(20, 4, 3))), registry=registry), tmp_path / "a.svg")
    along_the_value = (tmp_path / "a.svg").read_text().rpartition("<!-- time -->")[2]
    assert ({"0.0", "0.5", "1.0"} <= set(re.findall(r"<!-- ([\d.]+) -->", along_the_value))) is shown


PLOTTED = '''
from kadita import hookimpl, metric


@metric(plotted=True)
def lateness(block):
    """Time of a frame."""
    return block.times


@hookimpl
def kadita_metrics():
    return [lateness]
'''


def test_metrics_that_say_so_are_drawn_where_none_is_named(school, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("lateness.py").write_text(PLOTTED)
    assert main(["plot", str(school), "-o", "a.png"]) == 0
    shown = ["polarization", "rotation", "oceanic_schooling_index"]
    assert main(["plot", str(school), "-o", "b.png", *(word for name in shown for word in ("-m", name))]) == 0
    assert Path("a.png").read_bytes() == Path("b.png").read_bytes()
    assert main(["plot", str(school), "-o", "c.svg", "--plugin", "lateness.py"]) == 0
    drawn = Path("c.svg").read_text()
    titles = ["polarization", "rotation", "lateness", "oceanic schooling index", "spread"]
    assert [t for t in titles if f"<!-- {t} -->" in drawn] == titles[:-1]
