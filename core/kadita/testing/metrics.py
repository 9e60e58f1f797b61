"""What every metric checks, tried on known schools."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from kadita.base.errors import KaditaError, NotApplicable
from kadita.plugins.declaration.metric import Metric
from kadita.school.block import Block
from kadita.school.box import Floats
from kadita.testing import schools
from kadita.testing.checks import Check, demand, judged
from kadita.testing.comparison import first, steady
from kadita.testing.dependence import ROUNDING, Found, Schools, alone, any_order, same_again, same_axes, unchanged
from kadita.testing.harness import Trial, microseconds, trial_of, values_of, writes_to
from kadita.testing.symmetries import MOVES, frames_of

WRITES = "its input is not written to"
RETURNS = "real numbers of the declared shape"


def check_metric(
    metric: Metric, /, *, others: Iterable[Metric] = (), known: Schools | None = None, **parameters: Any
) -> list[Check]:
    """Return the checks of a metric, all of them kept; see `examine_metric`.

    Raises:
        AssertionError: it breaks some, which are named.
        KaditaError: parameters that there are not, or a need that nothing brings.
    """
    return demand(f"metric {metric.name}", examine_metric(metric, others=others, known=known, **parameters))


def examine_metric(
    metric: Metric, /, *, others: Iterable[Metric] = (), known: Schools | None = None, **parameters: Any
) -> list[Check]:
    """Try a metric on known schools, and return what it checks and whether it keeps it.

    A symmetry is looked at where it is declared, and in values that a breath of noise, 1e-9, does not change: others
    lie on the edge of a bin, and a turn may move them across. NaN is expected where ``@metric(undefined=...)`` or the
    docstring says that there can be some; infinity never is.

    Args:
        metric: decorated with `kadita.metric`.
        others: metrics of yours that it needs and that are not installed.
        known: blocks by name, in the place of `kadita.testing.schools.known`.
        parameters: of the metric; its defaults where they are not given.

    Raises:
        KaditaError: parameters that there are not, or a need that nothing brings.
    """
    trial = trial_of(metric, others, parameters)
    blocks = dict(schools.known() if known is None else known)
    documented = judged("it says what it is", [] if metric.summary else ["expected a docstring; found none"], "")
    found, faults, left_out = _computed(trial, blocks)
    if not found and not faults:
        faults = list(left_out.values())
    written = judged(WRITES, _written(trial, blocks, faults), "positions, velocities, and values of what it needs")
    failed = [f for f in faults if "read-only" not in f]
    where = f"in {len(found)} schools" + (f", not applicable in {len(left_out)}" if left_out else "")
    returned = judged(RETURNS, failed, f"({', '.join(('T', *metric.dims))}) {where}")
    checks = [documented, returned, written]
    if not found:
        return checks
    checks += [_finite(metric, found), _in_range(metric, found), _has_velocities(trial, blocks, found)]
    checks += [same_again(trial, blocks, found), alone(trial, blocks, found)]
    if metric.axes:
        checks.append(same_axes(trial, blocks, found))
    rng = np.random.default_rng(20260207)
    sure = {name: steady(trial, blocks[name], values, rng) for name, values in found.items()}
    checks.append(any_order(trial, blocks, found, sure))
    checks += [unchanged(trial, symmetry, blocks, found, sure) for symmetry in MOVES if symmetry in metric.symmetries]
    strange = [f"expected some of {', '.join(MOVES)}; found {s!r}" for s in metric.symmetries if s not in MOVES]
    checks.append(judged("symmetries that there are", strange, ", ".join(metric.symmetries) or "none declared"))
    return [*checks, _speed(trial)]


def _computed(trial: Trial, blocks: Schools) -> tuple[dict[str, Floats], list[str], dict[str, str]]:
    found: dict[str, Floats] = {}
    faults: list[str] = []
    left_out: dict[str, str] = {}
    for name, block in blocks.items():
        try:
            found[name] = values_of(trial, frames_of(block, slice(None)))
        except NotApplicable as error:
            left_out[name] = f"{name}: {error}"
        except KaditaError as error:
            faults.append(f"{name}: {error}")
    return found, faults, left_out


def _written(trial: Trial, blocks: Schools, faults: Iterable[str]) -> Iterator[str]:
    yield from (f for f in faults if "read-only" in f)
    for name, block in blocks.items():
        try:
            changed = writes_to(trial, frames_of(block, slice(None)))
        except KaditaError:  # told elsewhere
            continue
        if changed:
            yield f"{name}: {changed}; work on a copy"


def _finite(metric: Metric, found: Found) -> Check:
    says = bool(metric.undefined) or "NaN" in (metric.function.__doc__ or "")

    def faults() -> Iterator[str]:
        for name, values in found.items():
            bad = np.isinf(values) if says else ~np.isfinite(values)
            if bad.any():
                where = first(bad)
                yield (
                    f"{name}, {where}: {values[bad][0]}; return NaN where it is not defined, and say when: "
                    '@metric(undefined="where ...")'
                )

    undefined = sum(int(np.isnan(values).sum()) for values in found.values())
    total = sum(values.size for values in found.values())
    return judged("finite, or NaN where it says so", faults(), f"NaN in {undefined} of {total} values")


def _in_range(metric: Metric, found: Found) -> Check:
    def faults() -> Iterator[str]:
        for name, values in found.items():
            bad = (values < low - ROUNDING) | (values > high + ROUNDING)
            if bad.any():
                yield f"{name}, {first(bad)}: expected {low:g} to {high:g}; found {values[bad][0]:.6g}"

    known = np.concatenate([values[~np.isnan(values)] for values in found.values()] or [np.empty(0)])
    if not known.size:
        return Check("within its range", None, "no value is defined")
    seen = f"found {known.min():.4g} to {known.max():.4g}"
    if metric.range is None:
        return Check("within its range", True, f"none declared; {seen}")
    low, high = metric.range
    return judged("within its range", faults(), f"declared {low:g} to {high:g}, {seen}")


def _has_velocities(trial: Trial, blocks: Schools, found: Found) -> Check:
    name = "it says that it needs velocities"
    if any(m.needs_velocities for m in trial.plan.order):
        return Check(name, True, "they are declared")
    faults = []
    for school in list(found)[:1]:
        block = blocks[school]
        try:
            bare = Block(block.positions, box=block.box, attributes=block.attributes)
            values_of(trial, bare)
        except KaditaError as error:
            faults = [f"{school}, without velocities: {error}; @metric(needs_velocities=True)"]
    return judged(name, faults, "it needs none")


def _speed(trial: Trial) -> Check:
    agents, frames = 200, 50
    try:
        took = microseconds(trial, schools.isotropic(agents, frames, schools.SIDE))
    except KaditaError as error:
        return Check("speed", None, f"not measured: {error}")
    return Check("speed", True, f"{took:.2g} us an agent a frame, {agents} agents")
