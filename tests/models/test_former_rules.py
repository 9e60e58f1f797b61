"""Rules of the former form, with positional arguments, warn and give the bits of rules with records."""

import hashlib
import math
from typing import ClassVar

import numpy as np
import pytest

import kadita
from kadita.base.renamed import RenamedWarning
from kadita.models import (
    NOISE,
    NOTHING,
    NOWHERE,
    ONE,
    Model,
    across,
    choose,
    cosine_and_sine,
    count,
    dot,
    jitable,
    normals,
    opposite,
    rotated,
    scaled,
    times,
    total,
    uniforms,
    unit,
    where,
)
from kadita.simulation.configuration import RunConfiguration
from kadita.simulation.integration import Integration
from kadita_active import ActiveBrownian
from kadita_couzin import Couzin
from kadita_vicsek import Vicsek


@jitable
def vicsek_turn(u, sums, g, c, key):
    mean = unit(sums[0], u)
    height, longitude, _, _ = uniforms(key[0], key[1], key[2], NOISE)
    rise = c.noise * height
    cosine, sine = 1 - 2 * rise, 2 * math.sqrt(rise * (1 - rise))
    first = across(mean, (1.0, 0.0, 0.0) if abs(mean[0]) < abs(mean[1]) else (0.0, 1.0, 0.0))
    second = (
        mean[1] * first[2] - mean[2] * first[1],
        mean[2] * first[0] - mean[0] * first[2],
        mean[0] * first[1] - mean[1] * first[0],
    )
    east, north = cosine_and_sine(2.0 * math.pi * longitude)
    return rotated(mean, rotated(first, second, east, north), cosine, sine)


@jitable
def abp_pair(d, square, u, v, c):
    outward = ONE * c.per_diameter - ONE / np.sqrt(square)
    outward = outward if (square < c.diameter_squared) & (square > 0) else np.float32(0)
    return scaled(outward, d), NOTHING, NOTHING, count(False)


@jitable
def abp_turn(u, sums, g, c, key):
    noise = g[0], g[1], g[2]
    sideways = across(u, noise)
    cosine, sine = cosine_and_sine(c.bend * dot(sideways, noise))
    return rotated(u, sideways, cosine, sine)


@jitable
def abp_displacement(u, sums, g, c, key):
    x, y, z, _ = normals(key[0], key[1], key[2], 3)
    return total(times(c.contact, sums[0]), times(c.jump, (x, y, z)), NOWHERE)


@jitable
def couzin_pair(d, square, u, v, c):
    per_length = ONE / np.sqrt(square)
    toward = scaled(per_length, d)
    seen = (u[0] * d[0] + u[1] * d[1] + u[2] * d[2]) * per_length > c.cosine * ONE
    near = (square < c.r_r_squared) & (square > 0)
    oriented = seen & (square < c.r_o_squared)
    attracted = seen & (square < c.r_a_squared) & (square >= c.r_o_squared)
    return where(near, opposite(toward)), where(oriented, v), where(attracted, toward), count(near)


@jitable
def couzin_turn(u, sums, g, c, key):
    away, along, toward, n_near = sums
    social = total(unit(along, NOWHERE), unit(toward, NOWHERE), NOWHERE)
    desired = unit(choose(n_near > 0, away, social), u)
    cosine, sine = cosine_and_sine(c.noise * g[0])
    desired = rotated(desired, across(desired, (g[1], g[2], g[3])), cosine, sine)
    sideways = across(u, desired)
    cosine, sine = dot(u, desired), dot(sideways, desired)
    within = sine * c.cos_limit - cosine * c.sin_limit <= 0
    sideways = choose(dot(sideways, sideways) > 0, sideways, across(u, (g[1], g[2], g[3])))
    return choose(within, desired, rotated(u, sideways, c.cos_limit, c.sin_limit))


FORMER = {
    "abp": (ActiveBrownian, {"pair": abp_pair, "turn": abp_turn, "displacement": abp_displacement}),
    "torus": (Couzin, {"pair": couzin_pair, "turn": couzin_turn}),
}


def digest(model, steps):
    run = RunConfiguration(model=model.name, steps=steps, seed=9, parameters=model)
    state = Integration(run, 1, None)
    state.advance(steps)
    return hashlib.sha256(state.positions.tobytes() + state.headings.tobytes()).hexdigest()


@pytest.mark.slow
@pytest.mark.parametrize("scenario", FORMER)
def test_the_bits_of_a_model_do_not_depend_on_the_form_of_its_rules(scenario):
    cls, rules = FORMER[scenario]
    with pytest.warns(RenamedWarning) as said:
        former = type("Former", (cls,), {name: staticmethod(rule) for name, rule in rules.items()})
    assert {str(w.message).partition(" is now ")[0] for w in said} == {
        f"Former.{name}({'u, sums, g, c, key' if name != 'pair' else 'd, square, u, v, c'})" for name in rules
    }
    parameters = kadita.load_configuration(scenario, parameters={"agents": 80}).parameters
    assert digest(former(**parameters.model_dump()), 50) == digest(parameters, 50)


@pytest.mark.slow
def test_a_rule_that_depends_on_parameters_may_have_the_former_form_too():
    class Chosen(Vicsek):
        name: ClassVar[str] = "chosen"

        @property
        def turn(self):
            return vicsek_turn

    parameters = kadita.load_configuration("vicsek", parameters={"agents": 80}).parameters
    with pytest.warns(RenamedWarning, match=r"Chosen.turn\(u, sums, g, c, key\) is now Chosen.turn\(agent, sums\)"):
        chosen = digest(Chosen(**parameters.model_dump()), 20)
    assert chosen == digest(parameters, 20)


def test_a_rule_with_another_number_of_arguments_is_left_as_it_is():
    class Odd(Model):
        name: ClassVar[str] = "odd"
        pair = staticmethod(jitable(lambda agent, other, more: None))

    with pytest.raises(kadita.KaditaError, match="pair of Whole: expected the arguments agent, other; got agent"):
        kadita.plugins.registry._as_model(type("Whole", (Odd,), WHOLE))


WHOLE = {
    "cutoff": property(lambda self: 0.0),
    "constants": property(lambda self: {}),
    "turn": staticmethod(jitable(lambda agent, sums: agent.heading)),
}
