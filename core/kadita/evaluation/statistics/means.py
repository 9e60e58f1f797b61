"""The mean of a series, what it is worth, and whether the series has settled."""

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
FEWEST_INDEPENDENT = 10.0  # below that many, a drift and a fluctuation look alike
STARTS = 6  # over which the correlation of a settled series is averaged
SURPRISE = 0.001  # probability below which a difference is no fluctuation; tables hold dozens of series


@dataclass(frozen=True)
class Estimate:
    """Mean of a scalar series from where it counts, and its error. NaN is what cannot be told.

    Attributes:
        mean: over the frames that count.
        error: standard error of the mean, std sqrt(g / n), for frames that remember each other.
        interval: 95 % confidence interval of the mean, by Student's t.
        std: standard deviation of the frames.
        start: index of the first frame that counts; T where none does.
        start_time: its time.
        count: n, the frames from there on whose value is defined.
        inefficiency: g, the statistical inefficiency: frames worth one independent frame.
        effective: n / g, the effective sample size.
        settled: whether the series, from `start` on, looks like one that fluctuates about one mean; see `estimate`.
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
    values: Floats = field(repr=False, compare=False)  # those that count, (count,)

    @property
    def curve(self) -> BlockCurve:
        """Block-averaging curve of the frames that count; see `block_averages`."""
        return block_averages(self.values)

    def bootstrap(self, *, level: float = LEVEL, resamples: int = 2000, seed: int = 0) -> tuple[float, float]:
        """Interval of the mean by a block bootstrap; NaN where there is no error, see `bootstrap_interval`."""
        if np.isnan(self.inefficiency):
            return np.nan, np.nan
        length = block_length(self.count, self.inefficiency)
        return bootstrap_interval(self.values, length, level=level, resamples=resamples, seed=seed)


def estimate(values: ArrayLike, times: ArrayLike | None = None, equilibration: str | float = "auto") -> Estimate:
    """Estimate the mean of a scalar series, its error, and where it settles.

    The error is std sqrt(g / n) with the statistical inefficiency g of `correlation`; the interval has as many degrees
    of freedom as g has. Frames are taken as evenly spaced. Those that are NaN or infinite are left out and the rest
    stand as neighbours, which is right for gaps that are rare, random or regular; g then counts defined frames.

    Errors are NaN for fewer than 10 values, and for a series that never changes: it does not tell how often it would.

    A series has settled unless it has fewer than 10 values or fewer than 10 independent ones, the mean of its first
    tenth differs from that of its second half by more than chance allows (Geweke's diagnostic, p < 0.001), or the start
    that ``"auto"`` finds is as late as it looks for one.

    Args:
        values: (T,), with NaN where undefined.
        times: (T,); frame numbers where there are none.
        equilibration: ``"auto"``, see `settling`; ``"half"``; ``"none"``; or a time before which frames do not count.

    Raises:
        KaditaError: not a series and its times, or no such equilibration.

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
    kept = series[start:]  # a view, where nothing is missing
    if not np.isfinite(kept).all():
        kept = kept[np.isfinite(kept)]
    mean, std = _mean(kept)
    found = Correlation(np.nan, np.nan)
    if kept.size >= FEWEST:
        found = _of_settled(kept, series.size // 2 - start) if choice == "auto" else correlation(kept)
    error = std * float(np.sqrt(found.inefficiency / max(1, kept.size)))
    reach = _quantile(found.freedom) * error
    effective = kept.size / found.inefficiency
    late = choice == "auto" and start >= LATEST * series.size
    unchanging = kept.size >= FEWEST and std == 0
    return Estimate(
        mean=mean,
        error=error,
        interval=(mean - reach, mean + reach),
        std=std,
        start=start,
        start_time=float(moments[start]) if start < moments.size else np.nan,
        count=kept.size,
        inefficiency=found.inefficiency,
        effective=effective,
        settled=not late and (unchanging or (effective >= FEWEST_INDEPENDENT and not _drifts(kept))),
        values=kept,
    )


def _of_settled(kept: Floats, room: int) -> Correlation:
    """Correlation of the frames that `settling` left, which chose them for a small error.

    The least of many estimates is too small. The long-run variance is the same wherever a settled series is cut, so
    that it is averaged over later starts, up to the middle of the series, which nobody chose.
    """
    found, std = correlation(kept), _mean(kept)[1]
    if np.isnan(found.inefficiency):
        return found
    starts = np.linspace(0, max(0, min(room, kept.size - FEWEST)), STARTS).astype(int)
    variances = [correlation(kept[i:]).inefficiency * (_mean(kept[i:])[1] / std) ** 2 for i in starts]
    return found._replace(inefficiency=max(1.0, float(np.nanmean(variances))))


def _mean(values: Floats) -> tuple[float, float]:
    """Mean and standard deviation, NaN of none."""
    if values.size == 0:
        return np.nan, np.nan
    if values.min() == values.max():  # exactly, whatever a sum makes of it
        return float(values[0]), 0.0
    numbers, exponent = scaled(values)
    return float(np.ldexp(numbers.mean(), exponent)), float(np.ldexp(numbers.std(), exponent))


def _drifts(values: Floats) -> bool:
    """Whether the first tenth differs from the second half by more than such a series fluctuates."""
    first, last = values[: values.size // 10], values[values.size // 2 :]
    judge = last if last.min() < last.max() else values  # one that never changes tells nothing of chance
    found, std = correlation(judge), _mean(judge)[1]
    spread = std * np.sqrt(found.inefficiency * (1 / first.size + 1 / last.size))
    return bool(abs(_mean(first)[0] - _mean(last)[0]) > _quantile(found.freedom, 1 - SURPRISE) * spread)


def _quantile(freedom: float, level: float = LEVEL) -> float:
    """Return what |t| of Student's distribution stays below, at this level."""
    from scipy.special import stdtrit

    return float(stdtrit(freedom, (1 + level) / 2))
