"""What tests of models share: steps of a model from a given state."""

import numpy as np
import pytest

from kadita.models.engine.integrator import steps_of
from kadita.models.engine.state import Rules, School, Space


@pytest.fixture(scope="session")
def advance():
    """Advance copies of positions and headings by some steps of a model."""

    def advance(model, positions, headings, steps=1, seed=0, first_step=0, parallel=False, by_cells=False):
        x, u = (np.array(a, dtype=float).T.copy() for a in (positions, headings))
        agents = np.arange(x.shape[1], dtype=np.int32)
        school = School(x, u, agents, np.zeros_like(agents))
        rules = Rules.of([{**model.constants, "stride": model.speed * model.time_step}])
        run = steps_of(model.pair, model.turn, model.displacement, parallel=parallel)
        run(
            school,
            Space(model.space.array, model.cutoff),
            rules,
            steps,
            first_step,
            np.uint64(seed),
            by_cells,
            3 if parallel else 1,
        )
        order = np.argsort(school.agents)
        return x.T[order], u.T[order]

    return advance
