"""Order parameters of collective motion: polarization, rotation, spread, clusters and collective states."""

from kadita import Metric, hookimpl
from kadita_order.polarization import polarization, polarization_unbiased
from kadita_order.rotation import angular_momentum, rotation, rotation_unbiased
from kadita_order.spread import spread
from kadita_order.order_index import order_index
from kadita_order.clusters import largest_cluster_fraction, cluster_count, percolates
from kadita_order.state import state


@hookimpl
def kadita_metrics() -> list[Metric]:
    """Return all metrics imported above, in that order."""
    return [value for value in globals().values() if isinstance(value, Metric)]
