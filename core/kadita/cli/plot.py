"""`kadita plot`: draw time series and curves of metrics in one figure, or one of the figures of the field."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from kadita.cli import panels
from kadita.cli.measuring import measure, tracked
from kadita.cli.option_groups import Measurement, given_in, with_options
from kadita.cli.options import Force, Metrics, output_option
from kadita.cli.track_options import TrackOptions


@with_options
def plot(
    trajectories: Annotated[
        list[Path],
        typer.Argument(
            metavar="TRAJECTORY",
            readable=False,
            help="Trajectory of any format, or tracked animals; several where --kind compares runs; "
            "or the table.csv of a sweep.",
        ),
    ],
    output: Annotated[
        Path,
        output_option(metavar="FILE", help="Write this figure: a .png, .pdf or .svg."),
    ],
    metrics: Metrics = None,
    *,
    measurement: Measurement,
    tracks: TrackOptions,
    kind: Annotated[
        str | None,
        typer.Option(
            metavar="KIND",
            rich_help_panel=panels.DRAWN,
            help="Draw a figure of this kind instead: series, order-plane, states, distribution, profiles, maps, "
            "quantiles, correlation, phase-diagram, entropies, snapshot, tracks or neighbor-maps.",
        ),
    ] = None,
    width: Annotated[
        float | None,
        typer.Option(
            metavar="MM",
            rich_help_panel=panels.DRAWN,
            help="Draw a figure with --kind as wide as this, in mm; without this option, one column, 86.",
        ),
    ] = None,
    equilibration: Annotated[
        str | None,
        typer.Option(
            metavar="auto|TIME|half|none",
            rich_help_panel=panels.STATISTICS,
            help="Leave these initial frames out of means and densities of --kind.",
        ),
    ] = None,
    log: Annotated[
        str | None,
        typer.Option(
            metavar="x|y|xy", rich_help_panel=panels.DRAWN, help="Make axes of a figure with --kind logarithmic."
        ),
    ] = None,
    path: Annotated[
        bool,
        typer.Option("--path", rich_help_panel=panels.DRAWN, help="Draw the way through the order-plane, too."),
    ] = False,
    x: Annotated[
        str | None,
        typer.Option(
            "--x", metavar="PARAMETER", rich_help_panel=panels.DRAWN, help="Draw it to the right in a phase-diagram."
        ),
    ] = None,
    y: Annotated[
        str | None,
        typer.Option(
            "--y", metavar="PARAMETER", rich_help_panel=panels.DRAWN, help="Draw it upwards in a phase-diagram."
        ),
    ] = None,
    where: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PARAMETER=NUMBER",
            rich_help_panel=panels.DRAWN,
            help="Draw only these points in a phase-diagram, if more parameters vary; repeatable.",
        ),
    ] = None,
    frame: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            rich_help_panel=panels.FRAMES,
            help="Draw this frame as a snapshot; without this option, the last.",
        ),
    ] = None,
    color: Annotated[
        str | None,
        typer.Option(
            metavar="heading|speed|species|plain",
            rich_help_panel=panels.DRAWN,
            help="Colour the agents of a snapshot by this.",
        ),
    ] = None,
    look: Annotated[
        str | None,
        typer.Option(
            metavar="x|y|z|aslant|X,Y,Z",
            rich_help_panel=panels.DRAWN,
            help="Look from this direction at a snapshot or at tracks.",
        ),
    ] = None,
    force: Force = False,
) -> None:
    """Draw metrics against time, or against their own axis if they have one; by default those declared as plotted.

    Of metrics of single agents, the median and quantiles over the agents are drawn.
    """
    from kadita.base.errors import KaditaError
    from kadita.cli.files import expanded
    from kadita.cli.plot_kinds import draw_to_file
    from kadita.cli.terminal import installed, notes, report, say
    from kadita.evaluation.figures.drawing import Tools, is_given
    from kadita.evaluation.source import FRAMES, of_source

    paths = expanded(trajectories)
    given: dict[str, Any] = {"equilibration": equilibration, "log": log, "path": path, "x": x, "y": y, "where": where}
    given |= {"frame": frame, "color": color, "look": look}
    if kind is None:
        if len(paths) > 1:
            raise KaditaError(f"expected one trajectory; got {len(paths)}; --kind series draws several")
        if extra := [key for key, value in {**given, "width": width}.items() if is_given(value)]:
            raise KaditaError(f"--{extra[0]}: expected it with --kind, such as --kind series")
        _stacked(paths[0], output, metrics, measurement, tracks, force=force)
        return
    registry = installed(measurement.plugins)
    options = tracked(measurement, tracks, registry)

    def measured(path: Path, names: list[str] | None) -> Any:
        return measure(path, names, registry, **options)

    def opened(path: Path) -> Any:
        source = of_source(options)
        notes(source.check(path, registry))
        return source.open(path, registry)

    measuring = {**given_in(measurement), **given_in(tracks)}
    if "settings" in measuring and not options["parameters"]:
        measuring["of_importer"] = measuring.pop("settings")
    results = draw_to_file(
        kind,
        paths,
        output,
        metrics or [],
        Tools(measured, opened, registry),
        force=force,
        width=width,
        given=given,
        measuring=measuring,
        frames={key: options[key] for key in FRAMES & options.keys() if options[key] is not None},
    )
    say(f"wrote {output}")
    for found in results:
        report(found)


def _stacked(
    trajectory: Path,
    output: Path,
    metrics: list[str] | None,
    measurement: Measurement,
    tracks: TrackOptions,
    *,
    force: bool,
) -> None:
    """Draw metrics one above the other."""
    from kadita.cli.terminal import installed, notes, report, say
    from kadita.evaluation.curves import not_drawn
    from kadita.evaluation.figures.stacked import NOT_DRAWN, draw
    from kadita.evaluation.figures.style import check_picture

    registry = installed(measurement.plugins)
    check_picture(output, force=force, source=trajectory)
    results = measure(
        trajectory,
        metrics or registry.plotted,
        registry,
        **tracked(measurement, tracks, registry),
    )
    draw(results, output, force=force)
    say(f"wrote {output}")
    report(results)
    if left_out := not_drawn(results):
        notes([f"not drawn: {', '.join(left_out)}: {NOT_DRAWN}"])
