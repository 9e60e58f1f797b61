"""Options that several commands share.

Paths have ``readable=False``, so that a file that cannot be read gives the message of kadita, not that of Typer.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from kadita.cli import panels

output_option = partial(typer.Option, "-o", "--output", readable=False, rich_help_panel=panels.OUTPUT)

TrajectoryPath = Annotated[
    Path, typer.Argument(metavar="TRAJECTORY", readable=False, help="Trajectory of any format, or tracked animals.")
]
Trajectories = Annotated[
    list[Path],
    typer.Argument(
        metavar="TRAJECTORY",
        readable=False,
        help="Trajectory of any format, or tracked animals; of several, each is measured on its own.",
    ),
]
Metrics = Annotated[
    list[str] | None,
    typer.Option(
        "-m",
        "--metric",
        metavar="METRIC",
        rich_help_panel=panels.MEASURED,
        help="Compute this metric or analysis; repeatable. `kadita metrics` lists them; without this option those "
        "with a star are computed.",
    ),
]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="[NAME.]PARAMETER=VALUE",
        rich_help_panel=panels.MEASURED,
        help="Set a parameter of one metric, of all that have it, or of an importer of tracks; repeatable.",
    ),
]
Profile = Annotated[
    str | None,
    typer.Option(
        metavar="PROFILE|FILE.toml",
        rich_help_panel=panels.MEASURED,
        help="Take the values of parameters from a profile: published, or a TOML file.",
    ),
]
Plugins = Annotated[
    list[Path] | None,
    typer.Option(
        "--plugin",
        metavar="FILE.py",
        readable=False,
        rich_help_panel=panels.MEASURED,
        help="Load a plugin file too; repeatable.",
    ),
]
Topology = Annotated[
    Path | None,
    typer.Option(
        "--topology",
        metavar="FILE",
        readable=False,
        rich_help_panel=panels.READING,
        help="Read names and number of agents from this topology, for formats that need one.",
    ),
]
Velocities = Annotated[
    str | None,
    typer.Option(
        "--velocities",
        metavar="difference",
        rich_help_panel=panels.READING,
        help="Compute velocities from finite differences of the positions.",
    ),
]
Smooth = Annotated[
    str | None,
    typer.Option(
        "--smooth",
        metavar="FRAMES[,ORDER]",
        rich_help_panel=panels.READING,
        help="Compute velocities as derivatives of polynomials fitted in windows of FRAMES (Savitzky-Golay), of ORDER "
        "2 if none is given.",
    ),
]
Resample = Annotated[
    float | None,
    typer.Option(
        "--resample",
        metavar="RATE",
        rich_help_panel=panels.READING,
        help="Interpolate positions linearly to RATE frames per unit of time, each agent between its own sightings.",
    ),
]
MostGap = Annotated[
    float | None,
    typer.Option(
        "--most-gap",
        metavar="TIME",
        rich_help_panel=panels.READING,
        help="Interpolate with --resample only between sightings at most this time apart.",
    ),
]
Dimensions = Annotated[
    int | None,
    typer.Option(
        "--dimensions",
        metavar="2|3",
        rich_help_panel=panels.READING,
        help="Take the file for motion in a plane or in space, if it does not say; without this option its z decides.",
    ),
]
GivenBox = Annotated[
    str | None,
    typer.Option(
        "--box",
        metavar="LENGTHS",
        rich_help_panel=panels.READING,
        help="Use this cell for a file that states none, such as 20 or 20,20,open.",
    ),
]
LargestCluster = Annotated[
    str | None,
    typer.Option(
        "--largest-cluster",
        metavar="r_a|LENGTH",
        rich_help_panel=panels.MEASURED,
        help="Measure only the largest cluster of agents that are linked within this distance.",
    ),
]
Equilibration = Annotated[
    str,
    typer.Option(
        "--equilibration",
        metavar="auto|TIME|half|none",
        rich_help_panel=panels.STATISTICS,
        help="Leave initial frames out of means and SE: until each series is equilibrated, until a time, the first "
        "half, or none. Files keep all frames.",
    ),
]
Workers = Annotated[
    int,
    typer.Option(
        metavar="K", rich_help_panel=panels.PARALLEL, help="Use this many processes; the results do not depend on it."
    ),
]
Scheduler = Annotated[
    str | None,
    typer.Option(
        metavar="ADDRESS",
        rich_help_panel=panels.PARALLEL,
        help="Use the workers of a dask.distributed scheduler instead, such as tcp://HOST:8786.",
    ),
]
Force = Annotated[bool, typer.Option("--force", rich_help_panel=panels.OUTPUT, help="Replace files that exist.")]
AsJson = Annotated[bool, typer.Option("--json", rich_help_panel=panels.OUTPUT, help="Print JSON.")]
Begin = Annotated[
    float | None,
    typer.Option("-b", "--begin", metavar="TIME", rich_help_panel=panels.FRAMES, help="Use frames from this time on."),
]
