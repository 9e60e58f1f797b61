"""The zone model of Couzin et al. 2002, its four states, and the four published cases of dewi-kadita."""

from importlib import resources
from importlib.resources.abc import Traversable

from kadita import Model, hookimpl
from kadita_couzin.couzin import Couzin


@hookimpl
def kadita_models() -> list[type[Model]]:
    """Return the model of this package."""
    return [Couzin]


@hookimpl
def kadita_scenarios() -> list[Traversable]:
    """Return the scenarios of this package."""
    folder = resources.files(__name__) / "scenarios"
    states = ("swarm", "torus", "dynamic-parallel", "highly-parallel")
    return [folder / f"{name}.toml" for name in (*states, *(f"dewi-kadita-{case}" for case in (1, 2, 3, 4)))]
