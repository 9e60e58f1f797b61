"""`kadita convert`: convert tracked animals and trajectories between formats."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from kadita.cli.options import Force, Plugins, Topology


def convert(
    source: Annotated[
        Path, typer.Argument(metavar="IN", readable=False, help="Tracked animals, or a trajectory of any format.")
    ],
    output: Annotated[
        Path, typer.Argument(metavar="OUT", readable=False, help="File to write; its suffix sets the format.")
    ],
    importer: Annotated[
        str | None, typer.Option("--from", metavar="IMPORTER", help="Importer for the tracks, if it is ambiguous.")
    ] = None,
    to: Annotated[
        str | None, typer.Option("--to", metavar="FORMAT", help="Output format, if several have this suffix.")
    ] = None,
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="Parameter of the importer; repeatable.")
    ] = None,
    columns: Annotated[
        list[str] | None,
        typer.Option(
            "--column",
            metavar="ROLE=NAME",
            help="Column of a table: agent, time or frame, x, y, z, vx, vy, vz, species, quality; repeatable.",
        ),
    ] = None,
    length_unit: Annotated[str | None, typer.Option(metavar="UNIT", help="Unit of the positions, such as m.")] = None,
    time_unit: Annotated[str | None, typer.Option(metavar="UNIT", help="Unit of the times, such as s.")] = None,
    frame_rate: Annotated[
        float | None, typer.Option(metavar="NUMBER", help="Frames per unit of time, for tracks without times.")
    ] = None,
    velocities: Annotated[
        str | None,
        typer.Option(
            metavar="difference|none", help="Compute velocities from differences of positions, or leave them out."
        ),
    ] = None,
    least: Annotated[
        list[str] | None,
        typer.Option(
            metavar="QUALITY=NUMBER", help="Leave out sightings of a lower quality, such as confidence=0.6; repeatable."
        ),
    ] = None,
    y_axis: Annotated[
        str | None,
        typer.Option(metavar="up|down", help="Where y of the tracks points; down, as in images, is turned up."),
    ] = None,
    box: Annotated[
        str | None,
        typer.Option(metavar="LENGTHS", help="Periodic cell, if the file states none: 20, or 20,20,open, or open."),
    ] = None,
    dimensions: Annotated[
        int | None, typer.Option(metavar="2|3", help="A plane or space; default: what the file says, or its z.")
    ] = None,
    compression: Annotated[
        str | None, typer.Option(metavar="zlib|zstd", help="Compression of a .nc4; default: zlib.")
    ] = None,
    significant_digits: Annotated[
        int | None, typer.Option(metavar="1..6", help="Round positions and velocities in a .nc4, to make it smaller.")
    ] = None,
    frame: Annotated[
        int | None,
        typer.Option(metavar="FRAME", help="Frame of a .ncrst, counted from 0; default: the last."),
    ] = None,
    topology: Topology = None,
    plugins: Plugins = None,
    force: Force = False,
) -> None:
    """Convert tracked animals, or a trajectory of another format."""
    from kadita.base.settings import parse_settings
    from kadita.cli.terminal import installed, notes, progress, size_of
    from kadita.io.convert import convert as convert_file
    from kadita.io.track_quality import parse_limits

    registry = installed(plugins)
    parameters: dict[str, Any] = parse_settings(settings or ())
    if columns:
        parameters["columns"] = tuple(columns)
        # only tables have columns
        tables = (i.name for i in registry.importers.values() if i.fallback and "columns" in i.parameters.model_fields)
        importer = importer or next(tables, None)
    format_options: dict[str, Any] = {
        "compression": compression,
        "significant_digits": significant_digits,
        "frame": frame,
    }
    with progress("converting") as bar:
        lines = convert_file(
            source,
            output,
            importer=importer,
            to=to,
            parameters=parameters,
            length_unit=length_unit,
            time_unit=time_unit,
            frame_rate=frame_rate,
            velocities=velocities,
            least=parse_limits(least or ()),
            y_axis=y_axis,
            box=box,
            dimensions=dimensions,
            topology=topology,
            registry=registry,
            force=force,
            progress=bar,
            **{name: value for name, value in format_options.items() if value is not None},
        )
    notes(lines)
    typer.echo(f"wrote {output} ({size_of(output)})")
