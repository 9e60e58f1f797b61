"""A row of the study: a setting of a model, what is measured there, and what was found by others."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import inf, sqrt

import numpy as np
from numpy.typing import ArrayLike


@dataclass(frozen=True)
class Expected:
    """What a quantity should be: a reference value, and the interval that a measurement must lie in."""

    reference: str  # as others give it: ".735 +- .004", "separated"
    low: float = -inf
    high: float = inf
    errors: float = 0.0  # standard errors of the measurement that it may be off, if these are more than low and high

    def holds(self, value: float, error: float = 0.0) -> bool:
        """Whether a measurement with a standard error is what is expected."""
        slack = max(0.0, self.errors * error - (self.high - self.low) / 2)
        return self.low - slack <= value <= self.high + slack


@dataclass(frozen=True)
class Row:
    """A setting of a model, and the function that measures all its quantities at once."""

    model: str
    setting: str
    expected: Mapping[str, Expected]  # by quantity
    measure: Callable[[], Mapping[str, float | tuple[float, float]]]  # values, or values and their standard errors


def near(value: float, tolerance: float, error: float | None = None, errors: float = 0.0) -> Expected:
    """Return what is expected: `value` within `tolerance`, or within so many `errors` of the measurement.

    `error` is its own standard error, if it is known.
    """
    text = f"{value:g}" if error is None else f"{value:g} +- {error:g}"
    return Expected(text, value - tolerance, value + tolerance, errors)


def known(value: float, why: str, digits: int = 4) -> Expected:
    """Return what is expected: a value that is known, within four standard errors of the measurement."""
    return Expected(f"{value:.{digits}g} ({why})", value, value, errors=4)


def mean_and_error(values: ArrayLike) -> tuple[float, float]:
    """Return the mean of independent values, and its standard error; 0 of a single one, whose error is not known."""
    v = np.asarray(values, dtype=float)
    return float(v.mean()), float(v.std(ddof=1) / sqrt(len(v))) if len(v) > 1 else 0.0


def above(value: float, reference: str) -> Expected:
    """Return what is expected: more than `value`."""
    return Expected(reference, low=value)


def below(value: float, reference: str) -> Expected:
    """Return what is expected: less than `value`."""
    return Expected(reference, high=value)
