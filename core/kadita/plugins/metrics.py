"""Names for modules with metrics: `metric`, the data that metrics receive, and functions to compute them with.

Data are a `Block`, or with ``per_frame=True`` a `Frame`, in a `Box`. `nearest` finds neighbours in periodic cells and
in open space (`Block.neighbor_distances` does so once for all metrics), `linked` finds clusters of connected agents.
`histogram_entropy` computes the entropy of an observable from a range and a number of bins; `sphere_entropies`, and in
a plane `circle_entropies`, need no bins. Functions decorated with `kernel` are compiled by Numba for one thread; those
with `jitable` can be called from kernels.
"""

from kadita.base.errors import KaditaError, KaditaWarning, NotApplicable
from kadita.base.jit import jitable, kernel, parallel_kernel
from kadita.base.needs import Needs
from kadita.plugins.declaration.axis import Axis
from kadita.plugins.declaration.metric import Definition, Metric, metric
from kadita.plugins.declaration.regions import Regions
from kadita.plugins.hooks import hookimpl
from kadita.school.angular_momentum import about_centroid, about_wrapped_mean, published_headings
from kadita.school.arena import Arena
from kadita.school.block import Block, Frame
from kadita.school.box import Box, Floats, sum_over_agents
from kadita.school.clusters import Clusters, LinkDistance, link_length, linked
from kadita.school.entropy.directions import circle_entropies, circle_entropy, sphere_entropies, sphere_entropy
from kadita.school.entropy.estimators import (
    chao_shen,
    grassberger,
    grassberger_1988,
    grassberger_1988_logarithms,
    grassberger_logarithms,
)
from kadita.school.entropy.histogram import (
    Bins,
    Estimator,
    entropy,
    histogram,
    histogram_entropy,
)
from kadita.school.neighbors import Integers, nearest

# fmt: off
__all__ = [
    "Arena", "Axis", "Bins", "Block", "Box", "Clusters", "Definition", "Estimator", "Floats", "Frame", "Integers",
    "KaditaError", "KaditaWarning", "LinkDistance", "Metric", "Needs", "NotApplicable", "Regions", "about_centroid",
    "about_wrapped_mean", "chao_shen", "circle_entropies", "circle_entropy", "entropy", "grassberger",
    "grassberger_1988", "grassberger_1988_logarithms", "grassberger_logarithms", "histogram", "histogram_entropy",
    "hookimpl", "jitable", "kernel", "link_length", "linked", "metric", "nearest", "parallel_kernel",
    "published_headings", "sphere_entropies", "sphere_entropy", "sum_over_agents",
]
# fmt: on
