"""Entropies of the four states
============================

Means over the second half of each run, with their standard errors.
"""

from matplotlib import pyplot

import kadita
from kadita import figures

entropies = [name for name in kadita.metrics() if name.endswith("_entropy") and kadita.metrics(name).default]
runs = {}
for name in ("swarm", "torus", "dynamic-parallel", "highly-parallel"):
    path = kadita.run(name, agents=60, steps=3000, every=20, seed=2, output=f"{name}.nc", force=True)
    runs[name] = kadita.analyze(path, entropies)

_, axes = pyplot.subplots(figsize=(6.5, 4.2), layout="constrained")
figures.means(axes, runs, equilibration="half")
pyplot.show()
