"""States in time
==============

The label of every frame, as a strip for each run: what a school is, and when it changes.
"""

from matplotlib import pyplot

import kadita
from kadita import figures

runs = {}
for seed in (1, 2, 3, 4):
    path = kadita.run("torus", agents=40, steps=6000, every=40, seed=seed, output=f"seed-{seed}.nc", force=True)
    runs[f"seed {seed}"] = kadita.analyze(path, ["state"])

_, axes = pyplot.subplots(figsize=(6.5, 2.4), layout="constrained")
figures.states(axes, runs)
pyplot.show()
