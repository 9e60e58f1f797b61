"""kadita: collective motion as molecular dynamics has it.

Simulate a school, open its trajectory in any MD tool, measure it with metrics that are plugins.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

__path__.append(str(Path(__file__).parent / "base" / "renamed" / "modules"))  # modules by names that they had

if TYPE_CHECKING:
    from kadita import testing as testing
    from kadita.base.errors import KaditaError, KaditaWarning, NotApplicable
    from kadita.evaluation.evaluate import analyze
    from kadita.evaluation.export import write
    from kadita.evaluation.results import Results
    from kadita.io.opening import open  # noqa: A004 - kadita.open, as one says
    from kadita.models.model import Model
    from kadita.plugins import hooks as hooks
    from kadita.plugins.declaration.analysis import Analysis, Facts, Output, analysis
    from kadita.plugins.declaration.axis import Axis
    from kadita.plugins.declaration.importer import Importer, Tracks, importer
    from kadita.plugins.declaration.metric import Definition, Metric, metric
    from kadita.plugins.hooks import hookimpl
    from kadita.school.block import Block
    from kadita.school.box import Box
    from kadita.school.frame import Frame
    from kadita.school.window import Window
    from kadita.simulation.configuration import load_configuration
    from kadita.simulation.run import run, simulate

# Each name is imported when it is first used, so that `kadita --help` need not wait for NumPy.
_HOMES = {
    "Analysis": "plugins.declaration.analysis",
    "Axis": "plugins.declaration.axis",
    "Block": "school.block",
    "Box": "school.box",
    "Definition": "plugins.declaration.metric",
    "Facts": "plugins.declaration.analysis",
    "Frame": "school.frame",
    "Importer": "plugins.declaration.importer",
    "KaditaError": "base.errors",
    "KaditaWarning": "base.errors",
    "Metric": "plugins.declaration.metric",
    "Model": "models.model",
    "NotApplicable": "base.errors",
    "Output": "plugins.declaration.analysis",
    "Results": "evaluation.results",
    "Tracks": "plugins.declaration.importer",
    "Window": "school.window",
    "analysis": "plugins.declaration.analysis",
    "analyze": "evaluation.evaluate",
    "hookimpl": "plugins.hooks",
    "importer": "plugins.declaration.importer",
    "load_configuration": "simulation.configuration",
    "metric": "plugins.declaration.metric",
    "open": "io.opening",
    "run": "simulation.run",
    "simulate": "simulation.run",
    "write": "evaluation.export",
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
