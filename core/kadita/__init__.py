"""Simulate and analyse collective motion in files that MD tools read.

Simulate a school, open its trajectory in any MD tool, and measure it with metrics that are plugins.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

__path__.append(str(Path(__file__).parent / "base" / "renamed" / "modules"))  # modules by their former names

if TYPE_CHECKING:
    from kadita import testing as testing
    from kadita.base.errors import KaditaError, KaditaWarning, NotApplicable
    from kadita.base.needs import Needs
    from kadita.evaluation.evaluate import analyze
    from kadita.evaluation.export import write
    from kadita.evaluation.figures.plot import plot
    from kadita.evaluation.files import ResultsOfFiles, analyze_files
    from kadita.evaluation.film.film import animate
    from kadita.evaluation.report.report import report
    from kadita.evaluation.report.show import show
    from kadita.evaluation.results import Results
    from kadita.io.convert import convert
    from kadita.io.info import info
    from kadita.io.opening import open  # noqa: A004 - used as kadita.open
    from kadita.io.recording.record import record
    from kadita.io.recovery import recover
    from kadita.io.topology import topology
    from kadita.io.validation import validate
    from kadita.models.model import Model
    from kadita.plugins import hooks as hooks
    from kadita.plugins.catalogue import metrics
    from kadita.plugins.declaration.analysis import Analysis, Facts, Output, analysis
    from kadita.plugins.declaration.axis import Axis
    from kadita.plugins.declaration.importer import Importer, Tracks, importer
    from kadita.plugins.declaration.metric import Definition, Metric, metric
    from kadita.plugins.hooks import hookimpl
    from kadita.school.block import Block, Frame
    from kadita.school.box import Box
    from kadita.school.trajectory import Trajectory
    from kadita.school.window import Window
    from kadita.simulation.configuration import load_configuration
    from kadita.simulation.run import run, simulate
    from kadita.simulation.scenarios import scenarios
    from kadita.simulation.sweep import sweep

# Each name is imported when it is first used, so that `kadita --help` need not wait for NumPy.
_MODULES = {
    "base.errors": "KaditaError KaditaWarning NotApplicable",
    "base.needs": "Needs",
    "evaluation.evaluate": "analyze",
    "evaluation.export": "write",
    "evaluation.files": "ResultsOfFiles analyze_files",
    "evaluation.figures.plot": "plot",
    "evaluation.film.film": "animate",
    "evaluation.report.report": "report",
    "evaluation.report.show": "show",
    "evaluation.results": "Results",
    "io.convert": "convert",
    "io.info": "info",
    "io.opening": "open",
    "io.recording.record": "record",
    "io.recovery": "recover",
    "io.topology": "topology",
    "io.validation": "validate",
    "models.model": "Model",
    "plugins.catalogue": "metrics",
    "plugins.declaration.analysis": "Analysis Facts Output analysis",
    "plugins.declaration.axis": "Axis",
    "plugins.declaration.importer": "Importer Tracks importer",
    "plugins.declaration.metric": "Definition Metric metric",
    "plugins.hooks": "hookimpl",
    "school.block": "Block Frame",
    "school.box": "Box",
    "school.trajectory": "Trajectory",
    "school.window": "Window",
    "simulation.configuration": "load_configuration",
    "simulation.run": "run simulate",
    "simulation.scenarios": "scenarios",
    "simulation.sweep": "sweep",
}
_HOMES = {name: module for module, names in _MODULES.items() for name in names.split()}

# fmt: off
__all__ = [
    "Analysis", "Axis", "Block", "Box", "Definition", "Facts", "Frame", "Importer", "KaditaError", "KaditaWarning",
    "Metric", "Model", "Needs", "NotApplicable", "Output", "Results", "ResultsOfFiles", "Tracks", "Trajectory",
    "Window", "analysis", "analyze", "analyze_files", "animate", "convert", "hookimpl", "importer", "info",
    "load_configuration", "metric", "metrics", "open", "plot", "record", "recover", "report", "run", "scenarios",
    "show", "simulate", "sweep", "topology", "validate", "write",
]
# fmt: on


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
