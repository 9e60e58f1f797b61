"""One metric of a school, by kadita or by freud: the process that measures it, on either side."""

import warnings
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version

import numpy as np
from worker import seconds, serve, shared

BINS = 50  # of g(r), kadita's own default


def versions():
    """Return what is measured: an environment has kadita or freud."""
    found = {}
    for name in ("kadita", "freud-analysis", "numpy"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


@lru_cache(maxsize=2)
def school(agents, frames, box, deviation):
    """Return positions and velocities of independent agents, (T, N, 3), the same on both sides.

    Positions are uniform in a cube. Headings are those of velocities with a mean of 1 and a standard deviation of
    `deviation` along each axis; None for all directions alike.
    """
    rng = np.random.default_rng(agents)
    positions = rng.uniform(0, box, (frames, agents, 3))
    mean, width = ([0, 0, 0], 1.0) if deviation is None else ([1, 0, 0], deviation)
    return positions, rng.normal(mean, width, positions.shape)


def brought_by(plugin):
    """Return the names of all metrics that one of kadita's own plugins brings."""
    from kadita.plugins.loading import load_registry

    registry = load_registry()
    if registry.problems:
        raise SystemExit(f"benchmark: {registry.problems[0]}")
    brought = {name: registry.plugin_of("metric", name) for name, m in registry.metrics.items() if 3 in m.dimensions}
    return [name for name, by in brought.items() if (by.name, by.distribution) == (plugin, "kadita")]


def parameters_for(name, parameters, r_max, **which):
    """Return the parameters with which a metric can be had, with `r_max` where it asks for one; or why it cannot."""
    import kadita
    from kadita.plugins.loading import load_registry

    choices = [parameters]
    if "r_max" in load_registry()[name].parameters.model_fields:
        choices.append({**parameters, "r_max": r_max})
    refusals = []
    for given in choices:
        try:
            kadita_alone(name, given, **which)
        except kadita.KaditaError as error:
            refusals.append(str(error))
        else:
            return {"parameters": given, "why": ""}
    return {"parameters": None, "why": refusals[0]}


def kadita_alone(name, parameters, periodic, r_a, **which):
    """Compute a metric in a pass of its own, nothing known of the school; return a frame's time and the mean value."""
    import kadita
    from kadita.plugins.loading import load_registry

    warnings.simplefilter("ignore", kadita.KaditaWarning)
    registry = load_registry()
    positions, velocities = school(**which)
    given = {f"{name}.{key}": value for key, value in parameters.items()}
    found = None

    def analyze():
        nonlocal found
        box = which["box"] if periodic else None
        block = kadita.Block(positions, velocities, box=box, attributes={"r_a": r_a})
        found = kadita.analyze(block, [name], parameters=given, registry=registry)

    spent = seconds(analyze)
    if found.failures:
        raise SystemExit(f"benchmark: {name} failed: {found.failures}")
    return shared(spent, len(positions)) | {"mean": float(np.nanmean(found[name]))}


def freud_alone(name, parameters, r_a, **which):
    """Compute the same in a periodic cell with freud, frame by frame; return a frame's time and the mean value."""
    import freud

    freud.parallel.set_num_threads(1)
    positions, velocities = school(**which)
    box = freud.box.Box.cube(which["box"])
    points = positions - which["box"] / 2  # freud's cells have their centre at 0

    def nematic_order(x, v):
        return freud.order.Nematic().compute(v / np.linalg.norm(v, axis=1)[:, None]).order

    def neighbor_distance(x, v):
        found = freud.locality.AABBQuery(box, x).query(x, {"num_neighbors": 1, "exclude_ii": True})
        return found.toNeighborList().distances.mean()

    def network_degree(x, v):
        found = freud.locality.AABBQuery(box, x).query(x, {"r_max": r_a, "exclude_ii": True})
        return found.toNeighborList().neighbor_counts.mean()

    def radial_distribution(x, v):
        rdf = freud.density.RDF(bins=BINS, r_max=parameters["r_max"], normalization_mode="finite_size")
        return rdf.compute((box, x)).rdf

    known = {f.__name__: f for f in (nematic_order, neighbor_distance, network_degree, radial_distribution)}
    values = []

    def measure():
        values[:] = [known[name](x, v) for x, v in zip(points, velocities, strict=True)]

    return shared(seconds(measure), len(points)) | {"mean": float(np.mean(values))}


if __name__ == "__main__":
    serve(versions, brought_by, parameters_for, kadita_alone, freud_alone)
