"""`kadita plot`: series of metrics as one picture."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kadita.cli.analyze import measure
from kadita.cli.options import (
    Force,
    Metrics,
    Plugins,
    Profile,
    Settings,
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
    force: Force = False,
) -> None:
    """Draw metrics against time, a panel a metric (polarization and rotation where none is named)."""
    from kadita.cli.terminal import notes
    from kadita.plotting import check_picture, draw_series

    check_picture(output, force=force)
    results = measure(
        trajectory,
        metrics or ["polarization", "rotation"],
        settings,
        plugins,
        profile=profile,
        topology=topology,
        velocities=velocities,
    )
    draw_series(results, output, force=force)
    notes(results.notes)
    typer.echo(f"wrote {output}")
    if results.failures:
        raise typer.Exit(1)
