"""Collective states: swarm, torus, parallel, mixed."""

import numpy as np

from kadita import Block, Definition, metric
from kadita.plugins.metrics import Floats, Regions

LABELS = (
    "swarm",
    "torus",
    "parallel",
    "mixed",
    "dynamic-parallel",
    "highly-parallel",
    "transitional",
)
LOW, HIGH = 0.35, 0.65
ROTATING, ALIGNED = (0.3, 0.5), (0.4, 0.7, 0.9)  # published: thresholds of M and of P


def classify(p: Floats, m: Floats, definition: str) -> Floats:
    """Return the state for polarization and rotation, or their unbiased forms, as an index into the labels."""
    if definition == "published":
        conditions = [p > ALIGNED[2], p > ALIGNED[1], m > ROTATING[1], (p > ALIGNED[0]) | (m > ROTATING[0])]
        names = ["highly-parallel", "dynamic-parallel", "torus", "transitional"]
        otherwise = "swarm"
    else:
        conditions = [(p < LOW) & (m < LOW), (p < LOW) & (m > HIGH), (p > HIGH) & (m < LOW)]
        names = ["swarm", "torus", "parallel"]
        otherwise = "mixed"
    codes = np.select(conditions, [float(LABELS.index(n)) for n in names], float(LABELS.index(otherwise)))
    return np.where(np.isnan(p) | np.isnan(m), np.nan, codes)


def regions(definition: str = "corrected") -> Regions:
    """Return the states' regions of the plane of the metrics that decide them."""
    published = definition == "published"
    x, y = ("polarization", "rotation") if published else ("polarization_unbiased", "rotation_unbiased")
    along_p, along_m = (ALIGNED, ROTATING) if published else ((LOW, HIGH), (LOW, HIGH))
    p, m = (np.array([0.0, *inner, 1.0]) for inner in (along_p, along_m))
    codes = classify((p[1:, None] + p[:-1, None]) / 2, (m[None, 1:] + m[None, :-1]) / 2, definition)
    return Regions(x, y, p, m, codes)


@metric(
    needs_velocities=True,
    formula="swarm: P0, M0 < .35; torus: M0 > .65, P0 < .35; parallel: P0 > .65, M0 < .35; else mixed",
    source="Tunstrom et al. 2013, PLoS Comput. Biol. 9, e1002915, doi:10.1371/journal.pcbi.1002915",
    symmetries=("translation", "rotation", "images", "scale"),
    labels=LABELS,
    undefined="where the polarization or rotation it uses is undefined",
    figures=("states", "order-plane"),
    regions=regions,
)
def state(
    block: Block,
    polarization: Floats,
    rotation: Floats,
    polarization_unbiased: Floats,
    rotation_unbiased: Floats,
    *,
    definition: Definition = "corrected",
) -> Floats:
    """Collective state of the school, (T,), as an index into its labels.

    ``published``: P > .9 highly-parallel, P > .7 dynamic-parallel, M > .5 torus, P > .4 or M > .3 transitional,
    else swarm; the first condition that holds counts.
    """
    if definition == "published":
        return classify(polarization, rotation, definition)
    return classify(polarization_unbiased, rotation_unbiased, definition)
