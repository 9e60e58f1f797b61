"""The Vicsek model in a plane and in space: a complete model plugin."""

from importlib import resources
from importlib.resources.abc import Traversable

from kadita import Model, hookimpl
from kadita_vicsek.vicsek import Vicsek


@hookimpl
def kadita_models() -> list[type[Model]]:
    """Return the model of this package."""
    return [Vicsek]


@hookimpl
def kadita_scenarios() -> list[Traversable]:
    """Return the scenarios of this package."""
    return list((resources.files(__name__) / "scenarios").iterdir())
