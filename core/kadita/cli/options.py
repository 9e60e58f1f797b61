"""Options that several commands share.

Paths have ``readable=False``, so that a file that cannot be read gives the message of kadita, not that of Typer.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

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
Start = Annotated[int | None, typer.Option(metavar="FRAME", help="First frame, counted from 0.")]
Stop = Annotated[int | None, typer.Option(metavar="FRAME", help="Frame to stop before.")]
Step = Annotated[int | None, typer.Option(metavar="N", help="Every so many frames.")]
Begin = Annotated[float | None, typer.Option("-b", "--begin", metavar="TIME", help="First time.")]
End = Annotated[float | None, typer.Option("-e", "--end", metavar="TIME", help="Last time.")]
Dt = Annotated[
    float | None, typer.Option("--dt", metavar="TIME", help="Only times that are multiples of this after the first.")
]
