"""A phase diagram from a sweep
============================

Two parameters of Vicsek's model, three seeds at each point. Cells in which the seeds disagree are hatched: a mean of
two states is the value of no state.
"""

from pathlib import Path

from matplotlib import pyplot

import kadita

Path("vicsek.toml").write_text(
    """
scenario = "vicsek-2d"
steps = 600
every = 10
seeds = [1, 2, 3]
equilibration = "half"
metrics = ["polarization"]

[parameters]
agents = 80
box = 5.0

[grid]
noise = [0.05, 0.2, 0.35, 0.5, 0.65, 0.8]
speed = [0.03, 0.1, 0.3]
""",
    encoding="utf-8",
)
table = kadita.sweep("vicsek.toml")

_, axes = pyplot.subplots(figsize=(5.8, 3.6), layout="constrained")
kadita.plot(table, ["polarization"], kind="phase-diagram", x="noise", y="speed", axes=axes)
pyplot.show()
