"""What velocities in a trajectory are: the kinds that its attribute ``velocities`` can name, in words."""

from __future__ import annotations

ORIENTATION = "orientation"
RATES = {
    "displacement": "dr/dt over the step that led to the frame",
    "difference": "dr/dt, central differences of positions",
    "smoothed": "dr/dt, derivatives of polynomials fitted to positions",
    "tracker": "those of the tracker",
    "program": "dr/dt, those of the program that was recorded",
}
OTHERS = {  # analyses that need dr/dt take it from positions
    "heading": "speed times heading after the step that led to the frame, not dr/dt",
    "state": "the velocity that is a variable of the model, which need not be dr/dt of the step",
    ORIENTATION: "unit vectors along the body axis, not dr/dt",
}
KINDS = RATES | OTHERS
