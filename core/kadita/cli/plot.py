"""`kadita plot`: draw time series and curves of metrics in one figure."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kadita.cli.analyze import measure
from kadita.cli.options import (
    Begin,
    Dt,
    End,
    Force,
    LargestCluster,
    Metrics,
    Plugins,
    Profile,
    Settings,
    Start,
    Step,
    Stop,
    Topology,
    TrajectoryPath,
    Velocities,
)


def plot(
    trajectory: TrajectoryPath,
    output: Annotated[
        Path, typer.Option("-o", "--output", readable=False, help="Figure to write: .png, .pdf or .svg.")
    ],
    metrics: Metrics = None,
    settings: Settings = None,
    profile: Profile = None,
    plugins: Plugins = None,
    topology: Topology = None,
    velocities: Velocities = None,
    start: Start = None,
    stop: Stop = None,
    step: Step = None,
    begin: Begin = None,
    end: End = None,
    dt: Dt = None,
    largest_cluster: LargestCluster = None,
    force: Force = False,
) -> None:
    """Draw metrics against time, or against their own axis if they have one."""
    from kadita.base.settings import parse_settings
    from kadita.cli.terminal import installed, notes, report
    from kadita.evaluation.curves import not_drawn
    from kadita.evaluation.plotting import check_picture, draw

    registry = installed(plugins)
    check_picture(output, force=force, source=trajectory)
    results = measure(
        trajectory,
        metrics or ["polarization", "rotation"],
        parse_settings(settings or ()),
        registry,
        profile=profile,
        topology=topology,
        velocities=velocities,
        start=start,
        stop=stop,
        step=step,
        begin=begin,
        end=end,
        dt=dt,
        largest_cluster=largest_cluster,
    )
    draw(results, output, force=force)
    typer.echo(f"wrote {output}")
    report(results)
    if left_out := not_drawn(results):
        notes([f"not drawn: {', '.join(left_out)}: per-agent values or single numbers; kadita analyze -o writes them"])
