"""What tests of models share: steps of a model from a given state."""

import numpy as np
import pytest

from kadita.models.integrator import integrator


@pytest.fixture(scope="session")
def steps_of():
    """Advance copies of positions and headings by some steps of a model."""

    def steps_of(model, positions, headings, steps=1, seed=0, first_step=0, parallel=False):
        x, u = np.array(positions, dtype=float), np.array(headings, dtype=float)
        run = integrator(type(model).turn, parallel=parallel)
        stride = model.speed * model.time_step
        run(x, u, steps, first_step, np.uint64(seed), model.space.array, stride, model.constants)
        return x, u

    return steps_of
