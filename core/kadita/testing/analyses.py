"""What every whole-trajectory analysis checks, tried on known paths that are cut into windows in several ways."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any

import numpy as np

from kadita.base.errors import describe_error
from kadita.plugins.declaration.analysis import Analysis
from kadita.plugins.declaration.metric import Metric
from kadita.testing.checks import Check, demand, judged
from kadita.testing.harness import registry_with
from kadita.testing.paths import AGENTS, FRAMES, AnalysisTrial, Path, Result, known_paths, same

CUTS = ((0, 16, 32, 48, 64, 65), (0, 40, 65), (0, 20, 65))  # own frames of windows, from one to the next
CLOSE = 1e-8


def check_analysis(analysis: Analysis, /, *, others: Iterable[Metric] = (), **parameters: Any) -> list[Check]:
    """Return the checks of an analysis, all of them kept; see `examine_analysis`.

    Raises:
        AssertionError: it breaks some, which are named.
        KaditaError: parameters that there are not, or a need that nothing brings.
    """
    return demand(f"analysis {analysis.name}", examine_analysis(analysis, others=others, **parameters))


def examine_analysis(analysis: Analysis, /, *, others: Iterable[Metric] = (), **parameters: Any) -> list[Check]:
    """Try an analysis on known paths, and return what it checks and whether it keeps it.

    Args:
        analysis: decorated with `kadita.analysis`.
        others: metrics of yours that it needs and that are not installed.
        parameters: of the analysis; its defaults where they are not given.

    Raises:
        KaditaError: parameters that there are not, or a need that nothing brings.
    """
    trial = AnalysisTrial(analysis, analysis.validate(parameters), registry_with(others))
    paths = known_paths()
    documented = judged("it says what it is", [] if analysis.summary else ["expected a docstring; found none"], "")
    analyses: dict[str, Result] = {}
    faults: list[str] = []
    written: list[str] = []
    for name, path in paths.items():
        try:
            analyses[name] = trial.result(path, (0, FRAMES))
        except Exception as error:  # a stranger's analysis can raise anything at all
            (written if "read-only" in str(error) else faults).append(f"{name}: {describe_error(error)}")
    axes = ", ".join(f"{n or 'result'} ({', '.join(o.dims)})" for n, o in analysis.outputs.items())
    checks = [
        documented,
        judged("real numbers of the declared shape", faults, axes),
        judged(
            "its input is not written to", [*written, *_written(trial, paths, analyses)], "positions and velocities"
        ),
    ]
    if not analyses:
        return checks
    looks = [
        ("as many numbers along an axis as the result has", _axes, "axes and agents"),
        ("same input, same bits", _again, "twice"),
        ("windows cut otherwise give the same", _cut, f"{len(CUTS)} ways to cut {FRAMES} frames"),
        ("merge is associative", _merged, "((a b) c) d = a (b (c d))"),
        ("a state travels between processes", _travelled, "pickled"),
        ("the order of agents does not matter", _reordered, f"{AGENTS} agents"),
    ]
    return checks + [
        judged(name, _told(look, trial, {n: paths[n] for n in analyses}, analyses), detail)
        for name, look, detail in looks
    ]


def _told(look: Any, trial: AnalysisTrial, paths: Mapping[str, Path], analyses: Mapping[str, Result]) -> Iterator[str]:
    """Yield what is wrong, one fault a path; whatever is raised is one."""
    for name, path in paths.items():
        try:
            fault = next(iter(look(trial, path, analyses[name])), "")
        except Exception as error:
            fault = describe_error(error)
        if fault:
            yield f"{name}: {fault}"


def _written(trial: AnalysisTrial, paths: Mapping[str, Path], analyses: Mapping[str, Result]) -> list[str]:
    faults = []
    for name in analyses:
        try:
            trial.states(paths[name], CUTS[0])
        except ValueError as error:
            faults += [f"{name}: {error}"] if "read-only" in str(error) else []
        except Exception:  # told by windows that are cut otherwise
            continue
    return faults


def _axes(trial: AnalysisTrial, path: Path, whole: Result) -> Iterator[str]:
    for name, output in trial.analysis.outputs.items():
        for size, d in zip(whole["values"][name].shape, output.dims, strict=True):
            numbers = len(whole["axes"][d]) if d in whole["axes"] else AGENTS if d == "agent" else size
            if numbers != size:
                yield f"{name or 'the result'} has {size} along {d}; expected {numbers}"


def _again(trial: AnalysisTrial, path: Path, whole: Result) -> Iterator[str]:
    yield from _differences(whole, trial.result(path, (0, FRAMES)), 0.0)


def _cut(trial: AnalysisTrial, path: Path, whole: Result) -> Iterator[str]:
    for cuts in CUTS:
        for fault in _differences(whole, trial.result(path, cuts), CLOSE):
            own = "+".join(str(b - a) for a, b in pairwise(cuts))
            hint = (
                "count what begins in a window's own frames, once, and use no place itself: unwrapped ones begin anew"
            )
            yield f"{fault} in windows of {own}; {hint}"


def _merged(trial: AnalysisTrial, path: Path, whole: Result) -> Iterator[str]:
    merge = trial.analysis.merge
    a, b, c, d = trial.states(path, (0, 16, 33, 50, FRAMES))
    left, right = merge(copy.deepcopy(a), copy.deepcopy(b)), merge(copy.deepcopy(c), copy.deepcopy(d))
    ways = [
        merge(merge(merge(copy.deepcopy(a), copy.deepcopy(b)), copy.deepcopy(c)), copy.deepcopy(d)),
        merge(copy.deepcopy(a), merge(copy.deepcopy(b), merge(copy.deepcopy(c), copy.deepcopy(d)))),
        merge(left, right),
    ]
    first, *others = (trial.finish(path, state) for state in ways)
    for other in others:
        yield from _differences(first, other, CLOSE)


def _travelled(trial: AnalysisTrial, path: Path, whole: Result) -> Iterator[str]:
    (state,) = trial.states(path, (0, FRAMES))
    yield from _differences(whole, trial.finish(path, pickle.loads(pickle.dumps(state))), 0.0)


def _reordered(trial: AnalysisTrial, path: Path, whole: Result) -> Iterator[str]:
    order = np.random.default_rng(4).permutation(AGENTS)
    other = Path(path.positions[:, order], path.velocities[:, order], path.lengths, path.agents[order])
    found = trial.result(other, (0, FRAMES))
    for name, output in trial.analysis.outputs.items():
        for axis, d in enumerate(output.dims):
            if d == "agent" or same(found["axes"].get(d, np.empty(0)), other.agents):
                found["values"][name] = np.take(found["values"][name], np.argsort(order), axis=axis)
    yield from _differences(whole, found, CLOSE)


def _differences(expected: Result, got: Result, tolerance: float) -> Iterator[str]:
    for name, a in expected["values"].items():
        b = got["values"][name]
        if a.shape != b.shape:
            yield f"{name or 'the result'}: shape {a.shape} becomes {b.shape}"
            continue
        scale = float(np.nanmax(np.abs(a[np.isfinite(a)]), initial=0.0)) * tolerance
        bad = ~np.isclose(a, b, rtol=tolerance, atol=scale, equal_nan=True)
        if bad.any():
            yield f"{name or 'the result'}: {a[bad][0]:.6g} becomes {b[bad][0]:.6g}"
