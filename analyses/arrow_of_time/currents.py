"""What currents between metrics say: of the schools, and of motion in equilibrium."""

import numpy as np
from springs import path

import kadita
from kadita_thermo import current_irreversibility

NAMES = ("bound", "bound_error", "p_value", "block_correlation")
DEGREES = (1, 2, 3)


def of_series(series, step, **parameters):
    """Return the results of `current_irreversibility` of a series of numbers, (T, m)."""
    names = tuple(f"m{i}" for i in range(series.shape[1]))
    parameters = current_irreversibility.validate({"metrics": names} | parameters)
    facts = kadita.Facts(np.arange(len(series)) * step, np.arange(1), {})
    return current_irreversibility.finish({"series": series}, facts, **parameters)


def of_school(file, start):
    """Return the results of polarization and rotation, by the degree of the polynomials."""
    found = {}
    for degree in DEGREES:
        results = kadita.analyze(file, current_irreversibility, start=start, parameters={"degree": degree})
        found[degree] = {name: float(results[f"current_irreversibility.{name}"]) for name in NAMES}
    return found


def false_alarms(number):
    """Return the p values of so many particles in equilibrium, each observed for 200 units of time."""
    paths = (path((1.0, 1.0), 0.05, 4000, 1000 + seed) for seed in range(number))
    return np.array([of_series(points, 0.05, degree=2)["p_value"] for points in paths])
