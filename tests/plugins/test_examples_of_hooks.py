"""Every hook shows a plugin that a newcomer can copy: here it is taken from the docstring, and used."""

from __future__ import annotations

import csv
import importlib
import inspect
import re
import shlex
import sys
import textwrap
import tomllib
from types import SimpleNamespace

import numpy as np
import pytest

import kadita as api
from kadita import Block, KaditaError
from kadita.cli import main
from kadita.plugins.loading import _installed, hooks, load_registry
from kadita.testing import check_analysis, check_importer, check_metric, check_model, schools

LITERAL = re.compile(r"::\n\n((?: {4}.*\n|\n)+)")
COMMAND = re.compile(r"for ``(kadita [^`]+)``")
HOOKS = [name for name in vars(hooks) if name.startswith("kadita_")]
FLOCK = """
model = "flocking"
steps = 40
every = 10
[parameters]
agents = 60
box = 6.0
speed = 0.5
time_step = 0.1
radius = 6.0
noise = {noise}
"""


def literals(thing):
    return [textwrap.dedent(block).strip() + "\n" for block in LITERAL.findall((inspect.getdoc(thing) or "") + "\n")]


def files_of(hook):
    """Return the files of a hook's example by name, as their first lines have it."""
    return {text.partition("\n")[0].removeprefix("# "): text for text in literals(hook) if text.startswith("# ")}


def without_example(module):
    """Return what is wrong with the documentation of a module's hooks, a line for each that lacks something."""
    for name, hook in vars(module).items():
        if not name.startswith("kadita_"):
            continue
        plugins = [text for file, text in files_of(hook).items() if file.endswith(".py")]
        if not (inspect.getdoc(hook) or "").strip():
            yield f"{name} has no docstring"
        elif not any(f"@hookimpl\ndef {name}():" in text for text in plugins):
            yield f"{name} has no example: a whole plugin file, `# name.py` its first line, that implements it"
        elif not COMMAND.search(" ".join(inspect.getdoc(hook).split())):
            yield f"{name} has no command that uses its example: for ``kadita ...``"


@pytest.fixture
def example(tmp_path, monkeypatch):
    """Write the files of a hook's example into an empty folder, and return the command that it is for."""
    monkeypatch.chdir(tmp_path)

    def write(hook):
        for name, text in files_of(hook).items():
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_text(text)
        return shlex.split(COMMAND.search(" ".join(inspect.getdoc(hook).split()))[1])[1:]

    return write


@pytest.fixture
def school(tmp_path):
    """Of agents that all swim at 0.05 in every frame."""
    return api.run("vicsek", steps=20, every=2, seed=3, output=tmp_path / "school.nc", parameters={"agents": 40})


def test_every_hook_has_an_example_and_a_test_of_it():
    assert list(without_example(hooks)) == []
    assert [f"no test uses the example of {name}" for name in HOOKS if f"test_{name}" not in globals()] == []


def test_a_hook_without_example_is_named():
    def kadita_gadgets():
        """Return gadgets.

        Example::

            # gadgets.py
            GADGETS = []
        """

    planted = SimpleNamespace(kadita_gadgets=kadita_gadgets, kadita_widgets=lambda: [])
    assert list(without_example(planted)) == [
        "kadita_gadgets has no example: a whole plugin file, `# name.py` its first line, that implements it",
        "kadita_widgets has no docstring",
    ]


def test_kadita_metrics(example, school, capsys):
    command = example(hooks.kadita_metrics)
    assert main(command) == 0  # all swim alike, so that none bursts
    assert re.search(r"bursting +0 ", capsys.readouterr().out)

    x = np.random.default_rng(1).normal(size=(2, 10, 3))
    v = np.zeros((2, 10, 3))
    v[0, :, 0] = [1, 1, 1, 1, 1, 1, 1, 1, 5, 5]  # 1.8 on average; in the other frame none moves
    bursting = {"plugins": ["bursting.py"]}
    np.testing.assert_array_equal(api.analyze(Block(x, v), "bursting", **bursting)["bursting"], [0.2, np.nan])
    few = api.analyze(Block(x, v), "bursting", parameters={"bursting.factor": 3}, **bursting)["bursting"]
    assert few[0] == 0
    with pytest.raises(KaditaError, match=r"bursting.factor: Input should be greater than 1; got 0.5"):
        api.analyze(Block(x, v), "bursting", parameters={"bursting.factor": 0.5}, **bursting)
    check_metric(load_registry(["bursting.py"])["bursting"], factor=1.2)


