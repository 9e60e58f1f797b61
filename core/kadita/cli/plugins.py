"""`kadita plugins`: list the installed plugins, create a plugin, or check one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kadita.cli import panels
from kadita.cli.options import Settings
from kadita.cli.panels import Command, Group

if TYPE_CHECKING:
    from kadita.testing import Check

NAMED = 3  # failed checks listed in the last line

plugins = typer.Typer(
    name="plugins",
    help="List the installed plugins, create one, or check one.",
    context_settings={"help_option_names": ["-h", "--help"]},
    rich_markup_mode=None,
    cls=Group,
    add_completion=False,
)


@plugins.callback(invoke_without_command=True)
def _alone(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        list_plugins()


@plugins.command("list", cls=Command)
def list_plugins() -> None:
    """List the installed plugins and what each provides, and report plugins that could not be loaded."""
    from kadita.cli.completion.names import keep_names
    from kadita.cli.tables import Column, print_table
    from kadita.plugins.loading import load_registry

    registry = load_registry()
    keep_names(registry)
    provided: dict[tuple[str, str, str], dict[str, list[str]]] = {}
    for entry, plugin in registry.plugins.items():
        kind, _, name = entry.partition(" ")
        of_plugin = provided.setdefault((plugin.name, plugin.distribution, plugin.version), {})
        of_plugin.setdefault(kind, []).append(name)
    rows = [
        (*cells, "; ".join(f"{_plural(kind)}: {', '.join(names)}" for kind, names in kinds.items()))
        for cells, kinds in provided.items()
    ]
    print_table((*map(Column, ("plugin", "distribution", "version")), Column("provides", wraps=True)), rows)
    for problem in registry.problems:
        typer.echo(problem)


@plugins.command("new", cls=Command)
def new_plugin(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of its first metric.")],
    single_file: Annotated[
        bool,
        typer.Option(
            "--single-file",
            rich_help_panel=panels.OUTPUT,
            help="Create one file, for --plugin, instead of a distribution.",
        ),
    ] = False,
) -> None:
    """Create a plugin: a distribution with a metric, its test and a README, ready to install."""
    from kadita.cli.terminal import say
    from kadita.plugins.scaffold import new_distribution, new_file

    if single_file:
        file = new_file(name, Path())
        say(f"wrote {file}; try it: kadita analyze TRAJECTORY --plugin {file} -m {file.stem}")
        return
    folder, metric = new_distribution(name, Path())
    say(f"wrote {folder}; install and try it: cd {folder} && pip install -e '.[dev]' && pytest")
    typer.echo(f"then: kadita analyze TRAJECTORY -m {metric}")


@plugins.command("check", cls=Command)
def check_plugin(
    target: Annotated[str, typer.Argument(metavar="MODULE|FILE.py", help="An installed plugin, or a plugin file.")],
    names: Annotated[
        list[str] | None,
        typer.Option(
            "-m",
            "--metric",
            metavar="DEFINITION",
            rich_help_panel=panels.MEASURED,
            help="Check only this metric, analysis, model or importer; repeatable.",
        ),
    ] = None,
    settings: Settings = None,
    tracks: Annotated[
        Path | None,
        typer.Option(
            "--tracks",
            metavar="FILE",
            readable=False,
            rich_help_panel=panels.TRACKS,
            help="Let the plugin's importers read this file.",
        ),
    ] = None,
) -> None:
    """Check everything that a plugin provides on known schools; exit with status 1 if a check fails."""
    from kadita.base.errors import KaditaError, PluginError, did_you_mean
    from kadita.base.settings import by_metric, parse_settings
    from kadita.cli.progress import waiting
    from kadita.cli.terminal import notes, say
    from kadita.testing.plugins import brought_by, examine_plugin

    parameters = by_metric(parse_settings(settings or ()))
    registry, files, brought = brought_by(target)
    available = [name for _, name in brought]
    for name in names or ():
        if name not in available:
            hint = did_you_mean(name, available)
            raise KaditaError(f"{target} has no '{name}'{hint}; it has {', '.join(available)}")
    brought = [(kind, name) for kind, name in brought if name in (names or [name])]
    with waiting("checking"):
        checks, skipped = examine_plugin(registry, brought, files=files, parameters=parameters, tracks=tracks)
    _print(checks)
    notes(f"not checked: {line}" for line in skipped)
    failed = [f"{title}: {c.name}" for title, of_one in checks.items() for c in of_one if c.passed is False]
    total = sum(c.passed is not None for of_one in checks.values() for c in of_one)
    if failed:
        more = f"; and {len(failed) - NAMED} more" if failed[NAMED:] else ""
        raise PluginError(f"{target} fails {len(failed)} of {total} checks: {'; '.join(failed[:NAMED])}{more}")
    if not total:
        raise PluginError(f"{target}: nothing was checked")
    say(f"{target} passes all {total} checks")


def _print(checks: dict[str, list[Check]]) -> None:
    from kadita.cli.tables import Column, print_table

    columns = Column("check"), Column("passed"), Column("details", wraps=True)
    for title, of_one in checks.items():
        print_table(
            columns, [(c.name, {True: "yes", False: "NO", None: "-"}[c.passed], c.detail) for c in of_one], title
        )


def _plural(kind: str) -> str:
    return "analyses" if kind == "analysis" else f"{kind}s"
