"""kadita: collective motion as molecular dynamics has it.

Simulate a school, open its trajectory in any MD tool, measure it with metrics that are plugins.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kadita import hooks as hooks
    from kadita import information as information
    from kadita import testing as testing
    from kadita.analyses import Analysis, Facts, Output, analysis
    from kadita.axes import Axis
    from kadita.block import Block
    from kadita.box import Box
    from kadita.errors import KaditaError, KaditaWarning, NotApplicable
    from kadita.export import write
    from kadita.formats import open  # noqa: A004 - kadita.open, as one says
    from kadita.frame import Frame
    from kadita.hooks import hookimpl
    from kadita.importers import Importer, Tracks, importer
    from kadita.measuring import analyze
    from kadita.metrics import Definition, Metric, metric
    from kadita.models.model import Model
    from kadita.results import Results
    from kadita.simulation.configuration import load_configuration
    from kadita.simulation.run import run, simulate
    from kadita.window import Window

# Each name is imported when it is first used, so that `kadita --help` need not wait for NumPy.
_HOMES = {
    "Analysis": "analyses",
    "Axis": "axes",
    "Block": "block",
    "Box": "box",
    "Definition": "metrics",
    "Facts": "analyses",
    "Frame": "frame",
    "Importer": "importers",
    "KaditaError": "errors",
    "KaditaWarning": "errors",
    "Metric": "metrics",
    "Model": "models.model",
    "NotApplicable": "errors",
    "Output": "analyses",
    "Results": "results",
    "Tracks": "importers",
    "Window": "window",
    "analysis": "analyses",
    "analyze": "measuring",
    "hookimpl": "hooks",
    "importer": "importers",
    "load_configuration": "simulation.configuration",
    "metric": "metrics",
    "open": "formats",
    "run": "simulation.run",
    "simulate": "simulation.run",
    "write": "export",
}

__all__ = [
    "Analysis",
    "Axis",
    "Block",
    "Box",
    "Definition",
    "Facts",
    "Frame",
    "Importer",
    "KaditaError",
    "KaditaWarning",
    "Metric",
    "Model",
    "NotApplicable",
    "Output",
    "Results",
    "Tracks",
    "Window",
    "analysis",
    "analyze",
    "hookimpl",
    "importer",
    "load_configuration",
    "metric",
    "open",
    "run",
    "simulate",
    "write",
]


def __getattr__(name: str) -> Any:
    from importlib import import_module
    from importlib.util import find_spec

    if name == "__version__":
        from importlib.metadata import version

        return version("kadita")
    if name in _HOMES:
        return getattr(import_module(f"kadita.{_HOMES[name]}"), name)
    if not name.startswith("_") and find_spec(f"kadita.{name}") is not None:
        return import_module(f"kadita.{name}")
    raise AttributeError(f"module 'kadita' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES, "__version__"])
