"""Names for modules with whole-trajectory analyses: `analysis`, `Output`, `Facts`, and the `Window` of frames.

`common_step` is the time step of frames that are evenly spaced, also where a recorder rounded their times.
`time_blocks` divides frames into blocks of time; `sums_of_blocks` of a window are merged by `merge_blocks`, and
`block_mean` is a mean with its error. `ChosenBy` says that a parameter names the metrics that an analysis needs.

Entropies, neighbours and clusters are in `kadita.plugins.metrics`.
"""

from kadita.base.errors import KaditaError, KaditaWarning, NotApplicable
from kadita.base.jit import jitable, kernel, parallel_kernel
from kadita.base.needs import ChosenBy, Needs
from kadita.plugins.declaration.analysis import Analysis, Facts, Output, analysis
from kadita.plugins.hooks import hookimpl
from kadita.school.box import Floats
from kadita.school.entropy.histogram import Estimator
from kadita.school.neighbors import Integers
from kadita.school.time_blocks import (
    BlockMean,
    BlockSums,
    TimeBlocks,
    block_correlation,
    block_error,
    block_length,
    block_mean,
    merge_blocks,
    sums_of_blocks,
    time_blocks,
)
from kadita.school.transforms.even_times import common_step
from kadita.school.window import Window

# fmt: off
__all__ = [
    "Analysis", "BlockMean", "BlockSums", "ChosenBy", "Estimator", "Facts", "Floats", "Integers", "KaditaError",
    "KaditaWarning", "Needs", "NotApplicable", "Output", "TimeBlocks", "Window", "analysis", "block_correlation",
    "block_error", "block_length", "block_mean", "common_step", "hookimpl", "jitable", "kernel", "merge_blocks",
    "parallel_kernel", "sums_of_blocks", "time_blocks",
]
# fmt: on
