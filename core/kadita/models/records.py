"""What a rule is given: a record of the agent itself, and one of another agent.

A field that a rule does not read costs nothing: the compiler removes what makes it.
"""

from __future__ import annotations

from typing import Any, NamedTuple


class Agent(NamedTuple):
    """The agent whose rule is called, before the step.

    Attributes:
        position: (x, y, z).
        heading: unit vector.
        species: index of its species: 0 for agents of no declared species, then 1, 2, ... as they are declared.
        number: index of the agent, 0 to N - 1.
        seed: of the run; with `step` and `number` the key of `normals` and `uniforms`.
        step: number of steps before this one.
        time: step x time step.
        constants: the model's `constants`, by name, for its species; in `pair`, for its response to the other's.
        variables: the numbers that it keeps, by the names in the model's `variables`.
        normals: four standard normal numbers of this agent and step.
    """

    position: Any
    heading: Any
    species: Any
    number: Any
    seed: Any
    step: Any
    time: Any
    constants: Any
    variables: Any
    normals: Any


class Other(NamedTuple):
    """Another agent, or the agent itself, before the step.

    Attributes:
        displacement: minimum-image vector from the agent to it, float32.
        square: squared length of the displacement, float32; 0 for the agent itself.
        heading: unit vector in fixed point, int32: `ONE` is a length of 1.
        species: index of its species.
    """

    displacement: Any
    square: Any
    heading: Any
    species: Any


class InertialAgent(NamedTuple):
    """The agent in a model whose state is a velocity; its fields are those of `Agent`, with a velocity.

    Attributes:
        velocity: (vx, vy, vz) in place of a heading. In `pair` it is rounded as that of others is, so that
            differences of velocities are exactly opposite for the two agents of a pair.
        largest_speed: power of 2 that is at least the model's `largest_speed`: scale of velocities in fixed point.
    """

    position: Any
    velocity: Any
    species: Any
    number: Any
    seed: Any
    step: Any
    time: Any
    constants: Any
    variables: Any
    normals: Any
    largest_speed: Any


class InertialOther(NamedTuple):
    """Another agent in such a model; its fields are those of `Other`, with a velocity.

    Attributes:
        velocity: (vx, vy, vz) in place of a heading, float32, rounded to 2^-20 of the scale.
    """

    displacement: Any
    square: Any
    velocity: Any
    species: Any
