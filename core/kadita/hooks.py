"""The hooks a plugin can implement.

A plugin is a module; an entry point in the group ``kadita`` names it, or ``--plugin FILE.py`` does.
"""

from __future__ import annotations

from importlib.resources.abc import Traversable

import pluggy

from kadita.analyses import Analysis
from kadita.importers import Importer
from kadita.metrics import Metric
from kadita.models.model import Model

GROUP = "kadita"

hookspec = pluggy.HookspecMarker(GROUP)
hookimpl = pluggy.HookimplMarker(GROUP)


@hookspec
def kadita_metrics() -> list[Metric]:  # type: ignore[empty-body]
    """Return the metrics that the plugin brings, each a function decorated with `kadita.metric`."""


@hookspec
def kadita_analyses() -> list[Analysis]:  # type: ignore[empty-body]
    """Return the whole-trajectory analyses that the plugin brings, each decorated with `kadita.analysis`."""


@hookspec
def kadita_models() -> list[type[Model]]:  # type: ignore[empty-body]
    """Return the models that the plugin brings, each a subclass of `kadita.Model`."""


@hookspec
def kadita_scenarios() -> list[Traversable]:  # type: ignore[empty-body]
    """Return the TOML files that ``kadita run`` knows by their names without ``.toml``."""


@hookspec
def kadita_importers() -> list[Importer]:  # type: ignore[empty-body]
    """Return the importers that the plugin brings, each a function decorated with `kadita.importer`."""
