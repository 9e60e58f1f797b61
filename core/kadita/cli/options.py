"""Options that several commands share.

Paths have ``readable=False``, so that a file that cannot be read gives the message of kadita, not that of Typer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import wraps
from inspect import Parameter, signature
from itertools import chain
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import typer

TrajectoryPath = Annotated[
    Path, typer.Argument(metavar="TRAJECTORY", readable=False, help="NetCDF, or any format that MDAnalysis reads.")
]
Metrics = Annotated[
    list[str] | None,
    typer.Option("-m", "--metric", metavar="METRIC", help="Metric to compute; repeatable (see `kadita metrics`)."),
]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="[METRIC.]PARAMETER=VALUE",
        help="Parameter of one metric, or of all that have it; repeatable.",
    ),
]
Profile = Annotated[str | None, typer.Option(metavar="NAME", help="Named parameter values: published, or a TOML file.")]
Plugins = Annotated[
    list[Path] | None,
    typer.Option("--plugin", metavar="FILE.py", readable=False, help="Plugin file of metrics or models; repeatable."),
]
Topology = Annotated[
    Path | None, typer.Option("--topology", metavar="FILE", readable=False, help="Topology, for formats that need one.")
]
Velocities = Annotated[
    str | None,
    typer.Option("--velocities", metavar="difference", help="Compute velocities from finite differences."),
]
Dimensions = Annotated[
    int | None,
    typer.Option("--dimensions", metavar="2|3", help="A plane or space, for files that do not say; default: decided."),
]
GivenBox = Annotated[
    str | None,
    typer.Option("--box", metavar="LENGTHS", help="Cell, for files that state none: 20 or 20,20,open."),
]
LargestCluster = Annotated[
    str | None,
    typer.Option(
        "--largest-cluster", metavar="r_a|LENGTH", help="Measure only the largest cluster, linked within this distance."
    ),
]
Equilibration = Annotated[
    str,
    typer.Option(
        "--equilibration",
        metavar="auto|TIME|half|none",
        help="Initial frames that means and SE leave out: until each series is equilibrated, until a time, "
        "the first half, or none. Files keep all frames.",
    ),
]
Force = Annotated[bool, typer.Option("--force", help="Replace files that exist.")]
Begin = Annotated[float | None, typer.Option("-b", "--begin", metavar="TIME", help="First time.")]


@dataclass(frozen=True)
class Measurement:
    """Options for what to measure, and in which frames; named like the keywords of `kadita.analyze`."""

    settings: Settings = None
    profile: Profile = None
    plugins: Plugins = None
    topology: Topology = None
    velocities: Velocities = None
    dimensions: Dimensions = None
    box: GivenBox = None
    select: Annotated[
        list[str] | None,
        typer.Option(
            "--select",
            metavar="species=NAME|agent=NAME",
            help="Measure only these agents; commas between names. Repeatable: agents that all choices name.",
        ),
    ] = None
    by: Annotated[str | None, typer.Option("--by", metavar="species", help="Measure each species on its own.")] = None
    start: Annotated[int | None, typer.Option(metavar="FRAME", help="First frame, counted from 0.")] = None
    stop: Annotated[int | None, typer.Option(metavar="FRAME", help="Frame to stop before.")] = None
    step: Annotated[int | None, typer.Option(metavar="N", help="Use every Nth frame.")] = None
    begin: Begin = None
    end: Annotated[float | None, typer.Option("-e", "--end", metavar="TIME", help="Last time.")] = None
    dt: Annotated[
        float | None,
        typer.Option("--dt", metavar="TIME", help="Use only frames whose time since the first is a multiple of this."),
    ] = None
    largest_cluster: LargestCluster = None

    def keywords(self) -> dict[str, Any]:
        """Return the options as keywords of `kadita.analyze`; the settings become its `parameters`."""
        from kadita.base.settings import parse_settings

        given = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "settings"}
        return {**given, "plugins": self.plugins or (), "parameters": parse_settings(self.settings or ())}


def with_measurement(command: Callable[..., None]) -> Callable[..., None]:
    """Return a command with the options of a `Measurement`, which are passed on as its parameter `measurement`."""
    hints, original = get_type_hints(Measurement, include_extras=True), signature(command, eval_str=True)
    options = [
        Parameter(f.name, Parameter.KEYWORD_ONLY, default=f.default, annotation=hints[f.name])
        for f in fields(Measurement)
    ]

    @wraps(command)
    def with_options(**given: Any) -> None:
        command(measurement=Measurement(**{o.name: given.pop(o.name) for o in options}), **given)

    parameters = [[p] if p.name != "measurement" else options for p in original.parameters.values()]
    with_options.__signature__ = original.replace(parameters=[*chain(*parameters)])  # type: ignore[attr-defined]
    return with_options
