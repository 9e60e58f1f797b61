"""Call a model's rules once as plain Python, whose errors are easier to report than those of compiled code."""

from __future__ import annotations

from typing import Any

import numpy as np

from kadita.models.engine.columns import reader
from kadita.models.fixed_point import ONE, scaled
from kadita.models.model import Model
from kadita.models.records import Agent, InertialAgent, InertialOther, Other
from kadita.simulation.checks import NUMBERS, attributed, model_error
from kadita.simulation.preparation import Prepared

HEADING, NOISE = np.array([0.6, 0.0, 0.8]), np.array([0.1, 0.2, 0.3, 0.4])
MAKERS = "where(condition, other.heading), directed(share, other), scaled, velocity_difference and NOTHING"


class Species(int):
    """Number of a species that cannot be compared with a name: compiled code would find them different, in silence."""

    def __eq__(self, other: object) -> bool:
        if isinstance(other, str):
            raise TypeError(f"species are numbers, 0 for agents of no declared species; compared with {other!r}")
        return int(self) == other

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = int.__hash__


def try_rules(model: Model, prepared: Prepared) -> None:
    """Call all rules of a model for each species.

    Raises:
        PluginError: a rule raises, or does not return what the engine expects.
    """
    method, rules = prepared.method, prepared.rules
    heading = HEADING if model.dimensions == 3 else np.array([0.6, 0.8, 0.0])
    species = rules.of_turns.size // len(method.constants)
    for kind in range(species):
        column = kind * (species + 1) if method.by_interaction else kind  # how it responds to its own species
        agents = [
            _agent(prepared, heading, kind, table, column_of, number)
            for table, column_of, number in ((rules.of_pairs, column, np.float32), (rules.of_turns, kind, np.float64))
        ]
        _try_pairs(model, prepared, heading, agents[0])
        sums = tuple(heading), tuple(heading), tuple(heading), np.float64(1)
        vectors = ("accelerate" if method.inertial else "turn", "displacement")
        for name, rule in zip(vectors, (method.turn, method.displacement), strict=True):
            with attributed(model, name), np.errstate(all="ignore"):
                vector = rule(agents[1], sums)
            if not isinstance(vector, tuple) or len(vector) != 3 or not all(isinstance(x, NUMBERS) for x in vector):
                raise model_error(model, f"{name}: expected three numbers; got {_formatted(vector)}")
        if method.variables:
            with attributed(model, "remember"), np.errstate(all="ignore"):
                kept = method.remember(agents[1], sums)
            n = len(method.variables)
            if not isinstance(kept, tuple) or len(kept) != n or not all(isinstance(x, float) for x in kept):
                raise model_error(
                    model,
                    f"remember: expected {n} float{'s' * (n > 1)}, {', '.join(method.variables)}, in a tuple; "
                    f"got {_formatted(kept)}",
                )


def _agent(prepared: Prepared, heading: Any, species: int, table: Any, column: int, number: type) -> Any:
    method, scales = prepared.method, prepared.scales
    vector, noise, position = (tuple(number(x) for x in a) for a in (heading, NOISE, (1.0, 2.0, 0.0)))
    constants = reader("Constants", method.constants, number)(table, column, table.size // len(method.constants))
    variables = reader("Variables", method.variables, number)(np.ones(len(method.variables)), 0, 1)
    facts = Species(species), np.int32(0), np.uint64(1), 0, number(0.0), constants, variables, noise
    if method.inertial:
        return InertialAgent(position, vector, *facts, number(scales.largest_speed))
    return Agent(position, vector, *facts)


def _try_pairs(model: Model, prepared: Prepared, heading: Any, agent: Any) -> None:
    method, cutoff = prepared.method, prepared.space.cutoff
    single = tuple(heading.astype(np.float32))
    results = []
    for x in (0.5, 1.7e19):  # the second is beyond any cutoff
        d = np.float32(x), np.float32(0), np.float32(0)
        square = d[0] * d[0]
        if method.inertial:
            other: Any = InertialOther(d, square, single, Species(0))
        else:
            other = Other(d, square, scaled(ONE, single), Species(0))
        with attributed(model, "pair"), np.errstate(all="ignore"):
            results.append(method.pair(agent, other))
        with attributed(model, "sees"), np.errstate(all="ignore"):
            seen = method.sees(agent, other)
        if not isinstance(seen, bool | np.bool_):
            raise model_error(model, f"sees: expected True or False; got {_formatted(seen)}")
    near, far = results
    for result in results:
        fault = _fault(result)
        if fault:
            raise model_error(model, f"pair: {fault}")
    if any(abs(int(x)) > ONE for x in (*near[0], *near[1], *near[2], near[3])):
        raise model_error(
            model, f"pair: expected components, and a number, of at most ONE, {ONE:g}; got {_formatted(near)}"
        )
    if (any(map(any, far[:3])) or far[3]) and not (method.everywhere or method.nearest):
        raise model_error(model, f"pair: expected zeros beyond the cutoff, {cutoff:g}; got {_formatted(far)}")


def _fault(result: Any) -> str:
    """Return what is wrong with the result of a pair rule, if not three vectors and a number, all integers."""
    shaped = isinstance(result, tuple) and len(result) == 4
    if not shaped or not all(isinstance(vector, tuple) and len(vector) == 3 for vector in result[:3]):
        return f"expected (vector, vector, vector, number), NOTHING where there is none; got {_formatted(result)}"
    for vector in result[:3]:
        if not all(isinstance(x, int | np.integer) for x in vector):
            return f"expected vectors in fixed point, as {MAKERS} are; got the floats {_formatted(vector)}"
    if not isinstance(result[3], int | np.integer):
        kind = type(result[3]).__name__
        return f"expected an integer as the number, as count(condition) is; got the {kind} {_formatted(result[3])}"
    return ""


def _formatted(value: Any) -> str:
    """Format what a rule returned, without the names of NumPy's types."""
    if isinstance(value, tuple):
        return f"({', '.join(map(_formatted, value))})"
    return f"{value:g}" if isinstance(value, NUMBERS) else repr(value)
