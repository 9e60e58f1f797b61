"""Fish that are filmed in a round tank: a model whose rules were inferred from their tracks, Gautrais et al. 2012."""

from importlib import resources
from importlib.resources.abc import Traversable

from kadita import Model, hookimpl
from kadita_tank.gautrais import Gautrais


@hookimpl
def kadita_models() -> list[type[Model]]:
    """Return the model of this package."""
    return [Gautrais]


@hookimpl
def kadita_scenarios() -> list[Traversable]:
    """Return the scenarios of this package."""
    return list((resources.files(__name__) / "scenarios").iterdir())
