"""A school at one moment
======================

Agents with their headings, in space and in a plane.
"""

from matplotlib import pyplot

import kadita
from kadita import figures

mill = kadita.run("couzin-2d", agents=80, steps=2000, every=100, output="mill.nc", force=True)
tank = kadita.run("tank", steps=2000, every=100, output="tank.nc", force=True)

_, panels = pyplot.subplots(1, 2, figsize=(8.5, 3.8), layout="constrained")
for axes, path in zip(panels, (mill, tank), strict=True):
    with kadita.open(path) as trajectory:
        figures.snapshot(axes, trajectory[-1])
pyplot.show()
