"""`kadita analyze`: metrics of a trajectory."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kadita.cli.options import (
    Begin,
    Dt,
    End,
    Force,
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

if TYPE_CHECKING:
    from kadita.results import Results


def analyze(
    trajectory: TrajectoryPath,
    metrics: Metrics = None,
    output: Annotated[
        list[Path] | None,
        typer.Option(
            "-o", "--output", metavar="FILE", readable=False, help="Also write to .csv, .json, .nc or .xvg; repeatable."
        ),
    ] = None,
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
    force: Force = False,
) -> None:
    """Compute the metrics of a trajectory."""
    from kadita import export
    from kadita.cli.terminal import print_summary, report

    export.check_targets(output or (), force=force, source=trajectory)
    results = measure(
        trajectory,
        metrics,
        settings,
        plugins,
        profile=profile,
        topology=topology,
        velocities=velocities,
        start=start,
        stop=stop,
        step=step,
        begin=begin,
        end=end,
        dt=dt,
    )
    export.write_all(results, output or (), force=force)
    print_summary(results)
    for path in output or ():
        typer.echo(f"wrote {path}")
    report(results)


def measure(
    trajectory: Path,
    metrics: list[str] | None,
    settings: list[str] | None,
    plugins: list[Path] | None,
    **options: Any,
) -> Results:
    """Load the plugins, name those that fail, and analyze with a progress bar."""
    import warnings

    from kadita.analysis import analyze as compute
    from kadita.cli.terminal import notes, progress
    from kadita.errors import KaditaWarning
    from kadita.registry import load_registry
    from kadita.settings import parse_settings

    registry = load_registry(plugins or ())
    notes(registry.problems)
    parameters = parse_settings(settings or ())
    with progress("analyzing") as bar, warnings.catch_warnings():
        warnings.simplefilter("ignore", KaditaWarning)  # the results carry them as notes
        return compute(trajectory, metrics, parameters=parameters, registry=registry, progress=bar, **options)
