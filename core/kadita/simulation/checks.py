"""Check a model before it runs; an error is one line that names the model and its file."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from kadita.base.errors import KaditaError, PluginError
from kadita.base.jit import reason
from kadita.models.engine.state import Rules
from kadita.models.fixed_point import ONE, scaled
from kadita.models.model import LONGEST, Model, no_displacement
from kadita.school.box import LEAST, MOST

NUMBERS = (bool, int, float, np.number, np.bool_)
FINITE = float(np.finfo(np.float32).max)  # pairs are computed in single precision


def cutoff_of(models: Sequence[Model]) -> float:
    """Return the largest cutoff of all species: agents farther apart do not interact.

    Raises:
        PluginError: a cutoff that is not a length.
    """
    with attributed(models[0], "cutoff"):
        cutoffs = [model.cutoff for model in models]
    for cutoff in cutoffs:
        if not _is_length(cutoff, 0, LONGEST):
            raise model_error(
                models[0], f"cutoff: expected a length of at least 0 and at most {LONGEST:g}; got {cutoff!r}"
            )
    return float(max(cutoffs))


def rules_of(models: Sequence[Model]) -> Rules:
    """Return the constants of all species, in the form that the engine uses.

    Raises:
        PluginError: constants that are not finite numbers by name, or whose names differ between species.
    """
    with attributed(models[0], "constants"):
        of_species = [model.constants for model in models]
    numbers = []
    for model, constants in zip(models, of_species, strict=True):
        if not isinstance(constants, Mapping) or not all(isinstance(n, str) and n.isidentifier() for n in constants):
            raise model_error(
                models[0], f"constants: expected numbers by name, as in {{'noise': 0.1}}; got {constants!r}"
            )
        if constants.keys() != of_species[0].keys() or "stride" in constants:
            raise model_error(
                models[0],
                "constants: expected the same names for all agents, and none called stride; "
                f"got {', '.join(constants)}",
            )
        for name, number in constants.items():
            if not isinstance(number, NUMBERS) or not abs(number) <= FINITE:
                raise model_error(models[0], f"constants: expected finite numbers; got {name} = {number!r}")
        numbers.append({**constants, "stride": model.speed * model.time_step})
    return Rules.of(numbers)


def try_rules(model: Model, rules: Rules, cutoff: float) -> None:
    """Call the rules once as plain Python, whose errors are easier to report than those of compiled code.

    Raises:
        PluginError: a rule raises, or does not return what the engine expects.
    """
    heading, noise = np.array([0.6, 0.0, 0.8]), np.array([0.1, 0.2, 0.3, 0.4])
    heading_i = tuple(heading.astype(np.float32))
    heading_j = scaled(ONE, heading_i)
    displacements = np.array([[0.5, 0, 0], [1.7e19, 0, 0]], np.float32)  # the second is beyond any cutoff
    for c, numbers in zip(rules.of_pairs, rules.of_turns, strict=True):
        with attributed(model, "pair"), np.errstate(all="ignore"):
            near, far = (model.pair(tuple(d), d[0] * d[0], heading_i, heading_j, c) for d in displacements)
        if not (_is_fixed_point(near) and _is_fixed_point(far)):
            raise model_error(
                model,
                "pair: expected three vectors and a number, in fixed point (kadita.models.fixed_point); "
                f"got {_formatted(near)}",
            )
        if any(map(any, far[:3])) or far[3]:
            raise model_error(model, f"pair: expected zeros beyond the cutoff, {cutoff:g}; got {_formatted(far)}")
        sums = tuple(heading), tuple(heading), tuple(heading), np.float64(1)
        for name in ("turn", "displacement"):
            with attributed(model, name), np.errstate(all="ignore"):
                vector = getattr(model, name)(tuple(heading), sums, tuple(noise), numbers, (np.uint64(1), 0, 0))
            if not isinstance(vector, tuple) or len(vector) != 3 or not all(isinstance(x, NUMBERS) for x in vector):
                raise model_error(model, f"{name}: expected three numbers; got {_formatted(vector)}")


def attributes_of(model: Model) -> dict[str, Any]:
    """Return the attributes of a trajectory of a model: its name, and the distance within which agents are linked.

    Raises:
        PluginError: invalid attributes.
    """
    with attributed(model, "attributes"):
        known = dict(model.attributes)
    for key in known.keys() & {"r_a", "link_distance"}:
        if not _is_length(known[key], LEAST, MOST):
            raise model_error(model, f"attributes: expected a length above 0 as {key}, or none; got {known[key]!r}")
    if "link_distance" in known:  # its name in trajectory files
        known["r_a"] = known.pop("link_distance")
    moves_along = type(model).displacement is no_displacement
    velocities = {"velocities": "displacement" if moves_along else "heading"}
    return velocities | known | {"model": model.name}


@contextmanager
def attributed(model: Model, what: str) -> Iterator[None]:
    """Turn exceptions raised inside into an error that names the model."""
    try:
        yield
    except (KaditaError, MemoryError):
        raise
    except Exception as error:  # a third-party model can raise anything
        raise model_error(model, f"{what}: {reason(error)}") from error


def model_error(model: Model, what: str) -> PluginError:
    """Return an error that names a model and its file."""
    module = type(model).__module__  # not that of a rule, which may be what is missing
    file = getattr(sys.modules.get(module), "__file__", None) or module
    return PluginError(f"model {model.name} ({Path(file).name}) failed: {what}")


def _is_length(value: Any, least: float, most: float) -> bool:
    return not isinstance(value, bool) and isinstance(value, int | float | np.number) and bool(least <= value <= most)


def _is_fixed_point(result: Any) -> bool:
    """Return whether it is a valid result of a pair rule: three vectors and a number, all integers."""
    if not isinstance(result, tuple) or len(result) != 4:
        return False
    vectors = all(isinstance(vector, tuple) and len(vector) == 3 for vector in result[:3])
    return vectors and all(isinstance(n, int | np.integer) for n in (*result[0], *result[1], *result[2], result[3]))


def _formatted(value: Any) -> str:
    """Format what a rule returned, without the names of NumPy's types."""
    if isinstance(value, tuple):
        return f"({', '.join(map(_formatted, value))})"
    return f"{value:g}" if isinstance(value, NUMBERS) else repr(value)
