"""What frames lose of the work of propulsion: they have to be close on the scale of the rates that there are."""

import math
import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np

from kadita import KaditaWarning, NotApplicable

GAP = 1.5  # longer intervals are gaps, in units of the median one


def share_lost(step: float, reorientation: float, relaxation: float) -> float:
    """Return which share of the even rate in a harmonic trap is lost by frames a step dt apart.

    1 - (exp(-l dt) - exp(-k dt)) / ((k - l) dt), at most (k + l) dt / 2; l: rate of reorientation, k: of relaxation.
    """
    slow, fast = sorted((reorientation * step, relaxation * step))
    if fast - slow < 1e-6:
        return float(-np.expm1(-(slow + fast) / 2))
    return 1 - math.exp(-slow) * float(-np.expm1(slow - fast)) / (fast - slow)


def lost_between_frames(
    attributes: Mapping[str, Any],
    step: float,
    kept: float,
    reorientation: float | None,
    relaxation: float | None,
    tolerance: float,
) -> float:
    """Return the share that is lost between frames.

    Args:
        attributes: of the trajectory.
        step: time between frames.
        kept: <v(t) . v(t + step)> / <v^2>.
        reorientation: l; None takes that of the trajectory, or of `kept`.
        relaxation: k; None takes that of the trajectory; if it has none, it is taken as 0, with a warning.
        tolerance: share that may be lost.

    Raises:
        NotApplicable: more is lost.
    """
    if reorientation is None:
        measured = -math.log(kept) / step if kept > 0 else math.inf
        reorientation = float(attributes.get("reorientation_rate", max(measured, 0.0)))
    if relaxation is None:
        relaxation = attributes.get("relaxation_rate")
    if relaxation is None:
        warnings.warn(
            KaditaWarning("rates of forces are not known: frames have to be close on the scale of these, too"),
            stacklevel=4,
        )
        relaxation = 0.0
    of_model = attributes.get("time_step")
    every_step = of_model is not None and step < GAP * of_model
    lost = share_lost(step, reorientation, 0.0 if every_step else relaxation) if reorientation < math.inf else 1.0
    if lost > tolerance:
        rates = f"directions forgotten at the rate {reorientation:.3g} and forces relaxing at {relaxation:.3g}"
        enough = 2 * tolerance / (reorientation + relaxation)
        advice = (
            "every step of the model has to be in the trajectory (every = 1), and the step shorter"
            if of_model is not None and enough < of_model
            else f"an interval of {enough:.3g} would do"
            if enough > 0
            else "propulsion keeps nothing from one frame to the next"
        )
        raise NotApplicable(
            f"needs frames closer in time: with {rates}, frames {step:.3g} apart lose {100 * lost:.0f} % of the heat, "
            f"above the tolerance of {100 * tolerance:.3g} %; {advice}"
        )
    return lost
