"""Checks of metrics, on known schools."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from kadita.base.errors import KaditaError, NotApplicable
from kadita.plugins.declaration.metric import Metric
from kadita.school.block import Block
from kadita.school.box import Floats
from kadita.testing import schools
from kadita.testing.checks import Check, outcome, require_passed
from kadita.testing.comparison import first, stable_under_noise
from kadita.testing.dependence import (
    ROUNDING,
    Schools,
    Values,
    frame_by_frame,
    invariant,
    permutation_invariant,
    reproducible,
    same_axes,
)
from kadita.testing.harness import Trial, microseconds, trial_of, values_of, writes_to
from kadita.testing.symmetries import SYMMETRIES, frames_of


def check_metric(
    metric: Metric, /, *, others: Iterable[Metric] = (), known: Schools | None = None, **parameters: Any
) -> list[Check]:
    """Return the checks of a metric if all pass; see `examine_metric`.

    Raises:
        AssertionError: checks failed, which are named.
        KaditaError: an unknown or invalid parameter, or a needed metric that is not installed.

    >>> import kadita
    >>> from kadita.testing import check_metric
    >>> checks = check_metric(kadita.metrics("polarization"))
    >>> all(check.passed in (True, None) for check in checks)
    True
    """
    return require_passed(f"metric {metric.name}", examine_metric(metric, others=others, known=known, **parameters))


def examine_metric(
    metric: Metric, /, *, others: Iterable[Metric] = (), known: Schools | None = None, **parameters: Any
) -> list[Check]:
    """Check a metric on known schools, and return all checks.

    Declared symmetries are checked on values that noise of 1e-9 in positions and velocities does not change: other
    values lie on the edge of a bin, and the rounding of a rotation may move them across. Schools are those in the
    dimensions that the metric declares: in space, in a plane, or both by default. NaN is accepted if
    ``@metric(undefined=...)`` or the docstring mentions it; infinity never is.

    Args:
        metric: decorated with `kadita.metric`.
        others: metrics that it needs and that are not installed.
        known: blocks by name, instead of `kadita.testing.schools.known`.
        parameters: parameters of the metric; defaults where they are not given.

    Raises:
        KaditaError: an unknown or invalid parameter, or a needed metric that is not installed.

    >>> import kadita
    >>> from kadita.testing import examine_metric
    >>> examine_metric(kadita.metrics("polarization"))[0]
    Check(name='it is documented', passed=True, detail='')
    """
    trial = trial_of(metric, others, parameters)
    all_blocks = schools.known() if known is None else known
    blocks = {name: block for name, block in all_blocks.items() if block.dimensions in metric.dimensions}
    computed, faults, left_out = _compute(trial, blocks)
    if not computed and not faults:
        dimensions = " or ".join(map(str, metric.dimensions))
        faults = list(left_out.values()) or [f"expected schools in {dimensions} dimensions; got none"]
    failed, modified = [f for f in faults if "read-only" not in f], _modified(trial, blocks, faults)
    where = f"in {len(computed)} schools" + (f", not applicable in {len(left_out)}" if left_out else "")
    checks = [
        outcome("it is documented", [] if metric.summary else ["expected a docstring; found none"], ""),
        outcome("real numbers of the declared shape", failed, f"({', '.join(('T', *metric.dims))}) {where}"),
        outcome("its input is not modified", modified, "positions, velocities, needed values, parameters"),
    ]
    if not computed:
        return checks
    checks += [_finite(metric, computed), _in_range(metric, computed), _has_velocities(trial, blocks, computed)]
    checks += [reproducible(trial, blocks, computed), frame_by_frame(trial, blocks, computed)]
    if metric.axes:
        checks.append(same_axes(trial, blocks, computed))
    rng = np.random.default_rng(20260207)
    stable = {name: stable_under_noise(trial, blocks[name], values, rng) for name, values in computed.items()}
    checks.append(permutation_invariant(trial, blocks, computed, stable))
    checks += [invariant(trial, s, blocks, computed, stable) for s in SYMMETRIES if s in metric.symmetries]
    expected = ", ".join(SYMMETRIES)
    unknown = [f"expected some of {expected}; found {s!r}" for s in metric.symmetries if s not in SYMMETRIES]
    checks.append(outcome("declared symmetries are known", unknown, ", ".join(metric.symmetries) or "none declared"))
    return [*checks, _speed(trial)]


def _compute(trial: Trial, blocks: Schools) -> tuple[dict[str, Floats], list[str], dict[str, str]]:
    computed: dict[str, Floats] = {}
    faults: list[str] = []
    left_out: dict[str, str] = {}
    for name, block in blocks.items():
        try:
            computed[name] = values_of(trial, frames_of(block, slice(None)))
        except NotApplicable as error:
            left_out[name] = f"{name}: {error}"
        except KaditaError as error:
            faults.append(f"{name}: {error}")
    return computed, faults, left_out


def _modified(trial: Trial, blocks: Schools, faults: Iterable[str]) -> Iterator[str]:
    yield from (f for f in faults if "read-only" in f)
    for name, block in blocks.items():
        try:
            changed = writes_to(trial, frames_of(block, slice(None)))
        except KaditaError:  # reported by another check
            continue
        if changed:
            yield f"{name}: {changed}; work on a copy"


def _finite(metric: Metric, computed: Values) -> Check:
    may_be_nan = bool(metric.undefined) or "NaN" in (metric.function.__doc__ or "")

    def faults() -> Iterator[str]:
        for name, values in computed.items():
            bad = np.isinf(values) if may_be_nan else ~np.isfinite(values)
            if bad.any():
                yield (
                    f"{name}, {first(bad)}: {values[bad][0]}; return NaN where the metric is undefined, and declare "
                    'where: @metric(undefined="where ...")'
                )

    undefined = sum(int(np.isnan(values).sum()) for values in computed.values())
    total = sum(values.size for values in computed.values())
    return outcome("finite, or NaN where declared undefined", faults(), f"NaN in {undefined} of {total} values")


def _in_range(metric: Metric, computed: Values) -> Check:
    def faults() -> Iterator[str]:
        for name, values in computed.items():
            bad = (values < low - ROUNDING) | (values > high + ROUNDING)
            if bad.any():
                yield f"{name}, {first(bad)}: expected {low:g} to {high:g}; found {values[bad][0]:.6g}"

    defined = np.concatenate([values[~np.isnan(values)] for values in computed.values()] or [np.empty(0)])
    if not defined.size:
        return Check("within the declared range", None, "no value is defined")
    found = f"found {defined.min():.4g} to {defined.max():.4g}"
    low, high = metric.range or (-np.inf, np.inf)
    declared = f"declared {low:g} to {high:g}, " if metric.range else "none declared; "
    return outcome("within the declared range", faults(), declared + found)


def _has_velocities(trial: Trial, blocks: Schools, computed: Values) -> Check:
    name = "needed velocities are declared"
    if any(m.needs_velocities for m in trial.plan.order):
        return Check(name, True, "declared")
    school = next(iter(computed))
    block = blocks[school]
    try:
        values_of(
            trial,
            Block(
                block.positions,
                box=block.box,
                attributes=block.attributes,
                species=block.species,
                dimensions=block.dimensions,
            ),
        )
    except KaditaError as error:
        return outcome(name, [f"{school}, without velocities: {error}; @metric(needs_velocities=True)"], "")
    return Check(name, True, "not needed")


def _speed(trial: Trial) -> Check:
    agents, frames = 200, 50
    try:
        found = {
            dimensions: microseconds(trial, schools.isotropic(agents, frames, schools.SIDE, dimensions=dimensions))
            for dimensions in sorted(trial.metric.dimensions, reverse=True)
        }
    except KaditaError as error:
        return Check("speed", None, f"not measured: {error}")
    where = {2: " in a plane", 3: ""}
    times = ", ".join(f"{time:.2g} us per agent and frame{where[d]}" for d, time in found.items())
    return Check("speed", True, f"{times}, {agents} agents")
