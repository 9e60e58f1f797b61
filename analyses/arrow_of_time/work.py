"""What the work of a force that turns about the origin says of motion in equilibrium: there is none on average."""

import numpy as np
from scipy import stats
from springs import path

import kadita
from kadita_thermo import entropy_production

PARAMETERS = {"headings": "even", "diffusion": 1.0, "relaxation_rate": 0.0, "reorientation_rate": 0.0}


def false_alarms(number):
    """Return the p values, of Student's t, of so many particles in a trap at one temperature."""
    found = []
    for seed in range(number):
        x = path((1.0, 1.0), 0.05, 4000, 1000 + seed)[:, None]
        times = np.arange(len(x)) * 0.05
        turning = np.stack([-x[..., 1], x[..., 0]], axis=2)
        block = kadita.Block(x, turning, times=times, attributes={"velocities": "state"})
        results = kadita.analyze(block, entropy_production, parameters=PARAMETERS)
        rate, error, length = (results[f"entropy_production.{name}"] for name in ("rate", "rate_error", "block"))
        blocks = round((times[-1] - times[0]) / length)
        found.append(2 * stats.t.sf(abs(rate / error), blocks - 1))
    return np.array(found)
