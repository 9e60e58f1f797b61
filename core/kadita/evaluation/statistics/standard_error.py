"""The mean of a series, its standard error, and whether the series is equilibrated."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from kadita.base.errors import KaditaError
from kadita.evaluation.statistics.autocorrelation import Correlation, correlation, scaled
from kadita.evaluation.statistics.blocking import BlockCurve, block_averages
from kadita.evaluation.statistics.bootstrap import block_length, bootstrap_interval
from kadita.evaluation.statistics.equilibration import FEWEST, LATEST, check_equilibration, first_frame
from kadita.school.box import Floats

LEVEL = 0.95
FEWEST_INDEPENDENT = 10.0  # with fewer independent values, a drift cannot be told from a fluctuation
STARTS = 6  # over which the correlation of an equilibrated series is averaged
SIGNIFICANCE = 0.001  # p-value below which a difference is a drift; small, because tables hold dozens of series


@dataclass(frozen=True)
class Estimate:
    """Mean of a scalar series from `start` on, and its standard error. NaN where it cannot be estimated.

    Attributes:
        mean: over the frames that count.
        error: standard error of the mean, std sqrt(g / n), corrected for autocorrelation.
        interval: 95 % confidence interval of the mean, by Student's t.
        std: standard deviation of the frames.
        start: index of the first frame that counts; T where none does.
        start_time: its time.
        count: n, the number of frames from there on with a defined value.
        inefficiency: g, the statistical inefficiency, see `correlation`.
        effective: n / g, the effective sample size.
        settled: whether the series, from `start` on, is equilibrated: fluctuates about one mean; see `estimate`.
    """

    mean: float
    error: float
    interval: tuple[float, float]
    std: float
    start: int
    start_time: float
    count: int
    inefficiency: float
    effective: float
    settled: bool
    values: Floats = field(repr=False, compare=False)  # defined ones from start on, (count,)

    @property
    def curve(self) -> BlockCurve:
        """Block-averaging curve of the frames that count; see `block_averages`."""
        return block_averages(self.values)

    def bootstrap(self, *, level: float = LEVEL, resamples: int = 2000, seed: int = 0) -> tuple[float, float]:
        """Return the interval of the mean by `bootstrap_interval`; NaN where the error is NaN."""
        if np.isnan(self.inefficiency):
            return np.nan, np.nan
        length = block_length(self.count, self.inefficiency)
        return bootstrap_interval(self.values, length, level=level, resamples=resamples, seed=seed)


def estimate(values: ArrayLike, times: ArrayLike | None = None, equilibration: str | float = "auto") -> Estimate:
    """Estimate the mean of a scalar series, its standard error, and where the series is equilibrated.

    The error is std sqrt(g / n) with the statistical inefficiency g of `correlation`; the interval has the degrees of
    freedom of g. Frames are assumed to be evenly spaced. Values that are NaN or infinite are left out, and the values
    around a gap are taken as neighbours, which is right for gaps that are rare, random or regular; g then counts
    defined frames.

    Errors are NaN for fewer than 10 values, and for a constant series, whose correlation time is unknown.

    A series counts as equilibrated (`settled`) unless it has fewer than 10 values or fewer than 10 independent ones,
    the mean of its first tenth differs significantly from that of its second half (Geweke's diagnostic, p < 0.001), or
    the start that ``"auto"`` finds is at the end of the range that it searches.

    Args:
        values: (T,), with NaN where undefined.
        times: (T,); frame numbers where there are none.
        equilibration: ``"auto"``, see `settling`; ``"half"``; ``"none"``; or a time before which frames do
            not count.

    Raises:
        KaditaError: values and times of other shapes, or an unknown equilibration.

    Source of the diagnostic: Geweke 1992, in Bayesian Statistics 4, pp. 169-193.
    """
    series = np.asarray(values, dtype=np.float64)
    moments = np.arange(series.size, dtype=np.float64) if times is None else np.asarray(times, dtype=np.float64)
    if series.ndim != 1 or moments.shape != series.shape:
        raise KaditaError(
            f"statistics: expected values and times of one shape (T,); found {series.shape} and {moments.shape}"
        )
    choice = check_equilibration(equilibration)
    start = first_frame(series, moments, choice)
    counted = series[start:]  # a view, where nothing is missing
    if not np.isfinite(counted).all():
        counted = counted[np.isfinite(counted)]
    mean, std = _mean(counted)
    corr = Correlation(np.nan, np.nan)
    if counted.size >= FEWEST:
        corr = _averaged_correlation(counted, series.size // 2 - start) if choice == "auto" else correlation(counted)
    error = std * float(np.sqrt(corr.inefficiency / max(1, counted.size)))
    half_width = _quantile(corr.freedom) * error
    effective = counted.size / corr.inefficiency
    late = choice == "auto" and start >= LATEST * series.size
    constant = counted.size >= FEWEST and std == 0
    return Estimate(
        mean=mean,
        error=error,
        interval=(mean - half_width, mean + half_width),
        std=std,
        start=start,
        start_time=float(moments[start]) if start < moments.size else np.nan,
        count=counted.size,
        inefficiency=corr.inefficiency,
        effective=effective,
        settled=not late and (constant or (effective >= FEWEST_INDEPENDENT and not _drifts(counted))),
        values=counted,
    )


def _averaged_correlation(values: Floats, latest: int) -> Correlation:
    """Return the correlation of the values from the start that `settling` chose, averaged over starts up to `latest`.

    That start has the smallest of many estimated errors, which is biased to be too small. The long-run variance of an
    equilibrated series is the same from any start, so it is averaged over later starts, which were not chosen for it.
    """
    corr, std = correlation(values), _mean(values)[1]
    if np.isnan(corr.inefficiency):
        return corr
    starts = np.linspace(0, max(0, min(latest, values.size - FEWEST)), STARTS).astype(int)
    variances = [correlation(values[i:]).inefficiency * (_mean(values[i:])[1] / std) ** 2 for i in starts]
    return corr._replace(inefficiency=max(1.0, float(np.nanmean(variances))))


def _mean(values: Floats) -> tuple[float, float]:
    """Return mean and standard deviation; NaN if there are no values."""
    if values.size == 0:
        return np.nan, np.nan
    if values.min() == values.max():  # exactly, without the rounding of a sum
        return float(values[0]), 0.0
    numbers, exponent = scaled(values)
    return float(np.ldexp(numbers.mean(), exponent)), float(np.ldexp(numbers.std(), exponent))


def _drifts(values: Floats) -> bool:
    """Return whether the mean of the first tenth differs significantly from that of the second half."""
    first, last = values[: values.size // 10], values[values.size // 2 :]
    reference = last if last.min() < last.max() else values  # a constant half gives no error
    corr, std = correlation(reference), _mean(reference)[1]
    spread = std * np.sqrt(corr.inefficiency * (1 / first.size + 1 / last.size))
    return bool(abs(_mean(first)[0] - _mean(last)[0]) > _quantile(corr.freedom, 1 - SIGNIFICANCE) * spread)


def _quantile(freedom: float, level: float = LEVEL) -> float:
    """Return the t with P(|T| < t) = `level` for Student's distribution."""
    from scipy.special import stdtrit

    return float(stdtrit(freedom, (1 + level) / 2))
