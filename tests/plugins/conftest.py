"""What the tests of the built-in metrics share: a quiet analysis, and schools whose numbers are known."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from kadita import Block, KaditaWarning, analyze
from kadita.plugins.loading import load_registry
from kadita.plugins.registry import Registry

Floats = NDArray[np.float64]
School = tuple[Floats, Floats]
BUILT_IN = ("kadita:order", "kadita:entropy")


@pytest.fixture(scope="session")
def registry() -> Registry:
    """The built-in metrics, and no stranger's."""
    found, own = load_registry(), Registry()
    for name, m in found.metrics.items():
        plugin = found.plugin_of("metric", name)
        if f"{plugin.distribution}:{plugin.name}" in BUILT_IN:
            own.add(plugin, [m])
    return own


@pytest.fixture(scope="session")
def measure(registry: Registry) -> Callable[..., dict[str, Floats]]:
    """Series of the named metrics (all of them by default) by name, without their remarks."""

    def measure(block: Block, *names: str, link: float | None = None, **options: Any) -> dict[str, Floats]:
        if link is not None:
            groups = ("largest_cluster_fraction", "cluster_count", "percolates")
            asked = [g for g in groups if not names or g in names]
            options["parameters"] = {f"{g}.link_distance": link for g in asked} | options.get("parameters", {})
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", KaditaWarning)
            results = analyze(block, names or None, registry=registry, **options)
        return {name: results[name] for name in results}

    return measure


@pytest.fixture(scope="session")
def one(measure: Callable[..., dict[str, Floats]]) -> Callable[..., float]:
    """One metric of a school in one frame; options other than `profile` and `link` are its parameters."""

    def one(name: str, positions: Any, velocities: Any, box: Any = None, **options: Any) -> float:
        parameters = {f"{name}.{key}": value for key, value in options.items() if key not in ("profile", "link")}
        kept = {key: options[key] for key in ("profile", "link") if key in options}
        return float(measure(Block(positions, velocities, box=box), name, parameters=parameters, **kept)[name][0])

    return one


@pytest.fixture(scope="session")
def sphere() -> Callable[[np.random.Generator, tuple[int, ...]], Floats]:
    """Directions that are uniform on the unit sphere."""

    def sphere(rng: np.random.Generator, shape: tuple[int, ...]) -> Floats:
        v = rng.normal(size=(*shape, 3))
        return v / np.linalg.norm(v, axis=-1, keepdims=True)

    return sphere


@pytest.fixture(scope="session")
def mill() -> Callable[..., School]:
    """A perfect mill: a ring in the plane z = 0 about the origin; `against` of its agents go the other way."""

    def mill(n: int = 40, radius: float = 4.0, against: int = 0) -> School:
        a = 2 * np.pi * np.arange(n) / n
        zero = np.zeros(n)
        sense = np.where(np.arange(n) * 7 % n < against, -1.0, 1.0)[:, None]
        return radius * np.stack([np.cos(a), np.sin(a), zero], 1), sense * np.stack([-np.sin(a), np.cos(a), zero], 1)

    return mill


@pytest.fixture(scope="session")
def drawn_school(sphere: Callable[..., Floats]) -> Callable[..., School]:
    """A school of N agents of any kind: loose, aligned, milling, some at rest; about 4 lengths across, unequal axes."""

    def drawn_school(seed: int, n: int, kind: str = "loose") -> School:
        rng = np.random.default_rng(seed)
        positions = rng.normal(size=(n, 3)) * [1.2, 1.0, 0.7]
        velocities = sphere(rng, (n,)) * rng.uniform(0.5, 2.0, (n, 1))
        if kind == "aligned":
            velocities = velocities * 0.3 + sphere(rng, ())
        elif kind == "milling":
            velocities = velocities * 0.2 + np.cross([0.0, 0.6, 0.8], positions)
        elif kind == "resting":
            velocities[rng.random(n) < 0.3] = 0.0
        return positions, velocities

    return drawn_school
