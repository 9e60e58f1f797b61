"""Checks of models: rules that the engine accepts, and a run whose bits depend on its configuration alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from pydantic import ValidationError

from kadita.base.errors import KaditaError
from kadita.base.jit import reason
from kadita.models.model import Model
from kadita.school.box import Floats
from kadita.testing.checks import Check, outcome, require_passed

STEPS, SEED = 20, 3
UNIT = 1e-12  # largest deviation of the length of a heading from 1


def check_model(model: Model | type[Model], /, *, threads: bool = True, **parameters: Any) -> list[Check]:
    """Return the checks of a model if all pass; see `examine_model`.

    Raises:
        AssertionError: checks failed, which are named.
        KaditaError: an unknown or invalid parameter.

    >>> import kadita
    >>> from kadita.testing import check_model
    >>> checks = check_model(kadita.scenarios("vicsek-2d").parameters, threads=False)
    >>> all(check.passed in (True, None) for check in checks)
    True
    """
    name = getattr(model, "name", getattr(model, "__name__", "?"))
    return require_passed(f"model {name}", examine_model(model, threads=threads, **parameters))


def examine_model(model: Model | type[Model], /, *, threads: bool = True, **parameters: Any) -> list[Check]:
    """Run a model for 20 steps by several methods, and return all checks.

    Args:
        model: a model, or its class with parameters.
        threads: whether to run it also on three threads, which is compiled separately and takes a while.
        parameters: parameters of the class.

    Raises:
        KaditaError: an unknown or invalid parameter.

    >>> import kadita
    >>> from kadita.testing import examine_model
    >>> examine_model(kadita.scenarios("vicsek-2d").parameters, threads=False)[0]
    Check(name='it is documented', passed=True, detail='12 parameters, each with a description')
    """
    instance = _instance(model, parameters)
    checks = [_documented(type(instance)), *_declared(instance)]
    if not all(check.passed for check in checks[1:]):
        return checks
    try:
        x, u = _run(instance)
    except Exception as error:  # the rules of a plugin can raise any exception
        return [*checks, Check("it compiles and runs", False, reason(error))]
    checks.append(Check("it compiles and runs", True, f"{STEPS} steps of {instance.agents} agents"))
    if instance.accelerate is None:
        checks.append(outcome("unit headings, finite positions", _impossible(x, u), f"to {UNIT:g}"))
    methods: dict[str, dict[str, Any]] = {"in a second run": {}, "with cell lists": {"by_cells": True}}
    methods |= {"on 3 threads": {"threads": 3}} if threads else {}
    for name, method in methods.items():
        checks.append(outcome(f"the same bits {name}", _other_bits(instance, method, x, u), f"{STEPS} steps"))
    return checks


def _instance(model: Model | type[Model], parameters: dict[str, Any]) -> Model:
    if isinstance(model, Model):
        return model
    try:
        return model(**parameters)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"])) or "parameters"
        raise KaditaError(f"model {model.name}: {key}: {first['msg']}") from None


def _documented(model: type[Model]) -> Check:
    faults = [] if (model.__dict__.get("__doc__") or "").strip() else ["expected a docstring; found none"]
    faults += [f"parameter {n} has no description" for n, f in model.model_fields.items() if not f.description]
    return outcome("it is documented", faults, f"{len(model.model_fields)} parameters, each with a description")


def _declared(model: Model) -> Iterator[Check]:
    """Yield the checks of what the model declares, up to the first that fails."""
    from kadita.simulation.checks import attributes_of, cutoff_of, numbers_of
    from kadita.simulation.preparation import prepare
    from kadita.simulation.trial import try_rules

    name = "the cutoff is a length"
    try:
        yield Check(name, True, f"{cutoff_of([model]):g}")
        name = "constants are finite numbers"
        numbers_of([model])
        yield Check(name, True, ", ".join(model.constants) or "none")
        name = "attributes can be stored in a trajectory"
        yield Check(name, True, ", ".join(f"{k} = {v}" for k, v in attributes_of([model]).items()))
        name = "rules return what the engine expects"
        try_rules(model, prepare([model]))
        rules = ["pair", "turn" if model.accelerate is None else "accelerate", "displacement"]
        rules += ["remember"] if model.variables else []
        yield Check(name, True, f"{', '.join(rules)}; nothing beyond the cutoff")
    except KaditaError as error:
        yield Check(name, False, str(error))


def _run(model: Model, by_cells: bool = False, threads: int = 1) -> tuple[Floats, Floats]:
    """Return positions and headings after the steps, (N, 3), in the order of agents."""
    from kadita.simulation.configuration import RunConfiguration
    from kadita.simulation.integration import Integration

    run = RunConfiguration(model=model.name, steps=STEPS, seed=SEED, parameters=model)
    state = Integration(run, threads, None, by_cells=by_cells)
    state.advance(STEPS)
    return state.positions, state.headings


def _impossible(x: Floats, u: Floats) -> Iterator[str]:
    lengths = np.linalg.norm(u, axis=1)
    bad = ~(np.abs(lengths - 1) <= UNIT)
    if bad.any():
        yield f"the heading of agent {bad.argmax()} has the length {lengths[bad][0]:.15g}; end `turn` with unit(...)"
    bad = ~np.isfinite(x).all(axis=1)
    if bad.any():
        yield f"agent {bad.argmax()} is at {x[bad][0]}"


def _other_bits(model: Model, method: dict[str, Any], x: Floats, u: Floats) -> Iterator[str]:
    try:
        other = _run(model, **method)
    except Exception as error:
        yield reason(error)
        return
    for name, a, b in zip(("position", "heading"), (x, u), other, strict=True):
        differs = ~(a == b).all(axis=1)
        if differs.any():
            yield f"the {name} of agent {differs.argmax()} differs by {np.abs(a - b).max():.1g}"
            return
