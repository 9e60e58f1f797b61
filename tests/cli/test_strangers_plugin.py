"""Plugins in distributions of their own, made outside the repository and installed with pip."""

import os
import subprocess
import sys

import pytest

CROWDING = '''
from kadita import Block, hookimpl, metric


@metric(units="length")
def crowding(block: Block, *, k: int = 3):
    """Mean distance to the k nearest neighbours, (T,)."""
    return block.neighbor_distances(k).mean(axis=(1, 2))


@hookimpl
def kadita_metrics():
    return [crowding]
'''
OTHERS = {
    "broken": "raise RuntimeError('no licence found')\n",
    "thief": CROWDING.replace("crowding", "polarization"),
    "typo": CROWDING.replace("crowding", "other").replace("def kadita_metrics", "def kadita_metrcs"),
}


@pytest.fixture(scope="module")
def site(tmp_path_factory, distribution):
    """A folder into which pip has installed four plugins: a good one and three that are broken in their ways."""
    folder = tmp_path_factory.mktemp("plugins")
    for name, code in ({"crowding": CROWDING} | OTHERS).items():
        distribution(folder / name, name, {"__init__.py": code})
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "install"]
    options = ["--no-deps", "--no-index", "--no-build-isolation", "--target", str(folder / "site")]
    places = [str(folder / name) for name in ("crowding", *OTHERS)]
    subprocess.run([*pip, *options, *places], check=True, capture_output=True)
    return folder / "site"


@pytest.fixture
def environment(site):
    return {"env": os.environ | {"PYTHONPATH": str(site)}}


@pytest.mark.slow
def test_its_metric_is_listed_and_computed(process, school, environment):
    listing = process("metrics", **environment)
    assert listing.returncode == 0
    assert "crowding" in listing.stdout
    assert "plugin:          crowding (kadita-crowding 3.1)" in process("metrics", "crowding", **environment).stdout
    done = process("analyze", school, "-m", "crowding", "-m", "rotation", "--set", "crowding.k=5", **environment)
    assert done.returncode == 0
    assert "crowding" in done.stdout
    assert "rotation" in done.stdout


def test_broken_ones_are_named_once_and_stop_nothing(process, school, environment):
    done = process("analyze", school, "-m", "polarization", **environment)
    assert done.returncode == 0
    assert "polarization" in done.stdout
    lines = [line for line in done.stderr.splitlines() if "is left out" in line]
    assert len(lines) == 3
    assert (
        "plugin broken (kadita-broken 3.1) is left out: RuntimeError: no licence found (__init__.py, line 1)"
        in lines[0]
    )
    assert "plugin thief (kadita-thief 3.1) is left out: the metric name 'polarization' is taken by" in lines[1]
    assert "plugin typo (kadita-typo 3.1) is left out" in lines[2]
    assert "; expected one of kadita_metrics" in lines[2]


def test_without_them_nothing_is_said(command, school):
    done = command("analyze", school, "-m", "polarization")
    assert done.stderr == ""
    assert "no metric 'crowding'" in command("analyze", school, "-m", "crowding").stderr
