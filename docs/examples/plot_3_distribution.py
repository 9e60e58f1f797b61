"""Distribution of an order parameter
==================================

Densities over the frames of the second half of each run.
"""

from matplotlib import pyplot

import kadita
from kadita import figures

runs = {}
for noise in (0.1, 0.3, 0.6):
    path = kadita.run(
        "vicsek-2d",
        agents=150,
        steps=1500,
        every=5,
        parameters={"noise": noise, "box": 6.0},
        output="noise.nc",
        force=True,
    )
    runs[f"noise {noise}"] = kadita.analyze(path, ["polarization"])

_, axes = pyplot.subplots(figsize=(5.5, 3.2), layout="constrained")
figures.distribution(axes, runs, "polarization", equilibration="half")
pyplot.show()
