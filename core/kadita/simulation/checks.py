"""What a model brings, checked before it runs: what is wrong with it is said in a line with its plugin."""

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
from kadita.models.model import LONGEST, Model
from kadita.school.box import LEAST, MOST

NUMBERS = (bool, int, float, np.number, np.bool_)
FINITE = float(np.finfo(np.float32).max)  # pairs work in single precision


def cutoff_of(kinds: Sequence[Model]) -> float:
    """Return how far the agents of any species take notice.

    Raises:
        PluginError: a cutoff that is no length.
    """
    with attributed(kinds[0], "cutoff"):
        found = [kind.cutoff for kind in kinds]
    for cutoff in found:
        if not _is_length(cutoff, 0, LONGEST):
            raise model_error(
                kinds[0], f"cutoff: expected a length of at least 0 and at most {LONGEST:g}; got {cutoff!r}"
            )
    return float(max(found))


def rules_of(kinds: Sequence[Model]) -> Rules:
    """Return the constants of all species as the engine takes them.

    Raises:
        PluginError: constants that are no finite numbers by name, the same names for all.
    """
    with attributed(kinds[0], "constants"):
        found = [kind.constants for kind in kinds]
    numbers = []
    for kind, constants in zip(kinds, found, strict=True):
        if not isinstance(constants, Mapping) or not all(isinstance(n, str) and n.isidentifier() for n in constants):
            raise model_error(
                kinds[0], f"constants: expected numbers by name, as in {{'noise': 0.1}}; got {constants!r}"
            )
        if constants.keys() != found[0].keys() or "stride" in constants:
            raise model_error(
                kinds[0],
                "constants: expected the same names for all agents, and none called stride; "
                f"got {', '.join(constants)}",
            )
        for name, number in constants.items():
            if not isinstance(number, NUMBERS) or not abs(number) <= FINITE:
                raise model_error(kinds[0], f"constants: expected finite numbers; got {name} = {number!r}")
        numbers.append({**constants, "stride": kind.speed * kind.time_step})
    return Rules.of(numbers)


def try_rules(model: Model, rules: Rules, cutoff: float) -> None:
    """Call the rules once as plain Python, where what is wrong with them is easily told.

    Raises:
        PluginError: a rule fails, or returns what the engine does not take.
    """
    heading, noise = np.array([0.6, 0.0, 0.8]), np.array([0.1, 0.2, 0.3, 0.4])
    own = tuple(heading.astype(np.float32))
    other = scaled(ONE, own)
    ways = np.array([[0.5, 0, 0], [1.7e19, 0, 0]], np.float32)  # the second is farther than any cutoff
    for c, numbers in zip(rules.of_pairs, rules.of_turns, strict=True):
        with attributed(model, "pair"), np.errstate(all="ignore"):
            taken, far = (model.pair(tuple(d), d[0] * d[0], own, other, c) for d in ways)
        if not (_is_whole(taken) and _is_whole(far)):
            raise model_error(
                model,
                "pair: expected three vectors and a number, whole as kadita.models.fixed_point makes them; "
                f"got {_plain(taken)}",
            )
        if any(map(any, far[:3])) or far[3]:
            raise model_error(model, f"pair: expected nothing beyond the cutoff, {cutoff:g}; got {_plain(far)}")
        sums = tuple(heading), tuple(heading), tuple(heading), np.float64(1)
        for name in ("turn", "displacement"):
            with attributed(model, name), np.errstate(all="ignore"):
                made = getattr(model, name)(tuple(heading), sums, tuple(noise), numbers, (np.uint64(1), 0, 0))
            if not isinstance(made, tuple) or len(made) != 3 or not all(isinstance(x, NUMBERS) for x in made):
                raise model_error(model, f"{name}: expected three numbers; got {_plain(made)}")


def attributes_of(model: Model) -> dict[str, Any]:
    """Return what a trajectory of a model knows of it: its name, and the distance within which agents are linked.

    Raises:
        PluginError: the model's attributes are none.
    """
    with attributed(model, "attributes"):
        known = dict(model.attributes)
    for key in known.keys() & {"r_a", "link_distance"}:
        if not _is_length(known[key], LEAST, MOST):
            raise model_error(model, f"attributes: expected a length above 0 as {key}, or none; got {known[key]!r}")
    if "link_distance" in known:  # trajectories have one name for it, that of the zone model
        known["r_a"] = known.pop("link_distance")
    return known | {"model": model.name}


@contextmanager
def attributed(model: Model, what: str) -> Iterator[None]:
    """Say of whatever is raised that it is the model's."""
    try:
        yield
    except (KaditaError, MemoryError):
        raise
    except Exception as error:  # a stranger's model can raise anything at all
        raise model_error(model, f"{what}: {reason(error)}") from error


def model_error(model: Model, what: str) -> PluginError:
    """Return the error that names a model and its file."""
    module = type(model).__module__  # a rule may be what fails to be found
    file = getattr(sys.modules.get(module), "__file__", None) or module
    return PluginError(f"model {model.name} ({Path(file).name}) failed: {what}")


def _is_length(value: Any, least: float, most: float) -> bool:
    return not isinstance(value, bool) and isinstance(value, int | float | np.number) and bool(least <= value <= most)


def _is_whole(taken: Any) -> bool:
    """Whether it is what the rule of a pair returns."""
    if not isinstance(taken, tuple) or len(taken) != 4:
        return False
    vectors = all(isinstance(vector, tuple) and len(vector) == 3 for vector in taken[:3])
    return vectors and all(isinstance(n, int | np.integer) for n in (*taken[0], *taken[1], *taken[2], taken[3]))


def _plain(value: Any) -> str:
    """Say what a rule returned, without the names of NumPy's types."""
    if isinstance(value, tuple):
        return f"({', '.join(map(_plain, value))})"
    return f"{value:g}" if isinstance(value, NUMBERS) else repr(value)
