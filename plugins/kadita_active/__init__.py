"""Active particles in a plane and in space: Brownian, Ornstein-Uhlenbeck, run-and-tumble; they repel on contact."""

from importlib import resources
from importlib.resources.abc import Traversable

from kadita import Model, hookimpl
from kadita_active.abp import ActiveBrownian
from kadita_active.aoup import ActiveOrnsteinUhlenbeck
from kadita_active.run_and_tumble import RunAndTumble


@hookimpl
def kadita_models() -> list[type[Model]]:
    """Return the models of this package."""
    return [ActiveBrownian, ActiveOrnsteinUhlenbeck, RunAndTumble]


@hookimpl
def kadita_scenarios() -> list[Traversable]:
    """Return the scenarios of this package."""
    return list((resources.files(__name__) / "scenarios").iterdir())
