"""Statistics of a scalar series: its mean with an honest error, and where it settles.

The frames of a trajectory are not independent: a school that mills in one frame mills in the next. What a mean is worth
depends on how long the series remembers, and on whether it has forgotten how it began.
"""

from kadita.evaluation.statistics.autocorrelation import Correlation, correlation
from kadita.evaluation.statistics.blocking import BlockCurve, block_averages
from kadita.evaluation.statistics.bootstrap import block_length, bootstrap_interval
from kadita.evaluation.statistics.equilibration import check_equilibration, settling
from kadita.evaluation.statistics.means import Estimate, estimate

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
