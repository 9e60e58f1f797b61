"""Paths of agents
===============

Fish in a round tank, for a few seconds, coloured by time.
"""

from matplotlib import pyplot

import kadita
from kadita import figures

path = kadita.run("tank", steps=3000, every=5, output="tank.nc", force=True)
_, axes = pyplot.subplots(figsize=(5.2, 4.4), layout="constrained")
with kadita.open(path) as trajectory:
    figures.tracks(axes, trajectory, agents=6)
pyplot.show()
