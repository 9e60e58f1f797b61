"""The hooks a plugin can implement.

A plugin is a module; an entry point in the group ``kadita`` names it, or ``--plugin FILE.py`` does.
"""

from __future__ import annotations

import pluggy

from kadita.metrics import Metric

GROUP = "kadita"

hookspec = pluggy.HookspecMarker(GROUP)
hookimpl = pluggy.HookimplMarker(GROUP)


@hookspec
def kadita_metrics() -> list[Metric]:  # type: ignore[empty-body]
    """Return the metrics that the plugin brings, each a function decorated with `kadita.metric`."""
