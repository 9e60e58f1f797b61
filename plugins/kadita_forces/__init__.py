"""Models whose agents attract and repel each other by forces: D'Orsogna et al. 2006, and a predator and its prey."""

from importlib import resources
from importlib.resources.abc import Traversable

from kadita import Model, hookimpl
from kadita_forces.dorsogna import DOrsogna
from kadita_forces.predator_prey import PredatorPrey


@hookimpl
def kadita_models() -> list[type[Model]]:
    """Return the models of this package."""
    return [DOrsogna, PredatorPrey]


@hookimpl
def kadita_scenarios() -> list[Traversable]:
    """Return the scenarios of this package."""
    return list((resources.files(__name__) / "scenarios").iterdir())
