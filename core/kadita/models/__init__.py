"""Functions and types for the rules of a model: all that a module with a model imports besides `kadita` itself.

A model provides functions decorated with `jitable`. The contribution of agent j to agent i is

    pair(d, square, u, v, c) -> (vector, vector, vector, number)

``d`` is the minimum-image vector from i to j and ``square`` its squared length, float32; ``u`` is i's unit heading,
float32, and ``v`` that of j in fixed point: int32, where `ONE` is a length of 1. The three vectors and the number are
fixed-point int32 too, made by `where`, `count`, `scaled` and `opposite`; no component exceeds `ONE` in magnitude, and
all are 0 beyond the model's ``cutoff``. `pair` is also called for i itself, with a ``square`` of 0. Agent i turns by

    turn(u, sums, g, c, key) -> (ux, uy, uz)

which returns the next unit heading. Its arguments are the heading ``u``; ``sums``, the contributions of `pair` summed
over all agents (three vectors, no longer in fixed point, and a number); four standard normal numbers ``g``; and
``key`` = (seed, step, agent), from which `normals` and `uniforms` give more random numbers. All are float64. The
functions on vectors (`dot`, `unit`, ...), `logarithm`, `cosine_and_sine` and `angle_of` give the same bits on every
machine; of the functions of `math` only the square root does. Agents move by speed x time step along their new
heading, and in addition by

    displacement(u, sums, g, c, key) -> (dx, dy, dz)

if the model has this function. ``c`` holds the model's `constants` by name, for the species of agent i. A rule whose
only branches are ``a if condition else b`` is vectorized, and ten times as fast.
"""

from pathlib import Path

from kadita.base import renamed
from kadita.base.jit import Function, jitable
from kadita.models.fixed_point import NOTHING, ONE, cosine, count, opposite, scaled, where
from kadita.models.model import Length, Model, Positive
from kadita.models.philox import NOISE, normals, uniforms
from kadita.models.portable_math import angle_of, cosine_and_sine, logarithm
from kadita.models.vectors import NOWHERE, TOO_SHORT, across, choose, dot, rotated, times, total, unit

__path__.append(str(Path(renamed.__file__).parent / "modules" / "models"))  # modules by their old names

# fmt: off
__all__ = [
    "NOISE", "NOTHING", "NOWHERE", "ONE", "TOO_SHORT", "Function", "Length", "Model", "Positive", "across",
    "angle_of", "choose", "cosine", "cosine_and_sine", "count", "dot", "jitable", "logarithm", "normals",
    "opposite", "rotated", "scaled", "times", "total", "uniforms", "unit", "where",
]
# fmt: on
