"""How a school moves in time: analyses that look across frames."""

from kadita import Analysis, hookimpl
from kadita_dynamics.displacement import mean_squared_displacement
from kadita_dynamics.autocorrelation import velocity_autocorrelation, heading_autocorrelation
from kadita_dynamics.delay import directional_correlation_delay
from kadita_dynamics.turning import turning_rate
from kadita_dynamics.curvature import path_curvature
from kadita_dynamics.residence import state_residence


@hookimpl
def kadita_analyses() -> list[Analysis]:
    """Return every analysis that is imported above, in that order."""
    return [thing for thing in globals().values() if isinstance(thing, Analysis)]
