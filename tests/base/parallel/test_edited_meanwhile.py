"""Workers of a cluster live longer than an analysis: files that were edited in between are loaded and opened anew."""

import numpy as np
import pytest

import kadita
from kadita.io.amber.writer import AmberWriter

CONSTANT = '''
from kadita import hookimpl, metric


@metric()
def constant(block):
    """A number that stands in this file."""
    return [{number}] * len(block)


@hookimpl
def kadita_metrics():
    return [constant]
'''
SWEEP = """
scenario = "torus"
steps = 20
every = 10
seeds = 8
metrics = ["constant"]
begin = 0.0

[parameters]
agents = 5
"""


def test_an_analysis_is_of_the_files_as_they_are_now(cluster, tmp_path):
    plugin, path = tmp_path / "lab.py", tmp_path / "school.nc"
    for number in (1.0, 2.0):
        plugin.write_text(CONSTANT.format(number=number))
        x = number * np.broadcast_to([[-1.0, 0.0, 0.0], [1.0, 0.0, 0.0]], (1100, 2, 3))
        with AmberWriter(path, 2, periodic=False, force=True) as writer:
            writer.write(x, np.ones_like(x), np.arange(1100) * 0.5)
        found = kadita.analyze(path, ["constant", "spread"], plugins=[plugin], scheduler=cluster.address)
        near = kadita.analyze(path, ["constant", "spread"], plugins=[plugin])
        assert set(found["constant"]) == set(found["spread"]) == {number}
        assert found.series["constant"].plugin_version == near.series["constant"].plugin_version
        assert found.provenance == near.provenance


@pytest.mark.filterwarnings("ignore:8 of 8 series are not equilibrated")
def test_a_sweep_is_of_the_plugin_as_it_is_now(cluster, tmp_path):
    from kadita.simulation.sweep import run_sweep

    plugin, configuration = tmp_path / "lab.py", tmp_path / "small.toml"
    configuration.write_text(SWEEP)
    for number in (1.0, 2.0):
        plugin.write_text(CONSTANT.format(number=number))
        output = tmp_path / f"{number:g}"
        table, _ = run_sweep(configuration, output=output, plugins=[plugin], scheduler=cluster.address)
        assert set(np.genfromtxt(table, delimiter=",", names=True)["constant"]) == {number}
