"""`kadita convert`: convert tracked animals and trajectories between formats."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kadita.cli import panels
from kadita.cli.option_groups import with_options
from kadita.cli.options import Dimensions, Force, MostGap, Plugins, Resample, Smooth, Topology
from kadita.cli.track_options import TrackOptions

if TYPE_CHECKING:
    from kadita.io.importing.summary import Summary


@with_options
def convert(
    sources: Annotated[
        list[Path],
        typer.Argument(
            metavar="IN",
            readable=False,
            help="Tracked animals, or a trajectory of any format; tracks of several files become one trajectory.",
        ),
    ],
    output: Annotated[
        Path, typer.Argument(metavar="OUT", readable=False, help="File to write; its suffix sets the format.")
    ],
    to: Annotated[
        str | None,
        typer.Option(
            "--to",
            metavar="FORMAT",
            rich_help_panel=panels.OUTPUT,
            help="Write this format, if several have this suffix.",
        ),
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="PARAMETER=VALUE",
            rich_help_panel=panels.TRACKS,
            help="Set a parameter of the importer; repeatable.",
        ),
    ] = None,
    velocities: Annotated[
        str | None,
        typer.Option(
            metavar="difference|none",
            rich_help_panel=panels.READING,
            help="Compute velocities from differences of positions, or leave them out.",
        ),
    ] = None,
    smooth: Smooth = None,
    resample: Resample = None,
    most_gap: MostGap = None,
    box: Annotated[
        str | None,
        typer.Option(
            metavar="LENGTHS|open",
            rich_help_panel=panels.READING,
            help="Use this periodic cell, if the file states none: 20, or 20,20,open, or open.",
        ),
    ] = None,
    dimensions: Dimensions = None,
    compression: Annotated[
        str | None,
        typer.Option(
            metavar="zlib|zstd",
            rich_help_panel=panels.OUTPUT,
            help="Compress a .nc4 like this; without this option, by zlib.",
        ),
    ] = None,
    significant_digits: Annotated[
        int | None,
        typer.Option(
            metavar="1..6",
            rich_help_panel=panels.OUTPUT,
            help="Round positions and velocities in a .nc4, to make it smaller.",
        ),
    ] = None,
    frame: Annotated[
        int | None,
        typer.Option(
            metavar="FRAME",
            rich_help_panel=panels.OUTPUT,
            help="Write this frame to a .ncrst, counted from 0; without this option, the last.",
        ),
    ] = None,
    *,
    tracks: TrackOptions,
    topology: Topology = None,
    plugins: Plugins = None,
    force: Force = False,
) -> None:
    """Convert tracked animals, or a trajectory of another format."""
    from kadita.base.printable import printable
    from kadita.base.settings import parse_settings
    from kadita.cli.files import expanded
    from kadita.cli.progress import progress
    from kadita.cli.terminal import installed, notes, say, size_of
    from kadita.io.convert import convert as convert_file

    registry = installed(plugins)
    parameters = parse_settings(settings or ())
    format_options: dict[str, Any] = {
        "compression": compression,
        "significant_digits": significant_digits,
        "frame": frame,
    }
    summaries: list[Summary] = []
    with progress("converting") as bar:
        lines = convert_file(
            expanded(sources),
            output,
            to=to,
            parameters=parameters,
            velocities=velocities,
            smooth=smooth,
            resample=resample,
            most_gap=most_gap,
            box=box,
            dimensions=dimensions,
            topology=topology,
            registry=registry,
            force=force,
            progress=bar,
            summary=summaries.append,
            **{name: value for name, value in format_options.items() if value is not None},
            **tracks.keywords(),
        )
    notes(lines)
    say(f"wrote {output} ({size_of(output)})")
    for line in (line for summary in summaries for line in summary.lines()):
        typer.echo(printable(line))
