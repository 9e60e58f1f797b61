"""Checks of whole-trajectory analyses, on known trajectories in several partitions into windows."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any

import numpy as np

from kadita.base.errors import describe_error
from kadita.plugins.declaration.analysis import Analysis, State
from kadita.plugins.declaration.metric import Metric
from kadita.testing.checks import Check, outcome, require_passed
from kadita.testing.harness import registry_with
from kadita.testing.paths import AGENTS, FRAMES, AnalysisTrial, Path, Result, known_paths, same

PARTITIONS = ((0, 16, 32, 48, 64, 65), (0, 40, 65), (0, 20, 65))  # first frames of windows, and the number of frames
CLOSE = 1e-8


def check_analysis(analysis: Analysis, /, *, others: Iterable[Metric] = (), **parameters: Any) -> list[Check]:
    """Return the checks of an analysis if all pass; see `examine_analysis`.

    Raises:
        AssertionError: checks failed, which are named.
        KaditaError: an unknown or invalid parameter, or a needed metric that is not installed.

    >>> import kadita
    >>> from kadita.testing import check_analysis
    >>> checks = check_analysis(kadita.metrics("mean_squared_displacement"))
    >>> all(check.passed in (True, None) for check in checks)
    True
    """
    return require_passed(f"analysis {analysis.name}", examine_analysis(analysis, others=others, **parameters))


def examine_analysis(analysis: Analysis, /, *, others: Iterable[Metric] = (), **parameters: Any) -> list[Check]:
    """Check an analysis on known trajectories, and return all checks.

    Args:
        analysis: decorated with `kadita.analysis`.
        others: metrics that it needs and that are not installed.
        parameters: parameters of the analysis; defaults where they are not given.

    Raises:
        KaditaError: an unknown or invalid parameter, or a needed metric that is not installed.

    >>> import kadita
    >>> from kadita.testing import examine_analysis
    >>> examine_analysis(kadita.metrics("mean_squared_displacement"))[0]
    Check(name='it is documented', passed=True, detail='')
    """
    validated = analysis.validate(parameters)
    trial = AnalysisTrial(analysis.needing_chosen(validated), validated, registry_with(others))
    paths = {name: path for name, path in known_paths().items() if path.dimensions in analysis.dimensions}
    analyses: dict[str, Result] = {}
    faults: list[str] = []
    modified: list[str] = []
    for name, path in paths.items():
        try:
            analyses[name] = trial.result(path, (0, FRAMES))
        except Exception as error:  # the analysis of a plugin can raise any exception
            (modified if "read-only" in str(error) else faults).append(f"{name}: {describe_error(error)}")
    axes = ", ".join(f"{n} ({', '.join(o.dims)})" for n, o in analysis.outputs.items())
    checks = [
        outcome("it is documented", [] if analysis.summary else ["expected a docstring; found none"], ""),
        outcome("real numbers of the declared shape", faults, axes),
        outcome(
            "its input is not modified", [*modified, *_modified(trial, paths, analyses)], "positions and velocities"
        ),
    ]
    if not analyses:
        return checks
    comparisons = [
        ("the numbers along an axis fit the shape of the result", _axes, "axes and agents"),
        ("same input, same bits", _repeated, "computed twice"),
        ("the same for all partitions into windows", _partitioned, f"{len(PARTITIONS)} partitions of {FRAMES} frames"),
        ("merge is associative", _merged, "((a b) c) d = a (b (c d))"),
        ("a state can be pickled", _pickled, "pickled and unpickled"),
        ("invariant under permutations of agents", _permuted, f"{AGENTS} agents"),
    ]
    return checks + [
        outcome(name, _faults(compare, trial, {n: paths[n] for n in analyses}, analyses), detail)
        for name, compare, detail in comparisons
    ]


def _faults(
    compare: Any, trial: AnalysisTrial, paths: Mapping[str, Path], analyses: Mapping[str, Result]
) -> Iterator[str]:
    """Yield the first fault of each path; an exception is a fault."""
    for name, path in paths.items():
        try:
            fault = next(iter(compare(trial, path, analyses[name])), "")
        except Exception as error:
            fault = describe_error(error)
        if fault:
            yield f"{name}: {fault}"


def _modified(trial: AnalysisTrial, paths: Mapping[str, Path], analyses: Mapping[str, Result]) -> list[str]:
    faults = []
    for name in analyses:
        try:
            trial.states(paths[name], PARTITIONS[0])
        except ValueError as error:
            faults += [f"{name}: {error}"] if "read-only" in str(error) else []
        except Exception:  # reported by the check of partitions
            continue
    return faults


def _axes(trial: AnalysisTrial, path: Path, expected: Result) -> Iterator[str]:
    for name, output in trial.analysis.outputs.items():
        for size, d in zip(expected["values"][name].shape, output.dims, strict=True):
            numbers = len(expected["axes"][d]) if d in expected["axes"] else AGENTS if d == "agent" else size
            if numbers != size:
                yield f"{name} has {size} along {d}; expected {numbers}"


def _repeated(trial: AnalysisTrial, path: Path, expected: Result) -> Iterator[str]:
    yield from _differences(expected, trial.result(path, (0, FRAMES)), 0.0)


def _partitioned(trial: AnalysisTrial, path: Path, expected: Result) -> Iterator[str]:
    for cuts in PARTITIONS:
        for fault in _differences(expected, trial.result(path, cuts), CLOSE):
            own = "+".join(str(b - a) for a, b in pairwise(cuts))
            hint = (
                "count what starts in a window's own frames, and use differences of unwrapped positions only: their "
                "origin differs between windows"
            )
            yield f"{fault} in windows of {own} frames; {hint}"


def _merged(trial: AnalysisTrial, path: Path, expected: Result) -> Iterator[str]:
    def merge(one: State, other: State) -> State:  # which may modify its arguments
        return trial.analysis.merge(copy.deepcopy(one), copy.deepcopy(other))

    a, b, c, d = trial.states(path, (0, 16, 33, 50, FRAMES))
    merged = [merge(merge(merge(a, b), c), d), merge(a, merge(b, merge(c, d))), merge(merge(a, b), merge(c, d))]
    first, *others = (trial.finish(path, state) for state in merged)
    for other in others:
        yield from _differences(first, other, CLOSE)


def _pickled(trial: AnalysisTrial, path: Path, expected: Result) -> Iterator[str]:
    (state,) = trial.states(path, (0, FRAMES))
    yield from _differences(expected, trial.finish(path, pickle.loads(pickle.dumps(state))), 0.0)


def _permuted(trial: AnalysisTrial, path: Path, expected: Result) -> Iterator[str]:
    order = np.random.default_rng(4).permutation(AGENTS)
    permuted = path._replace(
        positions=path.positions[:, order], velocities=path.velocities[:, order], agents=path.agents[order]
    )
    got = trial.result(permuted, (0, FRAMES))
    for name, output in trial.analysis.outputs.items():
        for axis, d in enumerate(output.dims):
            if d == "agent" or same(got["axes"].get(d, np.empty(0)), permuted.agents):
                got["values"][name] = np.take(got["values"][name], np.argsort(order), axis=axis)
    yield from _differences(expected, got, CLOSE)


def _differences(expected: Result, got: Result, tolerance: float) -> Iterator[str]:
    for name, a in expected["values"].items():
        b = got["values"][name]
        if a.shape != b.shape:
            yield f"{name}: shape {a.shape} becomes {b.shape}"
            continue
        scale = float(np.nanmax(np.abs(a[np.isfinite(a)]), initial=0.0)) * tolerance
        bad = ~np.isclose(a, b, rtol=tolerance, atol=scale, equal_nan=True)
        if bad.any():
            yield f"{name}: {a[bad][0]:.6g} becomes {b[bad][0]:.6g}"
