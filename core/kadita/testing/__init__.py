"""Checks of plugins, for their tests and for ``kadita plugins check``.

A test of a metric is one line:

    from kadita.testing import check_metric

    def test_crowding():
        check_metric(crowding, k=5)

`check_metric`, `check_analysis`, `check_model` and `check_importer` raise an AssertionError that names each failed
check, with the numbers that show it; `examine_metric`, `examine_analysis`, `examine_model` and `examine_importer`
return all checks, each a `Check`, whether they pass or fail. `kadita.testing.schools` has schools of known order; the
values of a metric for them are left to its own tests. A metric or an analysis is checked in the dimensions that it
declares, in space and in a plane unless it says otherwise: ``@metric(dimensions=(3,))``.

The checks of a metric: it is documented and declares whether it needs velocities; it returns real numbers of the
declared shape, within the declared range, NaN only where it is declared undefined; it does not modify its input, keeps
no state between calls, and is reproducible; the value of a frame does not depend on other frames, and the numbers along
its axes do not depend on any frame; it does not depend on the order of agents, and is invariant under the symmetries
that it declares. Its speed is measured, but not judged. ``kadita plugins check`` also checks that one process, two
processes and part of a file give the same values, which needs a metric that other processes can load. Where blocks
begin at other frames, sums in another order may differ by up to 16 ulp of the largest value; the check reports it.
"""

from __future__ import annotations

from kadita.base.renamed import old_name
from kadita.testing.analyses import check_analysis, examine_analysis
from kadita.testing.checks import Check
from kadita.testing.importers import check_importer, examine_importer
from kadita.testing.metrics import check_metric, examine_metric
from kadita.testing.models import check_model, examine_model

__all__ = [
    "Check",
    "check_analysis",
    "check_importer",
    "check_metric",
    "check_model",
    "examine_analysis",
    "examine_importer",
    "examine_metric",
    "examine_model",
]

__getattr__ = old_name(__name__)
