"""Zone models: Couzin et al. 2002 in space and in a plane, dewi-kadita's variant, and informed individuals."""

from importlib import resources
from importlib.resources.abc import Traversable

from kadita import Model, hookimpl
from kadita_couzin.couzin import Couzin
from kadita_couzin.informed import Informed


@hookimpl
def kadita_models() -> list[type[Model]]:
    """Return the models of this package."""
    return [Couzin, Informed]


@hookimpl
def kadita_scenarios() -> list[Traversable]:
    """Return the scenarios of this package."""
    folder = resources.files(__name__) / "scenarios"
    states = ("swarm", "torus", "dynamic-parallel", "highly-parallel")
    cases = [f"dewi-kadita-{case}" for case in (1, 2, 3, 4)]
    return [folder / f"{name}.toml" for name in (*states, *cases, "couzin-2d", "informed")]
