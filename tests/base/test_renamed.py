"""Names that have changed go on working, with a warning that names the new one; plugins of before load and compute."""

import subprocess
import sys
import warnings
from importlib import import_module

import numpy as np
import pytest

import kadita
from kadita.base import renamed
from kadita.plugins.loading import load_registry

METRIC = '''
from kadita import Block, hookimpl, metric
from kadita.box import sum_over_agents
from kadita.compiled import kernel
from kadita.information import histogram_entropy
from kadita.linking import LinkDistance, linked


@metric()
def doubled(block: Block, group_count):
    """Twice the number of clusters, (T,)."""
    return 2 * group_count


@hookimpl
def kadita_metrics():
    return [doubled]
'''
MODEL = '''
from typing import ClassVar

from kadita import Model, hookimpl
from kadita.compiled import part
from kadita.models.elementary import cosine_and_sine
from kadita.models.model import Positive
from kadita.models.pairs import NOTHING, count, where
from kadita.models.vectors import NOWHERE, unit


@part
def pair(d, square, u, v, c):
    return where(square < c.square, v), NOTHING, NOTHING, count(square < c.square)


@part
def turn(u, sums, g, c, key):
    return unit(sums[0], u)


@part
def push(u, sums, g, c, key):
    return 0.5 * u[0], 0.5 * u[1], 0.5 * u[2]


class Drifting(Model):
    """Agents that align, and are carried along their headings."""

    name: ClassVar[str] = "drifting"
    pair = staticmethod(pair)
    turn = staticmethod(turn)
    push = staticmethod(push)
    radius: Positive

    @property
    def reach(self):
        return self.radius

    @property
    def constants(self):
        return {"square": self.radius**2}

    @property
    def attributes(self):
        return {"r_a": self.radius}


@hookimpl
def kadita_models():
    return [Drifting]
'''
RUN = """
model = "drifting"
steps = 2

[parameters]
agents = 10
box = 5.0
speed = 1.0
time_step = 1.0
radius = 0.01

[[group]]
name = "slow"
count = 4
speed = 0.5
"""


def heard(caught):
    return {str(w.message) for w in caught if issubclass(w.category, renamed.RenamedWarning)}


@pytest.mark.parametrize("old", renamed.NAMES)
def test_a_renamed_object_is_the_new_one(old):
    module, _, name = old.rpartition(".")
    with pytest.warns(DeprecationWarning, match=f"{old} is now {renamed.NAMES[old]}"):
        found = getattr(import_module(module), name)
    place, _, new = renamed.NAMES[old].rpartition(".")
    assert found is getattr(import_module(place), new)


@pytest.mark.parametrize("module", renamed.MODULES)
def test_a_module_that_moved_knows_the_names_of_the_new_one(module):
    place = import_module(renamed.MODULES[module][0])
    name = next(n for n in getattr(place, "__all__", dir(place)) if not n.startswith("_"))
    with pytest.warns(DeprecationWarning, match=f"{module}.{name} is now {place.__name__}.{name}"):
        assert getattr(import_module(module), name) is getattr(place, name)
    with pytest.raises(AttributeError, match="nonsense"):
        import_module(module).nonsense  # noqa: B018


def test_metrics_and_keywords_of_before(tmp_path):
    (tmp_path / "doubled.py").write_text(METRIC)
    block = kadita.Block([[0.0, 0, 0], [1, 0, 0], [9, 0, 0]])
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", renamed.RenamedWarning)
        found = kadita.analyze(
            block,
            ["doubled", "group_count"],
            plugins=[tmp_path / "doubled.py"],
            parameters={"group_count.link_distance": 2.0},
        )
        assert found["group_count"] == found["cluster_count"] == 2
        assert found["doubled"] == 4
        assert kadita.analyze(block, ["cluster_count"], largest_group=2.0, parameters={"link_distance": 2})[
            "cluster_count"
        ] == [1]
        assert found.wholes == found.analyses
    said = heard(caught)
    for old, new in (
        ("kadita.compiled.kernel", "kadita.plugins.metrics.kernel"),
        ("kadita.information.histogram_entropy", "kadita.plugins.metrics.histogram_entropy"),
        ("'group_count'", "'cluster_count'"),
        ("'largest_group'", "'largest_cluster'"),
        ("Results.wholes", "analyses"),
    ):
        assert f"{old} is now {new}" in said


@pytest.mark.slow
def test_models_and_configurations_of_before(tmp_path):
    (tmp_path / "drifting.py").write_text(MODEL)
    (tmp_path / "drifting.toml").write_text(RUN)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", renamed.RenamedWarning)
        registry = load_registry([tmp_path / "drifting.py"])
        school = kadita.simulate(tmp_path / "drifting.toml", registry=registry)
        x = np.concatenate([b.positions for b in school.blocks()])
    steps = np.linalg.norm(kadita.Box(5.0).minimum_image(x[1] - x[0]), axis=1)
    np.testing.assert_allclose(steps, np.repeat([0.5, 1.0], [4, 6]) + 0.5, rtol=1e-5)  # swum, and carried
    assert list(school.species[3:5]) == ["slow", "others"]
    assert {
        "kadita.compiled.part is now kadita.models.jitable",
        "kadita.models.pairs.count is now kadita.models.count",
        "kadita.models.elementary.cosine_and_sine is now kadita.models.cosine_and_sine",
        "Drifting.reach is now cutoff",
        "Drifting.push is now displacement",
        "'group' is now 'species'",
    } <= heard(caught)


def test_the_command_line_takes_old_options_and_says_the_new_ones(tmp_path):
    (tmp_path / "run.py").write_text("import sys; from kadita.cli import main; sys.exit(main(sys.argv[1:]))")
    command = ["run", "torus", "--steps", "0", "--analyze", "-m", "group_count", "--largest-group=r_a"]
    done = subprocess.run(
        [sys.executable, "run.py", *command, "--no-trajectory"], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "cluster_count" in done.stdout
    assert "'--largest-group' is now '--largest-cluster'" in done.stderr
    assert "'group_count' is now 'cluster_count'" in done.stderr
