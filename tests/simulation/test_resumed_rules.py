"""A run that goes on after its model's rules were edited begins anew, so that no file holds frames of two models."""

import pytest

import kadita

WALKER = '''
from typing import ClassVar

from kadita import Model, hookimpl
from kadita.base.jit import jitable
from kadita.models.fixed_point import NOTHING
from kadita.models.vectors import rotated, unit


@jitable
def pair(agent, other):
    """Take no notice."""
    return NOTHING, NOTHING, NOTHING, 0


@jitable
def turn(agent, sums):
    """Turn about the vertical."""
    u = agent.heading
    return unit((u[0] - {rate} * u[1], u[1] + {rate} * u[0], u[2]), u)


class Walker(Model):
    """Goes in circles."""

    name: ClassVar[str] = "walker"
    pair = staticmethod(pair)
    turn = staticmethod(turn)

    @property
    def cutoff(self):
        return 0.0

    @property
    def constants(self):
        return {{"slow": {slow}}}


@hookimpl
def kadita_models():
    return [Walker]
'''
RUN = """
model = "walker"
steps = 300
every = 1

[parameters]
agents = 3
box = 10.0
speed = 1.0
time_step = 0.1
"""


def begin(folder, slow=1.0, rate=0.1):
    (folder / "walkers.py").write_text(WALKER.format(rate=rate, slow=slow))
    (folder / "walk.toml").write_text(RUN)
    return kadita.simulate(str(folder / "walk.toml"), plugins=[folder / "walkers.py"])


def stop_after_two_blocks(path, **rules):
    with begin(path.parent, **rules) as school:
        school.record(path, checkpoint_every=0)
        for number, _ in enumerate(school.stream()):
            school.stopping = number == 1


def go_on(path, **rules):
    """Return how many frames pass, and the bytes of the file."""
    with begin(path.parent, **rules) as school:
        school.record(path, resume=True)
        passed = sum(len(block) for block in school.stream())
    return passed, path.read_bytes()


def whole(path, **rules):
    with begin(path.parent, **rules) as school:
        school.record(path, force=True)
        for _ in school.stream():
            pass
    return path.read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("edited", [{"rate": 0.2}, {"slow": 2.0}], ids=["a rule", "a number that rules are given"])
def test_edited_rules_begin_anew(tmp_path, edited):
    path = tmp_path / "walk.nc"
    stop_after_two_blocks(path)
    assert go_on(path, **edited) == (301, whole(tmp_path / "whole.nc", **edited))


def test_the_same_rules_loaded_anew_go_on(tmp_path):
    path = tmp_path / "walk.nc"
    stop_after_two_blocks(path)
    assert go_on(path) == (301 - 128, whole(tmp_path / "whole.nc"))
