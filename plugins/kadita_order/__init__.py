"""Classical order parameters of collective motion."""

from kadita import Metric, hookimpl
from kadita_order.polarization import polarization, polarization_unbiased
from kadita_order.rotation import rotation, rotation_unbiased
from kadita_order.spread import spread
from kadita_order.order_index import order_index
from kadita_order.clusters import largest_cluster_fraction, cluster_count, percolates
from kadita_order.state import state


@hookimpl
def kadita_metrics() -> list[Metric]:
    """Return every metric that is imported above, in that order."""
    return [thing for thing in globals().values() if isinstance(thing, Metric)]
