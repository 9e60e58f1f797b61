"""Active Brownian particles in three dimensions, which displacement each other away where they overlap."""

from importlib import resources
from importlib.resources.abc import Traversable

from kadita import Model, hookimpl
from kadita_abp.abp import ActiveBrownian


@hookimpl
def kadita_models() -> list[type[Model]]:
    """Return the model of this package."""
    return [ActiveBrownian]


@hookimpl
def kadita_scenarios() -> list[Traversable]:
    """Return the runs that this package brings."""
    return list((resources.files(__name__) / "scenarios").iterdir())
