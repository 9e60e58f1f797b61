"""`kadita convert`: tracked animals and other trajectories become a kadita trajectory."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kadita.cli.options import Force, Topology, Velocities


def convert(
    source: Annotated[
        Path,
        typer.Argument(
            metavar="IN", readable=False, help="MATLAB tracks (.mat), a long table (.csv, .tsv), or a trajectory."
        ),
    ],
    output: Annotated[Path, typer.Argument(metavar="OUT.nc", readable=False, help="Trajectory to write.")],
    columns: Annotated[
        list[str] | None,
        typer.Option(
            "--column",
            metavar="ROLE=NAME",
            help="Column of a table: agent, time or frame, x, y, z, vx, vy, vz; repeatable.",
        ),
    ] = None,
    variable: Annotated[str, typer.Option(metavar="NAME", help="Variable of a MATLAB file.")] = "tracks_filt",
    length_unit: Annotated[str | None, typer.Option(metavar="UNIT", help="Unit of the positions, such as m.")] = None,
    time_unit: Annotated[str | None, typer.Option(metavar="UNIT", help="Unit of the times, such as s.")] = None,
    frame_rate: Annotated[
        float | None, typer.Option(metavar="NUMBER", help="Frames per unit of time, where a table counts frames.")
    ] = None,
    velocities: Velocities = None,
    topology: Topology = None,
    force: Force = False,
) -> None:
    """Convert tracks, or another trajectory."""
    from kadita.cli.terminal import notes, progress, size_of
    from kadita.tracks import convert as convert_tracks

    with progress("converting") as bar:
        remarks = convert_tracks(
            source,
            output,
            columns=columns or (),
            variable=variable,
            length_unit=length_unit,
            time_unit=time_unit,
            frame_rate=frame_rate,
            velocities=velocities,
            topology=topology,
            force=force,
            progress=bar,
        )
    notes(remarks)
    typer.echo(f"wrote {output} ({size_of(output)})")
