"""Check a model before it runs; an error is one line that names the model and its file."""

from __future__ import annotations

import keyword
import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from kadita.base.errors import KaditaError, PluginError, did_you_mean
from kadita.base.jit import reason
from kadita.models.model import LONGEST, Model, sees_all
from kadita.school.arena import Arena
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
        if not (_is_length(cutoff, 0, LONGEST) or cutoff == math.inf):
            raise model_error(
                models[0],
                f"cutoff: expected a length of at least 0 and at most {LONGEST:g}, or math.inf; got {cutoff!r}",
            )
    return float(max(cutoffs))


def check_declarations(models: Sequence[Model]) -> None:
    """Check what models of all species declare besides their rules.

    Raises:
        PluginError: a largest speed, a number of nearest agents, or names of variables that are none.
    """
    model = models[0]
    for each in models:
        with attributed(each, "nearest"):
            nearest = each.nearest
        if nearest != model.nearest or not (nearest is None or (type(nearest) is int and 1 <= nearest <= 1000)):
            raise model_error(
                each, f"nearest: expected a number from 1 to 1000, the same for all agents, or None; got {nearest!r}"
            )
        with attributed(each, "largest_speed"):
            fastest = each.largest_speed
        enough = fastest is not None and _is_length(fastest, LEAST, LONGEST) and fastest >= each.speed
        if each.accelerate is not None and not enough:
            raise model_error(
                each, f"largest_speed: expected a speed above 0 and at least that at time 0; got {fastest!r}"
            )
    names = model.variables
    wrong = names if not isinstance(names, tuple) else next((n for n in names if not _is_name(n)), None)
    if wrong is not None:
        raise model_error(model, f"variables: expected names in a tuple, as in ('clock',); got {wrong!r}")
    if len(set(names)) < len(names):
        raise model_error(model, f"variables: expected different names; got {', '.join(names)}")
    for rule, member, unused in (
        ("sees", "nearest", model.nearest is None and type(model).sees is not sees_all),
        ("remember", "variables", not names and model.remember is not None),
    ):
        if unused:
            raise model_error(model, f"{member}: expected what the rule {rule} is for; found none")
    if names and model.remember is None:
        raise model_error(model, f"remember: expected a rule that returns the next {', '.join(names)}; found none")
    kinds = ("displacement", "heading" if model.accelerate is None else "state")
    if model.velocity_kind not in kinds:
        raise model_error(model, f"velocities: expected {' or '.join(kinds)}; got {model.velocity_kind!r}")


def _is_name(name: Any) -> bool:
    return isinstance(name, str) and name.isidentifier() and not name.startswith("_") and not keyword.iskeyword(name)


def numbers_of(models: Sequence[Model]) -> list[dict[str, float]]:
    """Return the constants of all species, the engine's own included.

    Raises:
        PluginError: constants that are not finite numbers by name, or whose names differ between species.
    """
    with attributed(models[0], "constants"):
        of_species = [model.constants for model in models]
    numbers = []
    for model, constants in zip(models, of_species, strict=True):
        if not isinstance(constants, Mapping) or not all(map(_is_name, constants)):
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
    return numbers


RATES = ("translational_diffusion", "rotational_diffusion", "reorientation_rate", "relaxation_rate")  # of all agents


def attributes_of(models: Sequence[Model]) -> dict[str, Any]:
    """Return the attributes of a trajectory: of the first model, and rates if they are the same of all species.

    They are its name, its time step, the distance within which agents are linked, and what the model says.

    Raises:
        PluginError: invalid attributes.
    """
    model = models[0]
    with attributed(model, "attributes"):
        known, others = dict(model.attributes), [m.attributes for m in models[1:]]
    for key in known.keys() & set(RATES):
        if not (isinstance(known[key], NUMBERS) and (known[key] == 0 or LEAST <= known[key] <= MOST)):
            raise model_error(model, f"attributes: expected a number of at least 0 as {key}; got {known[key]!r}")
        if any(other.get(key) != known[key] for other in others):
            del known[key]
    for key in known.keys() & {"r_a", "link_distance"}:
        if not _is_length(known[key], LEAST, MOST):
            raise model_error(model, f"attributes: expected a length above 0 as {key}, or none; got {known[key]!r}")
    if "link_distance" in known:  # its name in trajectory files
        known["r_a"] = known.pop("link_distance")
    arena = {} if model.arena is None else {"arena": str(Arena.of(model.arena))}
    return known | arena | {"velocities": model.velocity_kind, "model": model.name, "time_step": model.time_step}


@contextmanager
def attributed(model: Model, what: str) -> Iterator[None]:
    """Turn exceptions raised inside into an error that names the model."""
    try:
        yield
    except (KaditaError, MemoryError):
        raise
    except Exception as error:  # a third-party model can raise anything
        absent = _absent(error) if isinstance(error, AttributeError) else None
        raise model_error(model, f"{what}: {absent or reason(error)}") from error


def _absent(error: AttributeError) -> str | None:
    """Return which field a rule reads that its record, of the agent or of the other, lacks; None: it is another error.

    Named tuples of constants and variables have all their names in that of their class.
    """
    record = error.obj
    fields = getattr(type(record), "_fields", None)
    kind = type(record).__name__.removeprefix("Inertial").split("_")[0]
    known = {"Agent": "agent", "Other": "other", "Constants": "agent.constants", "Variables": "agent.variables"}
    if fields is None or kind not in known:
        return None
    parts = (
        part for part in ("constants", "variables") if error.name in getattr(getattr(record, part, ()), "_fields", ())
    )
    hint = next(
        (f" (did you mean agent.{part}.{error.name}?)" for part in parts), did_you_mean(str(error.name), fields)
    )
    return f"{known[kind]} has no {error.name}{hint}; it has {', '.join(fields) or 'no fields'}"


def model_error(model: Model, what: str) -> PluginError:
    """Return an error that names a model and its file."""
    module = type(model).__module__  # not that of a rule, which may be what is missing
    file = getattr(sys.modules.get(module), "__file__", None) or module
    return PluginError(f"model {model.name} ({Path(file).name}) failed: {what}")


def _is_length(value: Any, least: float, most: float) -> bool:
    return not isinstance(value, bool) and isinstance(value, int | float | np.number) and bool(least <= value <= most)
