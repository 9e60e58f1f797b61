"""How a school moves in time: analyses that look across frames."""

from kadita import Analysis, hookimpl
from kadita_dynamics.autocorrelation import heading_autocorrelation, velocity_autocorrelation
from kadita_dynamics.curvature import path_curvature
from kadita_dynamics.delay import directional_correlation_delay
from kadita_dynamics.displacement import mean_squared_displacement
from kadita_dynamics.residence import state_residence
from kadita_dynamics.turning import turning_rate


@hookimpl
def kadita_analyses() -> list[Analysis]:
    """Return the analyses of this package."""
    return [
        mean_squared_displacement,
        velocity_autocorrelation,
        heading_autocorrelation,
        directional_correlation_delay,
        turning_rate,
        path_curvature,
        state_residence,
    ]
