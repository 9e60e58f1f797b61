"""Thermodynamics of schools: Boltzmann's entropy, entropy production, and how irreversible motion is."""

from kadita import Analysis, Metric, hookimpl
from kadita_thermo.boltzmann_entropy import boltzmann_entropy
from kadita_thermo.current_irreversibility import current_irreversibility
from kadita_thermo.entropy_production import entropy_production
from kadita_thermo.pair_irreversibility import pair_irreversibility


@hookimpl
def kadita_metrics() -> list[Metric]:
    """Return the metrics of this package."""
    return [boltzmann_entropy]


@hookimpl
def kadita_analyses() -> list[Analysis]:
    """Return the whole-trajectory analyses of this package."""
    return [entropy_production, pair_irreversibility, current_irreversibility]
