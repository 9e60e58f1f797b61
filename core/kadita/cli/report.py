"""`kadita report`: write one page that holds a run, or several side by side."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kadita.cli import panels
from kadita.cli.measuring import tracked
from kadita.cli.option_groups import Measurement, with_options
from kadita.cli.options import Equilibration, Force, Metrics, output_option
from kadita.cli.track_options import TrackOptions


@with_options
def report(
    trajectories: Annotated[
        list[Path],
        typer.Argument(
            metavar="TRAJECTORY",
            readable=False,
            help="Trajectory of any format, or tracked animals; several stand side by side in the page.",
        ),
    ],
    output: Annotated[
        Path,
        output_option(metavar="FILE", help="Write this page: an .html that needs no network."),
    ],
    metrics: Metrics = None,
    color: Annotated[
        list[str] | None,
        typer.Option(
            "--color",
            metavar="heading|speed|species|plain|METRIC",
            rich_help_panel=panels.DRAWN,
            help="Colour agents by this at first; repeat it to offer several metrics of single agents.",
        ),
    ] = None,
    *,
    compare: Annotated[
        bool,
        typer.Option(
            "--compare",
            rich_help_panel=panels.DRAWN,
            help="Put several trajectories side by side, as is done without it.",
        ),
    ] = False,
    title: Annotated[
        str | None, typer.Option(metavar="TEXT", rich_help_panel=panels.DRAWN, help="Give the page this title.")
    ] = None,
    budget: Annotated[
        str,
        typer.Option(
            metavar="SIZE",
            rich_help_panel=panels.OUTPUT,
            help="Leave frames out of the film until the page has at most this size.",
        ),
    ] = "10MB",
    measurement: Measurement,
    tracks: TrackOptions,
    equilibration: Equilibration = "auto",
    force: Force = False,
) -> None:
    """Write one page with a film, curves and numbers of a trajectory; it needs a browser and no network.

    The film can be played, turned and coloured; frames are left out of it where the page would be too large, which
    the page says. Curves and numbers are of all frames.
    """
    from kadita.base.errors import KaditaError
    from kadita.base.files import distinct
    from kadita.cli.files import expanded
    from kadita.cli.progress import computing
    from kadita.cli.terminal import installed, say, size_of
    from kadita.cli.terminal import report as report_one
    from kadita.evaluation.report.report import check_page
    from kadita.evaluation.report.report import report as write

    files = expanded(trajectories)
    check_page(output, force=force, sources=files)
    if compare and len(files) < 2:
        raise KaditaError(f"--compare: expected several trajectories; got {files[0]} alone")
    registry = installed(measurement.plugins)
    keywords = tracked(measurement, tracks, registry)
    with computing("analyzing") as bar:
        found = write(
            files[0] if len(files) == 1 else dict(zip(distinct(files), files, strict=True)),
            output,
            metrics,
            colors=color or (),
            title=title,
            budget=budget,
            equilibration=equilibration,
            force=force,
            registry=registry,
            progress=bar,
            **keywords,
        )
    say(f"wrote {output} ({size_of(output)})")
    for results in found:
        report_one(results)
