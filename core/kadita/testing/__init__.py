"""Whether a part of a plugin keeps its promises: what its tests call, and what ``kadita plugins check`` prints.

A test of a metric is one line:

    from kadita.testing import check_metric

    def test_crowding():
        check_metric(crowding, k=5)

`check_metric`, `check_analysis`, `check_model` and `check_importer` raise an AssertionError that names each promise
that is broken, and by which numbers one sees it; `examine_metric` and its like return all promises, kept or broken,
each a `Promise`. `kadita.testing.schools` are schools with known order: what a metric is of them is its own test.

What a metric promises: to say what it is, and that it needs velocities where it does; real numbers of the shape it
declares, within its range, NaN only where it says that it is undefined; to write to nothing that it is given, to keep
nothing between calls, and to draw nothing without a seed; that a frame's row depends on that frame alone, in whatever
block it comes, and the numbers along its axes on none; that the order of agents does not matter; that it is unchanged
by the symmetries that it declares. How long it takes is told, and never a fault. ``kadita plugins check`` tries, too,
that one process, two, and a part of a file give the same, which takes a metric that other processes can load. Where
sums are taken in another order in blocks that are cut elsewhere, values may differ by 16 ulp of the largest; that is
told, because frames that are shared do not have the same bits then.
"""

from __future__ import annotations

from kadita.testing.analyses import check_analysis, examine_analysis
from kadita.testing.checks import Promise
from kadita.testing.importers import check_importer, examine_importer
from kadita.testing.metrics import check_metric, examine_metric
from kadita.testing.models import check_model, examine_model

__all__ = [
    "Promise",
    "check_analysis",
    "check_importer",
    "check_metric",
    "check_model",
    "examine_analysis",
    "examine_importer",
    "examine_metric",
    "examine_model",
]
