"""A row of the table: what is measured of a system, and the interval that it must lie in."""

import math
from typing import NamedTuple


class Row(NamedTuple):
    """A number that is known, and its measurement.

    Attributes:
        system: what is simulated.
        setting: its parameters.
        quantity: what is measured.
        limit: the value for frames, and steps of the model, that are infinitely close; NaN where it is not known.
        expected: the value for the frames and steps of this row.
        measured: with its standard error, `error`.
        low, high: where the measurement must lie.
    """

    system: str
    setting: str
    quantity: str
    limit: float
    expected: float
    measured: float
    error: float
    low: float
    high: float

    @property
    def holds(self):
        """Whether the measurement is what is expected, and its error small enough to say so."""
        return bool(self.low <= self.measured <= self.high)


ERRORS = 4.0  # standard errors that a measurement may be off: of thirty rows, none by chance
LARGEST = 0.12  # error, as a share of what is expected, above which a row says nothing


def known(system, setting, quantity, expected, found, *, limit=None, uncertainty=0.0):
    """Return a row whose expectation is known, or was computed elsewhere with some standard error.

    Args:
        system, setting, quantity: see `Row`.
        expected: in the frames of this row.
        found: measurement, and its standard error.
        limit: for frames infinitely close; None if the expectation does not depend on frames.
        uncertainty: standard error of the expectation.
    """
    measured, error = (float(x) for x in found)
    allowed = ERRORS * math.hypot(error, uncertainty) if error < LARGEST * abs(expected) else -math.inf
    closed = expected if limit is None else limit
    return Row(system, setting, quantity, closed, expected, measured, error, expected - allowed, expected + allowed)


def between(system, setting, quantity, found, low, high):
    """Return a row whose expectation is an interval."""
    measured, error = (float(x) for x in found)
    return Row(system, setting, quantity, math.nan, math.nan, measured, error, low, high)


def of(results, name):
    """Return a result of the analysis, and its error from blocks of time."""
    return results[f"entropy_production.{name}"], results[f"entropy_production.{name}_error"]


def of_copies(results, together=1):
    """Return the rate of independent copies, and its error.

    It is from copies, for blocks of runs as short as these are no longer than the memory of the particles.

    Args:
        results: of the analysis.
        together: agents that interact, which follow each other; the rate is that of all of them.
    """
    rates = results["entropy_production.of_agents"].reshape(-1, together).sum(axis=1)
    return rates.mean(), rates.std(ddof=1) / math.sqrt(len(rates))
