"""Active Brownian particles in a plane and in space, which repel each other where they overlap."""

from importlib import resources
from importlib.resources.abc import Traversable

from kadita import Model, hookimpl
from kadita_active.abp import ActiveBrownian


@hookimpl
def kadita_models() -> list[type[Model]]:
    """Return the model of this package."""
    return [ActiveBrownian]


@hookimpl
def kadita_scenarios() -> list[Traversable]:
    """Return the scenarios of this package."""
    return list((resources.files(__name__) / "scenarios").iterdir())
