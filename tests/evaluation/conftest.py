"""A school of three in some thousand frames: several windows, and a plugin whose answers can be counted."""

import numpy as np
import pytest

from kadita.io.amber.writer import AmberWriter

FRAMES = 2600  # two windows and a half

PAIRS = '''
"""How many pairs of frames there are at every lag, and what the last frame of each pair says."""

from typing import Annotated

import numpy as np
from pydantic import Field

from kadita import Output, analysis, hookimpl, metric


@metric()
def first_x(block):
    """x of the first agent, (T,)."""
    return block.positions[:, 0, 0]


def _finish(state, facts, *, lags):
    return {"pairs": state["pairs"], "total": state["total"], "lag": np.arange(lags + 1)}


@analysis(finish=_finish, outputs={"pairs": Output("1", ("lag",)), "total": Output("length", ("lag",))}, halo="lags")
def pairs(window, first_x, *, lags: Annotated[int, Field(ge=0)] = 3):
    """Number of pairs of frames, and the sum of x over the later ones."""
    assert len(first_x) == window.shape[0]
    assert window.shape[0] - window.own <= lags
    np.testing.assert_array_equal(first_x, window.positions[:, 0, 0])
    count, total = np.zeros(lags + 1, np.int64), np.zeros(lags + 1)
    for lag in range(lags + 1):
        last = min(window.own + lag, window.shape[0])
        count[lag] = max(0, last - lag)
        total[lag] = first_x[lag:last].sum()
    return {"pairs": count, "total": total}


@analysis(finish=lambda state, facts: state["moved"], dims=("agent",), units="length")
def path_within_windows(window):
    """Length of every agent's way within the windows, (N,)."""
    steps = np.diff(window.unwrapped[: window.own], axis=0)
    return {"moved": np.nansum(np.linalg.norm(steps, axis=2), axis=0)}


@hookimpl
def kadita_metrics():
    return [first_x]


@hookimpl
def kadita_analyses():
    return [pairs, path_within_windows]
'''


@pytest.fixture(scope="session")
def plugin(tmp_path_factory):
    """A plugin with two analyses."""
    path = tmp_path_factory.mktemp("plugin") / "pairs.py"
    path.write_text(PAIRS)
    return path


@pytest.fixture(scope="session")
def positions():
    """A random walk of three in a cell of 10, (T, 3, 3), as it is stored."""
    rng = np.random.default_rng(6)
    walk = 5 + np.cumsum(rng.normal(scale=0.1, size=(FRAMES, 3, 3)), axis=0)
    return (walk % 10).astype(np.float32).astype(float) % 10


@pytest.fixture(scope="session")
def school(tmp_path_factory, positions):
    """The file."""
    path = tmp_path_factory.mktemp("measuring") / "school.nc"
    velocities = np.gradient(positions, axis=0)
    with AmberWriter(path, 3, periodic=True) as writer:
        writer.write(positions, velocities, np.arange(FRAMES) * 0.5, np.full((FRAMES, 3), 10.0))
    return path
