"""Analyze several files: the results of each, by its path, and the files that could not be measured."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kadita.base.errors import KaditaError, KaditaWarning
from kadita.base.settings import by_metric
from kadita.evaluation.evaluate import analyze
from kadita.evaluation.plan import load_preset, make_plan
from kadita.evaluation.results import Results
from kadita.plugins.loading import load_registry


@dataclass(frozen=True, eq=False)
class ResultsOfFiles(Mapping[str, Results]):
    """Results of files by path, in the order in which they were given.

    Attributes:
        results: by path.
        failures: why a file could not be measured, one line each, by path.
    """

    results: Mapping[str, Results] = field(repr=False)
    failures: Mapping[str, str]

    def __getitem__(self, path: str) -> Results:
        return self.results[str(path)]

    def __iter__(self) -> Iterator[str]:
        return iter(self.results)

    def __len__(self) -> int:
        return len(self.results)


def analyze_files(files: Iterable[str | Path], metrics: Any = None, **options: Any) -> ResultsOfFiles:
    """Compute metrics of several files, one trial each; a file that cannot be measured does not stop the others.

    Args:
        files: paths of trajectories or tracks, all read with the same options.
        metrics: see `kadita.analyze`.
        options: the other keywords of `kadita.analyze`.

    Returns:
        The results by path; `ResultsOfFiles.failures` says which files could not be measured, and why.

    Raises:
        KaditaError: no file, one that is given twice, unknown metrics or parameters, or no file can be measured.

    >>> import kadita
    >>> kadita.analyze_files([])
    Traceback (most recent call last):
        ...
    kadita.base.errors.KaditaError: expected at least one file; got none
    """
    paths = [str(file) for file in files]
    if not paths:
        raise KaditaError("expected at least one file; got none")
    if twice := [path for path in paths if paths.count(path) > 1]:
        raise KaditaError(f"{twice[0]}: expected each file once; got it twice")
    if options.get("follow") or options.get("keep"):
        raise KaditaError("--follow: expected one file; got several")
    if options.get("registry") is None:
        options["registry"] = load_registry(options.get("plugins") or ())
    _check(metrics, options)
    results: dict[str, Results] = {}
    failures: dict[str, str] = {}
    for path in paths:
        try:
            results[path] = analyze(path, metrics, **options)
        except KaditaError as error:
            if error.exit_status > 2:  # an interrupt
                raise
            failures[path] = str(error) if str(error).startswith(path) else f"{path}: {error}"
    if not results:
        others = f" (and {len(failures) - 1} other files cannot be measured)" if len(failures) > 1 else ""
        raise KaditaError(f"{next(iter(failures.values()))}{others}")
    for failure in failures.values():
        warnings.warn(f"{failure}; it is left out", KaditaWarning, stacklevel=2)
    return ResultsOfFiles(results, failures)


def _check(metrics: Any, options: Mapping[str, Any]) -> None:
    """Raise for what is wrong for any file: unknown metrics, parameters and profiles."""
    requested = [metrics] if isinstance(metrics, str) else list(metrics or ())
    if all(isinstance(name, str) for name in requested):
        profile = options.get("profile")
        preset = None if profile is None else load_preset(profile)
        make_plan(options["registry"], requested, by_metric(options.get("parameters") or {}), preset)
