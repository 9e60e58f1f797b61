"""What every model checks: rules that the engine takes, and a run whose bits depend on its configuration alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
from pydantic import ValidationError

from kadita.base.errors import KaditaError
from kadita.base.jit import reason
from kadita.models.model import Model
from kadita.school.box import Floats
from kadita.testing.checks import Check, demand, judged

STEPS, SEED = 20, 3
UNIT = 1e-12  # most by which the length of a heading differs from 1


class _Way(NamedTuple):
    by_cells: bool
    threads: int


def check_model(model: Model | type[Model], /, *, threads: bool = True, **parameters: Any) -> list[Check]:
    """Return the checks of a model, all of them kept; see `examine_model`.

    Raises:
        AssertionError: it breaks some, which are named.
        KaditaError: parameters with which there is no such model.
    """
    name = getattr(model, "name", getattr(model, "__name__", "?"))
    return demand(f"model {name}", examine_model(model, threads=threads, **parameters))


def examine_model(model: Model | type[Model], /, *, threads: bool = True, **parameters: Any) -> list[Check]:
    """Run a model for 20 steps in several ways, and return what it checks and whether it keeps it.

    Args:
        model: one that is made, or the class, with its parameters.
        threads: whether to run it on three threads as well, which is compiled on its own and takes a while.
        parameters: of the class.

    Raises:
        KaditaError: parameters with which there is no such model.
    """
    made = _made(model, parameters)
    checks = [_documented(type(made)), *_declared(made)]
    if not all(p.passed for p in checks[1:]):
        return checks
    try:
        x, u = _run(made, _Way(False, 1))
    except Exception as error:  # a stranger's rules can raise anything at all
        return [*checks, Check("it compiles and runs", False, reason(error))]
    checks.append(Check("it compiles and runs", True, f"{STEPS} steps of {made.agents} agents"))
    checks.append(judged("headings of unit length, finite places", _impossible(x, u), f"to {UNIT:g}"))
    ways = {"again": _Way(False, 1), "by cells": _Way(True, 1)} | ({"on 3 threads": _Way(False, 3)} if threads else {})
    for said_of, way in ways.items():
        checks.append(judged(f"the same bits {said_of}", _other_bits(made, way, x, u), f"{STEPS} steps"))
    return checks


def _made(model: Model | type[Model], parameters: dict[str, Any]) -> Model:
    if isinstance(model, Model):
        return model
    try:
        return model(**parameters)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"])) or "parameters"
        raise KaditaError(f"model {model.name}: {key}: {first['msg']}") from None


def _documented(kind: type[Model]) -> Check:
    faults = [] if (kind.__dict__.get("__doc__") or "").strip() else ["expected a docstring; found none"]
    faults += [f"parameter {n} has no description" for n, f in kind.model_fields.items() if not f.description]
    return judged("it says what it is", faults, f"{len(kind.model_fields)} parameters, each with a description")


def _declared(model: Model) -> list[Check]:
    from kadita.models.engine.state import Rules
    from kadita.simulation.checks import attributes_of, cutoff_of, rules_of, try_rules

    known: dict[str, Any] = {}

    def cutoff() -> str:
        known["cutoff"] = cutoff_of([model])
        return f"{known['cutoff']:g}"

    def constants() -> str:
        known["rules"] = rules_of([model])
        return ", ".join(model.constants) or "none"

    def attributes() -> str:
        return ", ".join(f"{k} = {v}" for k, v in attributes_of(model).items())

    def rules() -> str:
        rules: Rules = known["rules"]
        try_rules(model, rules, known["cutoff"])
        return "pair, turn, displacement; nothing beyond the cutoff"

    looks: dict[str, Callable[[], str]] = {
        "its cutoff is a length": cutoff,
        "its constants are finite numbers by name": constants,
        "its attributes are what a trajectory can say": attributes,
        "its rules return what the engine takes": rules,
    }
    checks = []
    for name, look in looks.items():
        try:
            checks.append(Check(name, True, look()))
        except KaditaError as error:
            checks.append(Check(name, False, str(error)))
            break
    return checks


def _run(model: Model, way: _Way) -> tuple[Floats, Floats]:
    """Return places and headings after the steps, (N, 3), in the order of agents."""
    from kadita.models.engine.integrator import steps_of
    from kadita.models.engine.state import School, Space
    from kadita.simulation.checks import cutoff_of, rules_of

    x, u = (np.asarray(a, dtype=float).T.copy() for a in model.initial_state(SEED))
    agents = np.arange(x.shape[1], dtype=np.int32)
    school = School(x, u, agents, np.zeros_like(agents))
    rules = model.pair, model.turn, model.displacement
    advance = steps_of(*rules, by_cells=way.by_cells, parallel=way.threads > 1)
    space = Space(model.space.array, cutoff_of([model]))
    advance(school, space, rules_of([model]), STEPS, 0, np.uint64(SEED), way.threads)
    order = np.argsort(school.agents)
    return x.T[order], u.T[order]


def _impossible(x: Floats, u: Floats) -> Iterator[str]:
    lengths = np.linalg.norm(u, axis=1)
    bad = ~(np.abs(lengths - 1) <= UNIT)
    if bad.any():
        yield f"the heading of agent {bad.argmax()} has the length {lengths[bad][0]:.15g}; end `turn` with unit(...)"
    lost = ~np.isfinite(x).all(axis=1)
    if lost.any():
        yield f"agent {lost.argmax()} is at {x[lost][0]}"


def _other_bits(model: Model, way: _Way, x: Floats, u: Floats) -> Iterator[str]:
    try:
        found = _run(model, way)
    except Exception as error:
        yield reason(error)
        return
    for name, a, b in zip(("place", "heading"), (x, u), found, strict=True):
        other = ~(a == b).all(axis=1)
        if other.any():
            yield f"the {name} of agent {other.argmax()} differs by {np.abs(a - b).max():.1g}"
            return
