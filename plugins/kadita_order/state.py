"""Collective states: swarm, torus, parallel, mixed."""

import numpy as np

from kadita import Block, Definition, metric
from kadita.plugins.metrics import Floats

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


@metric(
    needs_velocities=True,
    formula="swarm: P0, M0 < .35; torus: M0 > .65, P0 < .35; parallel: P0 > .65, M0 < .35; else mixed",
    source="Tunstrom et al. 2013, PLoS Comput. Biol. 9, e1002915, doi:10.1371/journal.pcbi.1002915",
    symmetries=("translation", "rotation", "images", "scale"),
    labels=LABELS,
    undefined="where the polarization or rotation it uses is undefined",
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
        p, m = polarization, rotation
        conditions = [p > 0.9, p > 0.7, m > 0.5, (p > 0.4) | (m > 0.3)]
        names = ["highly-parallel", "dynamic-parallel", "torus", "transitional"]
        otherwise = "swarm"
    else:
        p, m = polarization_unbiased, rotation_unbiased
        conditions = [(p < LOW) & (m < LOW), (p < LOW) & (m > HIGH), (p > HIGH) & (m < LOW)]
        names = ["swarm", "torus", "parallel"]
        otherwise = "mixed"
    codes = np.select(conditions, [float(LABELS.index(n)) for n in names], float(LABELS.index(otherwise)))
    return np.where(np.isnan(p) | np.isnan(m), np.nan, codes)
