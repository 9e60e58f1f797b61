"""The real command line, run in this process, and what it must say of a file that it cannot read."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import kadita
from kadita.io.convert import convert
from kadita.plugins.loading import load_registry
from kadita.plugins.registry import Registry

UNITS = ("--length-unit", "mm", "--time-unit", "s", "--frame-rate", "10")


@pytest.fixture(scope="session")
def registry() -> Registry:
    """What is installed."""
    return load_registry()


@pytest.fixture
def refused(refused: Callable[..., str], tmp_path: Path) -> Callable[..., str]:
    """Convert a file that must be refused, without an output file; return the line that says why."""

    def run(path: Path, *words: object) -> str:
        line = refused("convert", path, "out-of-refused.nc", *words)
        assert not (tmp_path / "out-of-refused.nc").exists()
        return line

    return run


@pytest.fixture
def said() -> Callable[..., bool]:
    """Whether a remark on a file that was converted holds these words."""
    return lambda read, words: any(words in remark for remark in read["remarks"])


@pytest.fixture
def measured() -> Callable[..., kadita.Results]:
    """Measure a file that was converted, without the warnings."""

    def measured(read: dict[str, Any], *names: str, **options: Any) -> kadita.Results:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", kadita.KaditaWarning)
            return kadita.analyze(read["path"], names, **options)

    return measured


@pytest.fixture
def converted(tmp_path: Path, registry: Registry) -> Callable[..., dict[str, Any]]:
    """Convert a file and read the result whole: arrays with NaN where an agent is absent, attributes and remarks."""

    def run(path: Path, **options: Any) -> dict[str, Any]:
        output = tmp_path / f"{path.name}.nc"
        remarks = convert(path, output, registry=registry, force=True, **options)
        with kadita.open(output) as trajectory:
            chunk = trajectory.read(np.arange(trajectory.n_frames))
            return {
                "positions": chunk.positions,
                "velocities": chunk.velocities,
                "times": trajectory.times,
                "agents": list(trajectory.agents),
                "attributes": dict(trajectory.attributes),
                "remarks": remarks,
                "path": output,
            }

    return run
