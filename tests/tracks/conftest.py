"""The real command line, run in this process, and what it must say of a file that it cannot read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import kadita
from kadita.cli import main
from kadita.io.convert import convert
from kadita.plugins.loading import load_registry
from kadita.plugins.registry import Registry

UNITS = ("--length-unit", "mm", "--time-unit", "s", "--frame-rate", "10")


@pytest.fixture(scope="session")
def registry() -> Registry:
    """What is installed."""
    return load_registry()


@pytest.fixture
def refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Callable[..., str]:
    """Convert a file that must be refused: one line on stderr, exit status 2, no output file; return the line."""

    def run(path: Path, *words: object) -> str:
        output = tmp_path / "out-of-refused.nc"
        capsys.readouterr()
        status = main(["convert", str(path), str(output), *map(str, words)])
        said = capsys.readouterr()
        assert (status, said.out) == (2, ""), said
        assert said.err.startswith("kadita: error: ")
        assert said.err.count("\n") == 1, said.err
        assert not output.exists()
        return said.err

    return run


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
