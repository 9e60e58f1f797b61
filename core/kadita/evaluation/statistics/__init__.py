"""Statistics of a scalar series: its mean with a standard error, and where it is equilibrated.

The frames of a trajectory are not independent: a school that mills in one frame mills in the next. The error of a mean
is therefore corrected for autocorrelation, and the initial transient can be left out.
"""

from kadita.evaluation.statistics.autocorrelation import Correlation, correlation
from kadita.evaluation.statistics.blocking import BlockCurve, block_averages
from kadita.evaluation.statistics.bootstrap import block_length, bootstrap_interval
from kadita.evaluation.statistics.equilibration import check_equilibration, settling
from kadita.evaluation.statistics.standard_error import Estimate, estimate

__all__ = [
    "BlockCurve",
    "Correlation",
    "Estimate",
    "block_averages",
    "block_length",
    "bootstrap_interval",
    "check_equilibration",
    "correlation",
    "estimate",
    "settling",
]
