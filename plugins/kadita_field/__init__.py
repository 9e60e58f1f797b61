"""Standard measures of collective motion: structure, correlations, shape, networks, information between headings."""

from kadita import Analysis, Metric, hookimpl
from kadita_field.nematic import nematic_order, nematic_order_unbiased
from kadita_field.local_order import local_order
from kadita_field.neighbor_distance import neighbor_distance, neighbor_distance_of_agents, neighbor_distance_by_rank
from kadita_field.bearing import neighbor_bearing
from kadita_field.anisotropy import neighbor_anisotropy
from kadita_field.correlation import velocity_fluctuation_correlation, correlation_length, susceptibility
from kadita_field.radial_distribution import radial_distribution, cross_radial_distribution
from kadita_field.hull import convex_hull_volume, hull_density
from kadita_field.hull import convex_hull_area, convex_hull_perimeter, hull_area_density
from kadita_field.elongation import elongation, elongation_heading_angle
from kadita_field.kinds import distance_to_other_species
from kadita_field.front_back import front_back
from kadita_field.network import network_degree, network_degree_of_agents, network_clustering, cluster_size_of_agents
from kadita_field.wall import wall_distance, wall_distance_of_agents, near_wall, near_wall_of_agents, wall_alignment
from kadita_field.neighbor_maps import neighbor_maps
from kadita_field.heading_information import heading_mutual_information, heading_transfer_entropy


@hookimpl
def kadita_metrics() -> list[Metric]:
    """Return all metrics imported above, in that order."""
    return [value for value in globals().values() if isinstance(value, Metric)]


@hookimpl
def kadita_analyses() -> list[Analysis]:
    """Return all analyses imported above, in that order."""
    return [value for value in globals().values() if isinstance(value, Analysis)]
