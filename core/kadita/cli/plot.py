"""`kadita plot`: series of metrics, and profiles, as one picture."""

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
    LargestGroup,
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
        Path, typer.Option("-o", "--output", readable=False, help="Picture to write: .png, .pdf or .svg.")
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
    largest_group: LargestGroup = None,
    force: Force = False,
) -> None:
    """Draw metrics against time, and those with numbers along an axis against that.

    Where no metric is named, those that say so of themselves, or else all default ones.
    """
    from kadita.base.settings import parse_settings
    from kadita.cli.terminal import installed, notes, report
    from kadita.evaluation.curves import not_drawn
    from kadita.evaluation.plotting import check_picture, draw

    registry = installed(plugins)
    check_picture(output, force=force, source=trajectory)
    results = measure(
        trajectory,
        metrics or [m.name for m in registry.metrics.values() if m.plotted],
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
        largest_group=largest_group,
    )
    draw(results, output, force=force)
    typer.echo(f"wrote {output}")
    report(results)
    if left_out := not_drawn(results):
        notes(
            [f"not drawn: {', '.join(left_out)}: a value for each agent, or one in all; -o of kadita analyze has them"]
        )
