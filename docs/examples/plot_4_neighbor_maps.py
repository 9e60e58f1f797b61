"""Where neighbours are, and how an agent turns
============================================

Density of neighbours about a focal agent, which faces up, and its turning in response.
"""

from matplotlib import pyplot

import kadita
from kadita import figures

path = kadita.run("couzin-2d", agents=60, steps=3000, every=5, output="mill.nc", force=True)
results = kadita.analyze(path, ["neighbor_maps"], begin=100)

_, (left, right) = pyplot.subplots(1, 2, figsize=(8.5, 3.6), layout="constrained")
figures.neighbor_map(left, results, "neighbor_maps.density")
figures.neighbor_map(right, results, "neighbor_maps.turning")
pyplot.show()
