"""`kadita animate`: write a film of a school."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kadita.cli import panels
from kadita.cli.measuring import tracked
from kadita.cli.option_groups import Measurement, with_options
from kadita.cli.options import Force, TrajectoryPath, output_option
from kadita.cli.track_options import TrackOptions


@with_options
def animate(
    trajectory: TrajectoryPath,
    output: Annotated[
        Path,
        output_option(metavar="FILE", help="Write this film: an .mp4, .gif or .webp."),
    ],
    metrics: Annotated[
        list[str] | None,
        typer.Option(
            "-m",
            "--metric",
            metavar="METRIC",
            rich_help_panel=panels.DRAWN,
            help="Draw this metric in time below the school; repeatable. Without this option, those declared as "
            "plotted.",
        ),
    ] = None,
    *,
    color: Annotated[
        str | None,
        typer.Option(
            metavar="heading|speed|species|plain|METRIC",
            rich_help_panel=panels.DRAWN,
            help="Let the colours of agents show this; without this option, species if there are several, or else "
            "headings.",
        ),
    ] = None,
    follow: Annotated[
        bool | None,
        typer.Option(
            "--follow/--fixed",
            rich_help_panel=panels.DRAWN,
            help="Let the camera follow the school, or be fixed, as it is without this option if there is an arena or "
            "a cell.",
        ),
    ] = None,
    look: Annotated[
        str | None,
        typer.Option(
            metavar="x|y|z|aslant|X,Y,Z",
            rich_help_panel=panels.DRAWN,
            help="Look from this direction at the school; without this option, from one that suits it.",
        ),
    ] = None,
    trail: Annotated[
        int | None,
        typer.Option(
            metavar="FRAMES",
            rich_help_panel=panels.DRAWN,
            help="Draw paths through this number of frames; without this option, six bodies long.",
        ),
    ] = None,
    fps: Annotated[
        float,
        typer.Option("--fps", metavar="N", rich_help_panel=panels.DRAWN, help="Show this number of pictures a second."),
    ] = 30.0,
    between: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            rich_help_panel=panels.DRAWN,
            help="Interpolate this number of pictures for each frame; without this option, 1 to 8, for a film of at "
            "most 20 s.",
        ),
    ] = None,
    size: Annotated[
        str,
        typer.Option(
            metavar="WIDTHxHEIGHT", rich_help_panel=panels.DRAWN, help="Draw pictures of this size in pixels."
        ),
    ] = "960x720",
    dark: Annotated[
        bool,
        typer.Option("--dark/--light", rich_help_panel=panels.DRAWN, help="Draw on a dark or a light background."),
    ] = True,
    measurement: Measurement,
    tracks: TrackOptions,
    force: Force = False,
) -> None:
    """Write a film of a school: agents with their headings and paths, the arena or the cell, time and a scale.

    MP4 needs the package av: pip install 'kadita[film]', whose wheel holds x264, under the GPL.
    """
    from kadita.cli.progress import computing
    from kadita.cli.terminal import installed, notes, say
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
    say(f"wrote {output}")
    notes(remarks)
