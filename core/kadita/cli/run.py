"""`kadita run`: simulate a school, and measure it in the same pass."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kadita.cli import panels
from kadita.cli.options import Begin, Equilibration, Force, LargestCluster, Metrics, Plugins, Profile, output_option
from kadita.simulation import CHECKPOINT_SECONDS

if TYPE_CHECKING:
    from kadita.plugins.registry import Registry


def run(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO|CONFIG.toml", help="See `kadita scenarios`.")],
    output: Annotated[
        Path | None,
        output_option(metavar="OUT.nc", help="Write this trajectory; without this option, SCENARIO.nc."),
    ] = None,
    agents: Annotated[
        int | None,
        typer.Option(metavar="N", rich_help_panel=panels.SIMULATED, help="Simulate this number of agents."),
    ] = None,
    steps: Annotated[
        int | None,
        typer.Option(metavar="N", rich_help_panel=panels.SIMULATED, help="Simulate this number of time steps."),
    ] = None,
    every: Annotated[
        int | None,
        typer.Option(metavar="N", rich_help_panel=panels.FRAMES, help="Write a frame every N time steps."),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            rich_help_panel=panels.SIMULATED,
            help="Take random numbers from this seed; equal seeds give equal files.",
        ),
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="[METRIC.]PARAMETER=VALUE",
            rich_help_panel=panels.SIMULATED,
            help="Set a parameter of the model, or METRIC.PARAMETER of a metric; repeatable.",
        ),
    ] = None,
    threads: Annotated[
        int,
        typer.Option(
            metavar="N",
            rich_help_panel=panels.PARALLEL,
            help="Simulate with this number of threads; the trajectory does not depend on it.",
        ),
    ] = 1,
    analyze: Annotated[
        bool,
        typer.Option("--analyze", rich_help_panel=panels.MEASURED, help="Measure while simulating, in the same pass."),
    ] = False,
    metrics: Metrics = None,
    profile: Profile = None,
    begin: Begin = None,
    largest_cluster: LargestCluster = None,
    equilibration: Equilibration = "none",
    plugins: Plugins = None,
    results: Annotated[
        list[Path] | None,
        typer.Option(
            "--results",
            metavar="FILE",
            readable=False,
            rich_help_panel=panels.OUTPUT,
            help="With --analyze, write the results to a .csv, .json, .nc or .xvg; repeatable.",
        ),
    ] = None,
    no_trajectory: Annotated[
        bool,
        typer.Option(
            "--no-trajectory",
            rich_help_panel=panels.OUTPUT,
            help="With --analyze, write no trajectory, only results.",
        ),
    ] = False,
    resume: Annotated[
        bool,
        typer.Option(
            "--resume",
            rich_help_panel=panels.SIMULATED,
            help="Continue an interrupted run from its newest checkpoint.",
        ),
    ] = False,
    checkpoint: Annotated[
        float,
        typer.Option(
            min=0,
            metavar="SECONDS",
            rich_help_panel=panels.OUTPUT,
            help="Write a checkpoint at most this often.",
        ),
    ] = CHECKPOINT_SECONDS,
    live: Annotated[
        bool,
        typer.Option(
            "--live",
            rich_help_panel=panels.OUTPUT,
            help="Show progress and what the school does, while it is simulated.",
        ),
    ] = False,
    force: Force = False,
) -> None:
    """Simulate a school and write its trajectory."""
    from kadita.base.errors import Interrupted, KaditaError, PluginError
    from kadita.base.settings import parse_settings
    from kadita.cli.live import live_view
    from kadita.cli.measuring import measure
    from kadita.cli.progress import progress, waiting
    from kadita.cli.stopping import kept, stoppable
    from kadita.cli.terminal import installed, report, say, size_of
    from kadita.evaluation import export
    from kadita.evaluation.statistics import check_equilibration
    from kadita.evaluation.tables import tables_of_request
    from kadita.simulation.run import simulate, trajectory_path

    counted = check_equilibration(equilibration)
    given = parse_settings(settings or ())
    registry = installed(plugins)
    of_metrics = {key: value for key, value in given.items() if "." in key or _is_of_metrics_only(key, registry)}
    for option, used in (
        ("-m", metrics),
        ("--profile", profile),
        ("-b", begin is not None),
        ("--largest-cluster", largest_cluster is not None),
        ("--equilibration", counted != "none"),
        ("--results", results),
        ("--no-trajectory", no_trajectory),
        (f"--set {next(iter(of_metrics), '')}", of_metrics),
    ):
        if used and not analyze:
            raise KaditaError(f"{option} needs --analyze")
    if no_trajectory and resume:
        raise KaditaError("--resume and --no-trajectory exclude each other; leave out one")
    if no_trajectory and output:
        raise KaditaError(f"-o {output} and --no-trajectory exclude each other; leave out one")
    options: dict[str, Any] = {
        "parameters": of_metrics,
        "profile": profile,
        "begin": begin,
        "largest_cluster": largest_cluster,
    }
    of_model = {key: value for key, value in given.items() if key not in of_metrics}
    with simulate(
        scenario,
        agents=agents,
        steps=steps,
        every=every,
        seed=seed,
        parameters=of_model,
        threads=threads,
        registry=registry,
    ) as school:
        path = None if no_trajectory else trajectory_path(school, output)
        tables = tables_of_request(registry, metrics, profile) if results else []
        export.check_targets(results or (), force=force, source=path, tables=tables)
        if path is not None:
            school.record(path, force=force, resume=resume, checkpoint_every=checkpoint)
        try:
            with ExitStack() as views:
                view = None
                if live:
                    view = views.enter_context(live_view(school, registry, path, of_metrics, profile))
                views.enter_context(stoppable(school, path))
                with waiting("compiling the model (cached for later runs)"):
                    school.compile()
                    if view:
                        view.prepare()
                if view:
                    view.begin()
                if analyze and not resume:
                    measured = measure(school, metrics, registry, shown=not view, **options)
                else:
                    with progress("simulating", shown=not view) as bar:
                        for _ in school.stream():
                            bar(school.recorded, school.n_frames)
        except PluginError:
            if school.recorded == school.n_frames:
                say(f"wrote {path}")
            raise
        except (KaditaError, OSError) as error:
            if school.recorded < school.n_frames and path is not None and not isinstance(error, Interrupted):
                raise type(error)(f"{error}; {kept(school, path)}") from None
            raise
    if analyze and resume and path is not None:  # including the frames from before the interruption
        measured = measure(path, metrics, registry, **options)
    written = [path] if path else []
    if analyze:
        from kadita.cli.results_table import print_summary  # a run that measures nothing draws no table

        written += export.write_all(measured, results or (), force=force, equilibration=counted)
        print_summary(measured, counted)
    for file in written:
        say(f"wrote {file} ({size_of(file)})")
    if analyze:
        report(measured)


def _is_of_metrics_only(key: str, registry: Registry) -> bool:
    in_models = any(key in model.model_fields for model in registry.models.values())
    return not in_models and any(key in metric.parameters.model_fields for metric in registry.metrics.values())
