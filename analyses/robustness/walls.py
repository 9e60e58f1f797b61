"""Run agents between walls and in a plane for long, and look for one that has left.

.venv/bin/python analyses/robustness/walls.py [--agent-steps 1e8] [--steps 1e6]
"""

import argparse
import sys
from pathlib import Path

import numpy as np
from scipy import stats

from kadita.simulation.configuration import RunConfiguration
from kadita.simulation.integration import Integration

sys.path.insert(0, str(Path(__file__).parents[2] / "tests" / "models"))
from test_walls import ALL, Tank  # noqa: E402

AGENTS, PARTS = 20_000, 20  # the state is looked at after each part
FREE = {"radius": 0.0, "noise": 0.0}


def state_of(agents: int, **changes: object) -> Integration:
    """Return agents between walls at time 0; their step is a tenth of a length."""
    given = {"agents": agents, "box": "open", "speed": 1.0, "time_step": 0.1, "radius": 0.02} | changes
    return Integration(RunConfiguration(model="tank", steps=0, seed=1, parameters=Tank(**given)), 1, None)


def about_the_centre(state: Integration) -> np.ndarray:
    """Return |r x u| of each agent about the centre of a round wall; its z component for two axes."""
    r = state.positions - state.model.walls.centre
    momentum = np.cross(r, state.headings)
    return np.abs(momentum[:, 2]) if state.model.walls.axes == 2 else np.linalg.norm(momentum, axis=1)


def main() -> None:
    """Print what was found."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--agent-steps", type=float, default=1e8)
    parser.add_argument("--steps", type=float, default=1e6)
    options = parser.parse_args()
    for name, changes in ALL.items():
        state, outside = state_of(AGENTS, **changes), 0
        for _ in range(PARTS):
            state.advance(int(options.agent_steps / AGENTS / PARTS))
            state.check()
            x = state.positions
            rounded = state.model.walls.inward(x).astype(np.float32).astype(float)
            outside += np.count_nonzero(~state.model.walls.inside(x)) + np.count_nonzero(
                ~state.model.walls.inside(rounded)
            )
        print(f"{name:10} {state.step * AGENTS:.3g} agent steps, {outside} of {PARTS} x {AGENTS} outside", flush=True)
    for name, power in (("circle", 2), ("sphere", 3)):
        state = state_of(AGENTS, **ALL[name], **FREE)
        before, walls = about_the_centre(state), state.model.walls
        state.advance(1000)
        r = np.linalg.norm(state.positions - walls.centre, axis=1) / walls.radius
        kept = np.abs(about_the_centre(state) - before).max() / walls.radius
        print(
            f"{name:10} free flight, 1000 steps: KS p of (r/R)^{power} {stats.kstest(r**power, 'uniform').pvalue:.2f}, "
            f"|r x u| kept to {kept:.1g} R",
            flush=True,
        )
    plane = state_of(50, **ALL["circle"])
    plane.advance(int(options.steps))
    z = np.count_nonzero(plane.positions[:, 2]) + np.count_nonzero(plane.headings[:, 2])
    print(f"plane      {plane.step} steps of 50 agents: {z} numbers along z are not 0")


if __name__ == "__main__":
    main()
