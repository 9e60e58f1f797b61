"""What no parameters may ask: a reach beyond half the cell, and a turn beyond half a circle in a step."""

from __future__ import annotations

from kadita import Model


def check_reach(model: Model, r_a: float, remedy: str) -> None:
    """Check that r_a is at most half the cell, because agents interact by minimum image alone.

    Raises:
        ValueError: it is larger.
    """
    half = 0.5 * model.space.shortest
    if r_a > half:
        raise ValueError(
            f"r_a = {r_a:g} reaches beyond half the cell, {half:g}, but agents interact by minimum image alone; "
            f"{remedy}"
        )


def check_turning_rate(turning_rate: float, time_step: float) -> None:
    """Check that the largest turn in a step is at most half a circle.

    Raises:
        ValueError: it is larger.
    """
    if turning_rate * time_step > 180:
        raise ValueError(
            f"turning_rate = {turning_rate:g} with time_step = {time_step:g} turns "
            f"{turning_rate * time_step:g} degrees in a step; expected at most 180; reduce time_step"
        )
