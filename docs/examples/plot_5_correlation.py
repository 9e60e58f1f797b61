"""Correlations of velocity fluctuations
=====================================

The correlation of what is left of the velocities when the mean is subtracted, by distance; where it crosses zero is the
correlation length. Scaled by it, schools of different sizes fall on one curve.
"""

from matplotlib import pyplot

import kadita
from kadita import figures

runs = {}
for agents in (50, 100, 200):
    path = kadita.run("dynamic-parallel", agents=agents, steps=2000, every=20, output="school.nc", force=True)
    runs[f"{agents} agents"] = kadita.analyze(
        path, ["velocity_fluctuation_correlation"], parameters={"r_max": 10.0}, begin=100
    )

_, (left, right) = pyplot.subplots(1, 2, figsize=(8.5, 3.4), layout="constrained")
figures.correlation(left, runs, "velocity_fluctuation_correlation")
figures.correlation(right, runs, "velocity_fluctuation_correlation", scaled=True, legend=False)
pyplot.show()
