"""`kadita analyze`: compute the metrics of a trajectory."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kadita.cli import panels
from kadita.cli.measuring import measure, tracked
from kadita.cli.option_groups import Measurement, with_options
from kadita.cli.options import Equilibration, Force, Metrics, Scheduler, Trajectories, Workers, output_option
from kadita.cli.track_options import TrackOptions

if TYPE_CHECKING:
    from kadita.plugins.registry import Registry


@with_options
def analyze(
    trajectories: Trajectories,
    metrics: Metrics = None,
    output: Annotated[
        list[Path] | None,
        output_option(metavar="FILE", help="Write the results to a .csv, .json, .nc or .xvg, too; repeatable."),
    ] = None,
    *,
    measurement: Measurement,
    tracks: TrackOptions,
    equilibration: Equilibration = "none",
    follow: Annotated[
        bool,
        typer.Option(
            "--follow",
            rich_help_panel=panels.FRAMES,
            help="Measure a run while it is written, until it is complete or Ctrl-C.",
        ),
    ] = False,
    workers: Workers = 1,
    scheduler: Scheduler = None,
    force: Force = False,
) -> None:
    """Compute the metrics of a trajectory, or of tracked animals; of several files, in one table with their names.

    Of several files, those that cannot be measured are left out, and the exit status is 1.
    """
    from kadita.cli.files import expanded
    from kadita.cli.results_table import print_summary
    from kadita.cli.terminal import installed, report, say
    from kadita.evaluation import export
    from kadita.evaluation.statistics import check_equilibration
    from kadita.evaluation.tables import tables_of_request

    counted = check_equilibration(equilibration)
    registry = installed(measurement.plugins)
    tables = tables_of_request(registry, metrics, measurement.profile, measurement.by)
    asked = {**tracked(measurement, tracks, registry), "follow": follow, "workers": workers, "scheduler": scheduler}
    files = expanded(trajectories)
    if len(files) > 1:
        _each(files, metrics, registry, output or (), force, counted, tables, asked)
        return
    (trajectory,) = files
    export.check_targets(output or (), force=force, source=trajectory, tables=tables)
    results = measure(trajectory, metrics, registry, **asked, keep=None if follow or not output else output[0])
    written = export.write_all(results, output or (), force=force, equilibration=counted)
    print_summary(results, counted)
    for path in written:
        say(f"wrote {path}")
    report(results)


def _each(
    files: list[Path],
    metrics: list[str] | None,
    registry: Registry,
    output: Iterable[Path],
    force: bool,
    equilibration: str | float,
    tables: list[str],
    asked: dict[str, Any],
) -> None:
    """Analyze several files, print one table and write one."""
    from kadita.cli.files import print_files, report_files
    from kadita.cli.progress import computing
    from kadita.cli.terminal import say
    from kadita.evaluation.export_files import check_files, write_files
    from kadita.evaluation.files import analyze_files

    check_files(output, files, force=force, tables=tables)
    with computing("analyzing") as bar:
        results = analyze_files(files, metrics, registry=registry, progress=bar, **asked)
    written = write_files(results, output, force=force, equilibration=equilibration)
    print_files(results, equilibration)
    for path in written:
        say(f"wrote {path}")
    report_files(results)
