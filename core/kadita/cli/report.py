"""`kadita report`: write one page that holds a run, or several side by side."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kadita.cli.analyze import tracked
from kadita.cli.options import Equilibration, Force, Measurement, Metrics, TrackOptions, with_options


@with_options
def report(
    trajectories: Annotated[
        list[Path],
        typer.Argument(
            metavar="TRAJECTORY...",
            readable=False,
            help="Trajectory of any format, or tracked animals; several stand side by side in the page.",
        ),
    ],
    output: Annotated[
        Path,
        typer.Option("-o", "--output", readable=False, help="Page to write: an .html that needs no network."),
    ],
    metrics: Metrics = None,
    color: Annotated[
        list[str] | None,
        typer.Option(
            "--color",
            metavar="heading|speed|species|plain|METRIC",
            help="What agents are coloured by at first; repeat it to offer several per-agent metrics.",
        ),
    ] = None,
    *,
    compare: Annotated[
        bool, typer.Option("--compare", help="Put several trajectories side by side, as is done without it.")
    ] = False,
    title: Annotated[str | None, typer.Option(metavar="TEXT", help="Title of the page.")] = None,
    budget: Annotated[
        str, typer.Option(metavar="SIZE", help="Most bytes of the page; frames are left out of its film until it fits.")
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
    from kadita.cli.terminal import computing, installed, size_of
    from kadita.cli.terminal import report as say
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
    typer.echo(f"wrote {output} ({size_of(output)})")
    for results in found:
        say(results)