def test_kadita_analyses(example, school, tmp_path):
    assert main(example(hooks.kadita_analyses)) == 0
    table = next(file for file in tmp_path.glob("speeds*cruising_speed*.csv"))
    with table.open() as file:
        speeds = [float(row["cruising_speed"]) for row in csv.DictReader(file)]
    np.testing.assert_allclose(speeds, [0.05] * 40, rtol=1e-6)

    swimming = schools.isotropic(agents=12, frames=30)
    found = api.analyze(swimming, "cruising_speed", plugins=["cruising.py"]).analyses["cruising_speed"].values
    np.testing.assert_allclose(found, swimming.speeds.mean(axis=0), rtol=1e-12)
    check_analysis(load_registry(["cruising.py"]).analyses["cruising_speed"])


def test_kadita_models(example, tmp_path):
    command = example(hooks.kadita_models)
    order = {}
    for noise in (0.0, 20.0):  # everyone sees everyone: one step aligns them all, and error undoes it
        (tmp_path / "flock.toml").write_text(FLOCK.format(noise=noise))
        assert main([*command, "-o", f"{noise}.nc"]) == 0
        order[noise] = api.analyze(f"{noise}.nc", "polarization")["polarization"]
    np.testing.assert_allclose(order[0.0][1:], 1.0, atol=1e-6)
    assert order[20.0][1:].max() < 0.4
    flocking = load_registry(["flocking.py"]).models["flocking"]
    check_model(flocking, threads=False, agents=60, box=6.0, speed=0.5, time_step=0.1, radius=1.0)


def test_kadita_scenarios(example, tmp_path, monkeypatch):
    command = example(hooks.kadita_scenarios)
    entry = tomllib.loads(literals(hooks)[0])["project"]["entry-points"]["kadita"]  # as the module's docstring has it
    folder = tmp_path / "flocks-1.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: flocks\nVersion: 1.0\n")
    lines = [f"{name} = {module}" for name, module in entry.items()]
    (folder / "entry_points.txt").write_text("\n".join(["[kadita]", *lines]) + "\n")
    monkeypatch.syspath_prepend(tmp_path)
    importlib.invalidate_caches()
    _installed.cache_clear()
    try:
        assert str(load_registry().plugin_of("scenario", "street")) == "flocks (flocks 1.0)"
        assert main([*command, "--steps", "20", "-o", "street.nc"]) == 0
    finally:
        _installed.cache_clear()
        sys.modules.pop("flocks", None)
    with api.open("street.nc") as trajectory:
        (block,) = trajectory.blocks()
    assert block.shape == (3, 200)
    assert block.box.lengths == (20.0, 4.0, 4.0)


def test_kadita_importers(example, tmp_path):
    command = example(hooks.kadita_importers)
    rows = [(t, animal, 3.0 * t, 10.0 * animal) for t in range(5) for animal in (4, 7) if (t, animal) != (2, 7)]
    text = "frame animal x y\n" + "".join(" ".join(map(str, row)) + "\n" for row in rows)
    (tmp_path / "fish.xyt").write_text(text)
    assert main(command) == 0
    with api.open("fish.nc") as trajectory:
        blocks = list(trajectory.blocks())
        assert [block.shape for block in blocks] == [(2, 2), (1, 1), (2, 2)]  # one is not seen in the third frame
        np.testing.assert_allclose(blocks[0].positions[1], [[3, -40, 0], [3, -70, 0]])  # y of the image turned up
        np.testing.assert_allclose(
            blocks[0].velocities[1, 0], [75, 0, 0], rtol=1e-6
        )  # 3 px a frame, 25 frames a second
    xyt = load_registry(["xyt.py"]).importers["xyt"]
    check_importer(xyt, tmp_path / "fish.xyt")
    for damage in (text + "4 7 12 70\n", text.replace("3.0", "inf"), text.partition("\n")[2], text + "5 4 1\n"):
        (tmp_path / "damaged.xyt").write_text(damage)
        with pytest.raises(KaditaError, match="expected"):
            xyt.read(tmp_path / "damaged.xyt", {})
