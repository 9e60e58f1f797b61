"""Functions and types for the rules of a model: all that a module with a model imports besides `kadita` itself.

Rules are functions with `jitable`. In each step, a rule of pairs says what another agent contributes; the contributions
are summed; and a rule of the agent says what follows from the sums. The whole of a model's rules, such as these, is

    @jitable
    def pair(agent, other):
        near = other.square < agent.constants.radius_squared
        return where(near, other.heading), NOTHING, NOTHING, count(near)

    @jitable
    def turn(agent, sums):
        headings, _, _, number = sums
        return turned(unit(headings, agent.heading), agent.constants.noise * agent.normals[0])

`kadita.Model` says how a model gets them. Fields that a rule does not read cost nothing.

Functions on vectors of floats, tuples of three numbers, and on angles

    dot(a, b)  times(s, a)  total(a, b, c)            a . b, s a, a + b + c; total(a, b, NOWHERE) is a + b
    unit(a, otherwise)                                a / |a|, or `otherwise` where a has no direction
    turned(a, angle)                                  a turned in the plane; rotated, across: turns in space
    cosine_and_sine(angle)  angle_of(cosine, sine)    and logarithm(a), exponential(a), math.sqrt(a)

Functions in `pair`, for its result

    where(condition, other.heading)                   the heading where the condition holds, and NOTHING elsewhere
    directed(share, other)                            the vector of this length, -1 to 1, towards the other
    velocity_difference(share, agent, other)          that of the other - that of the agent, in units (below)
    count(condition)  opposite(vector)                1 or 0, the number; - vector
    exponential32(a)  math.sqrt(other.square)         for forces: e^a, and the distance
    scaled(factor, d)                                 factor x d, of components up to `ONE`
    cosine(agent.heading, other.displacement, other.square)   of the angle between them; NaN for the agent itself

``agent`` (`Agent`) is the agent before the step: ``position``, ``heading`` (a unit vector), ``constants`` (the model's
`constants` by name), ``species`` (0, or 1, 2, ... as they are declared), ``time``, ``step``, ``variables`` (the numbers
that it keeps, by name), ``normals`` (four standard normal numbers), ``seed`` and ``number``. With ``normals(agent.seed,
agent.step, agent.number, purpose)`` and `uniforms` there are more random numbers: four for each purpose from 3 to 99.
For an ``initial_state``, which is no rule, ``start_normals(seed, agents, purpose)`` returns four of each agent, (N, 4).

``other`` (`Other`) is another agent: ``displacement``, the minimum-image vector to it, ``square``, its squared length,
``heading`` and ``species``. A rule of pairs is also called for the agent itself, with a square of 0 (not if only the
`nearest` count): a condition leaves it out with ``& (other.square > 0)``, and `directed` is NOTHING for it.

Rules of pairs

    pair(agent, other) -> (vector, vector, vector, number)
    sees(agent, other) -> bool                                  may it be among the `nearest`? (all may)

Sums are exact and do not depend on their order, because contributions are in fixed point: `other.heading` is int32,
where `ONE` is a length of 1, and so are `NOTHING`, and what `where`, `count`, `scaled`, `directed`, `opposite` and
`velocity_difference` return. No component, nor the number, may exceed `ONE`: express a force as a share of its largest
value, at which it is cut off, `directed(force / largest, other)`, and multiply the sum by ``largest``. All must be 0
beyond the model's ``cutoff``, unless that is `math.inf` or only the `nearest` count. All numbers are float32, and
decisions are written ``a if condition else b`` (`where`), without ``if`` statements: such a rule runs on vector units,
ten times as fast. In arithmetic, a literal such as 0.5 or 2 makes compiled code, but not plain Python, compute in
double precision, which is slower and differs in the last bit: let it be one of the `constants`, or write
``np.float32(0.5)``.

Rules of the agent

    turn(agent, sums) -> (ux, uy, uz)                           the next unit heading
    accelerate(agent, sums) -> (vx, vy, vz)                     in its place, where the state is a velocity: the next
    displacement(agent, sums) -> (dx, dy, dz)                   by which it moves besides (0)
    remember(agent, sums) -> (number, ...)                      the next `variables`, floats

``sums`` are the contributions of all agents: three vectors and a number, no longer in fixed point. All numbers are
float64. An agent moves by its speed x time step along its next heading, or by its next velocity x time step, and by the
displacement; then walls reflect it. The functions on vectors (`dot`, `unit`, ...), `logarithm`, `exponential`,
`cosine_and_sine` and `angle_of`, and for rules of pairs `exponential32`, give the same bits on every machine; of the
functions of `math` only the square root does. In a plane (``dimensions = 2``) all z are 0 and must stay 0: turn with
`turned`, not about a random axis.

Where the state is a velocity, ``agent`` and ``other`` (`InertialAgent`, `InertialOther`) have ``velocity`` instead of
``heading``, and ``agent.largest_speed`` is the scale of `velocity_difference`: a power of 2, at least the model's
`largest_speed`, beyond which the run ends with an error.
"""

from pathlib import Path

from kadita.base import renamed
from kadita.base.jit import Function, jitable
from kadita.models.fixed_point import (
    NOTHING,
    ONE,
    cosine,
    count,
    directed,
    opposite,
    scaled,
    velocity_difference,
    where,
)
from kadita.models.model import Length, Model, Positive
from kadita.models.philox import NOISE, normals, start_normals, uniforms
from kadita.models.portable_exp import exponential, exponential32
from kadita.models.portable_math import angle_of, cosine_and_sine, logarithm
from kadita.models.records import Agent, InertialAgent, InertialOther, Other
from kadita.models.vectors import NOWHERE, TOO_SHORT, across, choose, dot, rotated, times, total, turned, unit

__path__.append(str(Path(renamed.__file__).parent / "modules" / "models"))  # modules by their old names

# fmt: off
__all__ = [
    "NOISE", "NOTHING", "NOWHERE", "ONE", "TOO_SHORT", "Agent", "Function", "InertialAgent", "InertialOther",
    "Length", "Model", "Other", "Positive", "across", "angle_of", "choose", "cosine", "cosine_and_sine", "count",
    "directed", "dot", "exponential", "exponential32", "jitable", "logarithm", "normals", "opposite", "rotated",
    "scaled", "start_normals", "times", "total", "turned", "uniforms", "unit", "velocity_difference", "where",
]
# fmt: on
