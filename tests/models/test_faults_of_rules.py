"""A rule with a fault ends the run before it starts, with one line that says what to write instead."""

import re

import pytest

import kadita

ALIGNING = """
from typing import ClassVar

from kadita import Model, hookimpl
from kadita.models import NOTHING, Positive, count, jitable, turned, unit, where


@jitable
def pair(agent, other):
    near = other.square < agent.constants.radius_squared
    return where(near, other.heading), NOTHING, NOTHING, count(near)


@jitable
def turn(agent, sums):
    return turned(unit(sums[0], agent.heading), agent.constants.noise * agent.normals[0])


class Aligning(Model):
    name: ClassVar[str] = "aligning"
    works_in: ClassVar[frozenset[int]] = frozenset({2})
    pair = staticmethod(pair)
    turn = staticmethod(turn)
    radius: Positive = 1.0

    @property
    def cutoff(self):
        return self.radius

    @property
    def constants(self):
        return {"radius_squared": self.radius**2, "noise": 0.1}


@hookimpl
def kadita_models():
    return [Aligning]
"""

IN_FIXED_POINT = "pair: expected vectors in fixed point, as where(condition, other.heading), "
FAULTS = {
    "an unknown constant": (
        ("constants.noise", "constants.nois"),
        "turn: agent.constants has no nois (did you mean noise?); it has radius_squared, noise, stride",
    ),
    "a constant of the agent": (
        ("agent.constants.noise", "agent.noise"),
        "turn: agent has no noise (did you mean agent.constants.noise?); it has position, heading, ",
    ),
    "a number that is not kept": (
        ("agent.constants.noise", "agent.variables.clock"),
        "turn: agent.variables has no clock; it has no fields",
    ),
    "a velocity where the state is a heading": (
        ("other.heading", "other.velocity"),
        "pair: other has no velocity; it has displacement, square, heading, species",
    ),
    "an attribute of no record": (
        ("agent.normals[0]", "agent.normals.first"),
        "turn: AttributeError: 'tuple' object has no attribute 'first'",
    ),
    "floats": (
        ("other.heading", "other.displacement"),
        f"{IN_FIXED_POINT}directed(share, other), scaled, velocity_difference and NOTHING are; "
        "got the floats (0.5, 0, 0)",
    ),
    "a number that is a float": (
        ("count(near)", "1.0"),
        "pair: expected an integer as the number, as count(condition) ",
    ),
    "a vector alone": (
        ("other.heading), NOTHING, NOTHING, count(near)", "other.heading)"),
        "pair: expected (vector, vector, vector, number), NOTHING where there is none; got (",
    ),
    "the name of a species, as that of the other": (
        ("near = ", 'near = (other.species != "predator") & '),
        "pair: TypeError: species are numbers, 0 for agents of no declared species; compared with 'predator'",
    ),
    "the name of a species, as that of the agent": (
        ("agent.normals[0]", '(1.0 if agent.species == "others" else 0.0)'),
        "turn: TypeError: species are numbers, 0 for agents of no declared species; compared with 'others'",
    ),
}


def run(folder, rules):
    file = folder / "aligning.py"
    file.write_text(rules)
    (folder / "aligning.toml").write_text(
        'model = "aligning"\nsteps = 4\nevery = 2\n\n'
        "[parameters]\nagents = 5\ndimensions = 2\nbox = 10.0\nspeed = 1.0\ntime_step = 0.1\n"
    )
    return kadita.run(folder / "aligning.toml", plugins=[file], output=folder / "aligning.nc")


@pytest.mark.parametrize("fault", FAULTS)
def test_the_line_says_what_the_rule_has_and_what_is_expected(fault, tmp_path):
    (old, new), message = FAULTS[fault]
    assert old in ALIGNING
    line = re.escape(f"model aligning (aligning.py) failed: {message}")
    with pytest.raises(kadita.KaditaError, match=f"^{line}"):
        run(tmp_path, ALIGNING.replace(old, new))
    assert not (tmp_path / "aligning.nc").exists()


def test_a_rule_that_is_a_method_is_refused_when_the_plugin_is_loaded(tmp_path):
    rules = ALIGNING.replace("staticmethod(turn)", "turn")
    with pytest.raises(kadita.KaditaError, match=r"turn of Aligning: expected turn = staticmethod\(FUNCTION\)"):
        run(tmp_path, rules)


@pytest.mark.slow
def test_nan_in_a_plane_is_no_departure_from_it(tmp_path):
    """Compiled 0 / 0 is NaN, which is neither in the plane nor out of it."""
    rules = ALIGNING.replace(
        "return turned(unit(sums[0]", "x = agent.position[2] / agent.position[2]\n    return (x, x, x)"
    )
    rules = re.sub(r"(return \(x, x, x\)).*", r"\1", rules)
    with pytest.raises(kadita.KaditaError, match=r"has heading \(nan, nan, nan\) .* expected a unit vector and finite"):
        run(tmp_path, rules)
