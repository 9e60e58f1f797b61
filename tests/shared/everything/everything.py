"""A model that uses all that the engine offers: velocity as state, walls, k nearest, species, interactions, memory."""

import math
from typing import Annotated, ClassVar

from pydantic import Field

from kadita import Model, hookimpl
from kadita.models import NOTHING, Positive, count, directed, dot, jitable, times, total, velocity_difference

PUSH, DRIVE = 2.0, 0.5


@jitable
def sees(agent, other):
    """Others in front of the agent, and predators everywhere."""
    v, d = agent.velocity, other.displacement
    return (v[0] * d[0] + v[1] * d[1] + v[2] * d[2] > 0) | (other.species > 0)


@jitable
def pair(agent, other):
    """The difference of velocities, and a vector away from another, by the constants of the two species."""
    c = agent.constants
    return (
        velocity_difference(c.alignment, agent, other),
        directed(-c.repulsion / (c.unit + other.square), other),
        NOTHING,
        count(other.square >= 0),
    )


@jitable
def accelerate(agent, sums):
    """The next velocity, with noise whose strength follows the agent's clock."""
    c, v = agent.constants, agent.velocity
    aligned = times(2 * agent.largest_speed * c.step, sums[0])
    pushed = times(PUSH * c.step, sums[1])
    x, y, z, _ = agent.normals
    noise = times(c.noise * agent.variables.clock, (x, y, z))
    driven = times(c.step * DRIVE * (1 - dot(v, v)), v)
    wanted = total(total(v, aligned, pushed), driven, noise)
    return times(min(1.0, 2.0 / math.sqrt(max(dot(wanted, wanted), 1e-9))), wanted)


@jitable
def remember(agent, sums):
    """A clock that runs from 0 to 1."""
    clock = agent.variables.clock + 0.01 * (1 + agent.number % 3)
    return (clock - 1.0 if clock >= 1.0 else clock,)


class Everything(Model):
    """A school in a tank, of agents that align with the nearest they see, and flee."""

    name: ClassVar[str] = "everything"
    variables: ClassVar[tuple[str, ...]] = ("clock",)
    pair = staticmethod(pair)
    sees = staticmethod(sees)
    accelerate = staticmethod(accelerate)
    remember = staticmethod(remember)

    neighbors: Annotated[int, Field(ge=1, le=100, description="how many of the nearest an agent responds to")] = 6
    alignment: Annotated[float, Field(ge=0, le=1, description="rate at which velocities become alike")] = 0.02
    repulsion: Annotated[float, Field(ge=0, le=1, description="share of the largest repulsion")] = 0.05
    noise: Annotated[Positive, Field(description="noise of a velocity in a step")] = 0.01

    @property
    def nearest(self):
        return self.neighbors

    @property
    def cutoff(self):
        return math.inf

    @property
    def largest_speed(self):
        return 2.5

    @property
    def constants(self):
        names = ("alignment", "repulsion", "noise")
        return {name: getattr(self, name) for name in names} | {"step": self.time_step, "unit": 1.0}

    def initial_variables(self, seed):
        return {"clock": 0.5}


@hookimpl
def kadita_models():
    return [Everything]
