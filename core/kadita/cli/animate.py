"""`kadita animate`: write a film of a school."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kadita.cli.analyze import tracked
from kadita.cli.options import Force, Measurement, TrackOptions, TrajectoryPath, with_options


@with_options
def animate(
    trajectory: TrajectoryPath,
    output: Annotated[Path, typer.Option("-o", "--output", readable=False, help="Film to write: .mp4, .gif or .webp.")],
    metrics: Annotated[
        list[str] | None,
        typer.Option(
            "-m",
            "--metric",
            metavar="METRIC",
            help="Metric to draw in time below the school; repeatable. default: those declared as plotted.",
        ),
    ] = None,
    *,
    color: Annotated[
        str | None,
        typer.Option(
            metavar="heading|speed|species|plain|METRIC",
            help="What the colours of agents show; default: species if there are several, or else headings.",
        ),
    ] = None,
    follow: Annotated[
        bool | None,
        typer.Option(
            "--follow/--fixed",
            help="The camera follows the school, or is fixed; default: fixed if there is an arena or a cell.",
        ),
    ] = None,
    look: Annotated[
        str | None,
        typer.Option(metavar="x|y|z|aslant|X,Y,Z", help="Direction from the school to the viewer; default: decided."),
    ] = None,
    trail: Annotated[
        int | None,
        typer.Option(metavar="FRAMES", help="Frames through which paths are drawn; default: of six bodies' length."),
    ] = None,
    fps: Annotated[float, typer.Option("--fps", metavar="N", help="Pictures in a second.")] = 30.0,
    between: Annotated[
        int | None,
        typer.Option(
            metavar="N", help="Pictures for each frame, interpolated; default: 1 to 8, for a film of at most 20 s."
        ),
    ] = None,
    size: Annotated[str, typer.Option(metavar="WIDTHxHEIGHT", help="Pixels of a picture.")] = "960x720",
    dark: Annotated[bool, typer.Option("--dark/--light", help="Background.")] = True,
    measurement: Measurement,
    tracks: TrackOptions,
    force: Force = False,
) -> None:
    """Write a film of a school: agents with their headings and paths, the arena or the cell, time and a scale.

    MP4 needs the package av: pip install 'kadita[film]', whose wheel holds x264, under the GPL.
    """
    from kadita.cli.terminal import computing, installed, notes
    from kadita.evaluation.film.film import animate as write
    from kadita.evaluation.film.stage import parsed_size

    pixels = parsed_size(size)
    registry = installed(measurement.plugins)
    with computing("drawing") as bar:
        remarks = write(
            trajectory,
            output,
            metrics=metrics or (),
            color=color,
            follow=follow,
            look=look,
            trail=trail,
            fps=fps,
            between=between,
            size=pixels,
            dark=dark,
            registry=registry,
            force=force,
            progress=bar,
            **tracked(measurement, tracks, registry),
        )
    typer.echo(f"wrote {output}")
    notes(remarks)
