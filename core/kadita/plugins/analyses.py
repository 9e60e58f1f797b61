"""Names for modules with whole-trajectory analyses: `analysis`, `Output`, `Facts`, and the `Window` of frames.

`common_step` is the time step of frames that are evenly spaced, also where a recorder rounded their times.

Entropies, neighbours and clusters are in `kadita.plugins.metrics`.
"""

from kadita.base.errors import KaditaError, KaditaWarning, NotApplicable
from kadita.base.jit import jitable, kernel, parallel_kernel
from kadita.base.needs import Needs
from kadita.plugins.declaration.analysis import Analysis, Facts, Output, analysis
from kadita.plugins.hooks import hookimpl
from kadita.school.box import Floats
from kadita.school.entropy.histogram import Estimator
from kadita.school.neighbors import Integers
from kadita.school.transforms.even_times import common_step
from kadita.school.window import Window

# fmt: off
__all__ = [
    "Analysis", "Estimator", "Facts", "Floats", "Integers", "KaditaError", "KaditaWarning", "Needs", "NotApplicable",
    "Output", "Window", "analysis", "common_step", "hookimpl", "jitable", "kernel", "parallel_kernel",
]
# fmt: on
