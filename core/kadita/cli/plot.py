"""`kadita plot`: draw time series and curves of metrics in one figure."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kadita.cli.analyze import measure, tracked
from kadita.cli.options import Force, Measurement, Metrics, TrackOptions, TrajectoryPath, with_options


@with_options
def plot(
    trajectory: TrajectoryPath,
    output: Annotated[
        Path, typer.Option("-o", "--output", readable=False, help="Figure to write: .png, .pdf or .svg.")
    ],
    metrics: Metrics = None,
    *,
    measurement: Measurement,
    tracks: TrackOptions,
    force: Force = False,
) -> None:
    """Draw metrics against time, or against their own axis if they have one; by default those declared as plotted.

    Of metrics of single agents, the median and quantiles over the agents are drawn.
    """
    from kadita.cli.terminal import installed, notes, report
    from kadita.evaluation.curves import not_drawn
    from kadita.evaluation.figures.stacked import NOT_DRAWN, draw
    from kadita.evaluation.figures.style import check_picture

    registry = installed(measurement.plugins)
    check_picture(output, force=force, source=trajectory)
    results = measure(
        trajectory,
        metrics or [m.name for m in registry.metrics.values() if m.plotted],
        registry,
        **tracked(measurement, tracks, registry),
    )
    draw(results, output, force=force)
    typer.echo(f"wrote {output}")
    report(results)
    if left_out := not_drawn(results):
        notes([f"not drawn: {', '.join(left_out)}: {NOT_DRAWN}"])
