"""The seven entropies of a school and the Oceanic Schooling Index (Herho et al. 2026, arXiv 2602.07948)."""

from importlib import resources
from importlib.resources.abc import Traversable

from kadita import Metric, hookimpl
from kadita_entropy.cohesion import school_cohesion_entropy
from kadita_entropy.polarization import polarization_entropy
from kadita_entropy.depth import depth_stratification_entropy
from kadita_entropy.angular_momentum import angular_momentum_entropy
from kadita_entropy.nearest_neighbor import nearest_neighbor_entropy
from kadita_entropy.velocity_correlation import velocity_correlation_entropy
from kadita_entropy.shape import school_shape_entropy
from kadita_entropy.schooling_index import oceanic_schooling_index


@hookimpl
def kadita_metrics() -> list[Metric]:
    """Return every metric that is imported above, in that order."""
    return [thing for thing in globals().values() if isinstance(thing, Metric)]


@hookimpl
def kadita_profiles() -> list[Traversable]:
    """Return the definitions that were published with them, of order parameters, too."""
    return list((resources.files(__name__) / "profiles").iterdir())
