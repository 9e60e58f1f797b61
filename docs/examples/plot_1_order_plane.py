"""The plane of order parameters
=============================

Polarization and rotation decide the state of a school. Each run of the zone model stays in the region of its name.
"""

from matplotlib import pyplot

import kadita
from kadita import figures

states = ["swarm", "torus", "dynamic-parallel", "highly-parallel"]
runs = {}
for name in states:
    path = kadita.run(name, agents=60, steps=3000, every=20, seed=2, output=f"{name}.nc", force=True)
    runs[name] = kadita.analyze(path, ["state", "polarization_unbiased", "rotation_unbiased"], begin=100)

_, axes = pyplot.subplots(figsize=(5.5, 4.2), layout="constrained")
figures.order_plane(axes, runs)
pyplot.show()
