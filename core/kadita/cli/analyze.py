"""`kadita analyze`: metrics of a trajectory."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

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

if TYPE_CHECKING:
    from kadita.results import Results


def analyze(
    trajectory: TrajectoryPath,
    metrics: Metrics = None,
    output: Annotated[
        list[Path] | None,
        typer.Option("-o", "--output", readable=False, help="Also write to .csv, .json, .nc or .xvg; repeatable."),
    ] = None,
    settings: Settings = None,
    profile: Profile = None,
    plugins: Plugins = None,
    topology: Topology = None,
    velocities: Velocities = None,
    start: Annotated[int | None, typer.Option(help="First frame, counted from 0.")] = None,
    stop: Annotated[int | None, typer.Option(help="Frame to stop before.")] = None,
    step: Annotated[int | None, typer.Option(help="Every so many frames.")] = None,
    begin: Annotated[float | None, typer.Option("-b", "--begin", help="First time.")] = None,
    end: Annotated[float | None, typer.Option("-e", "--end", help="Last time.")] = None,
    dt: Annotated[
        float | None, typer.Option("--dt", help="Only times that are multiples of this from the first.")
    ] = None,
    force: Force = False,
) -> None:
    """Compute metrics on every frame, print their means and write what -o asks for."""
    from kadita import export
    from kadita.cli.terminal import notes, print_summary

    export.check_targets(output or (), force=force)
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
    for path in output or ():
        export.write(results, path, force=force)
    print_summary(results)
    notes(results.notes)
    if results.failures:
        raise typer.Exit(1)


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
