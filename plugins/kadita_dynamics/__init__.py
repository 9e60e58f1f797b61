"""Dynamics of schools: analyses over lags and over whole trajectories."""

from kadita import Analysis, hookimpl
from kadita_dynamics.displacement import mean_squared_displacement
from kadita_dynamics.autocorrelation import velocity_autocorrelation, heading_autocorrelation
from kadita_dynamics.delay import directional_correlation_delay
from kadita_dynamics.turning import turning_rate
from kadita_dynamics.curvature import path_curvature
from kadita_dynamics.residence import state_residence


@hookimpl
def kadita_analyses() -> list[Analysis]:
    """Return all analyses imported above, in that order."""
    return [value for value in globals().values() if isinstance(value, Analysis)]
