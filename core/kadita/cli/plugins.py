"""`kadita plugins`: list what is installed, create a plugin, check one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kadita.cli.options import Settings

if TYPE_CHECKING:
    from kadita.testing import Check

NAMED = 3  # failed checks that the last line names

plugins = typer.Typer(
    name="plugins",
    help="List the installed plugins, create one, or check one.",
    context_settings={"help_option_names": ["-h", "--help"]},
    rich_markup_mode=None,
)


@plugins.callback(invoke_without_command=True)
def _alone(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        list_plugins()


@plugins.command("list")
def list_plugins() -> None:
    """List the installed plugins, what each provides, and what could not be loaded and why."""
    import sys

    from rich.console import Console
    from rich.table import Table

    from kadita.plugins.loading import load_registry

    registry = load_registry()
    table = Table()
    for column in ("plugin", "distribution", "version"):
        table.add_column(column, no_wrap=True)
    table.add_column("provides", ratio=1)
    provided: dict[tuple[str, str, str], dict[str, list[str]]] = {}
    for thing, plugin in registry.plugins.items():
        what, _, name = thing.partition(" ")
        of_plugin = provided.setdefault((plugin.name, plugin.distribution, plugin.version), {})
        of_plugin.setdefault(what, []).append(name)
    for words, things in provided.items():
        table.add_row(*words, "; ".join(f"{_plural(what)}: {', '.join(names)}" for what, names in things.items()))
    Console(width=None if sys.stdout.isatty() else 120, markup=False).print(table)
    for problem in registry.problems:
        typer.echo(problem)


@plugins.command("new")
def new_plugin(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What its first metric is called.")],
    single_file: Annotated[
        bool, typer.Option("--single-file", help="A file to try with --plugin, instead of a distribution.")
    ] = False,
) -> None:
    """Create a plugin: a distribution with a metric, a test of it and a README, ready to install."""
    from kadita.plugins.scaffold import new_distribution, new_file

    if single_file:
        file = new_file(name, Path())
        typer.echo(f"wrote {file}; try it: kadita analyze TRAJECTORY --plugin {file} -m {file.stem}")
        return
    folder, metric = new_distribution(name, Path())
    typer.echo(f"wrote {folder}; install and try it: cd {folder} && pip install -e . && pytest")
    typer.echo(f"then: kadita analyze TRAJECTORY -m {metric}")


@plugins.command("check")
def check_plugin(
    target: Annotated[str, typer.Argument(metavar="MODULE|FILE.py", help="An installed plugin, or a plugin file.")],
    names: Annotated[
        list[str] | None,
        typer.Option(
            "-m", "--metric", metavar="NAME", help="Only this metric, analysis, model or importer; repeatable."
        ),
    ] = None,
    settings: Settings = None,
    tracks: Annotated[
        Path | None,
        typer.Option("--tracks", metavar="FILE", readable=False, help="A file for the plugin's importers to read."),
    ] = None,
) -> None:
    """Check all that a plugin provides on known schools; exit with 1 if a check fails."""
    from kadita.base.errors import KaditaError, PluginError, did_you_mean
    from kadita.base.settings import by_metric, parse_settings
    from kadita.cli.terminal import notes, waiting
    from kadita.testing.plugins import brought_by, examine_plugin

    parameters = by_metric(parse_settings(settings or ()))
    registry, files, brought = brought_by(target)
    there_are = [name for _, name in brought]
    for name in names or ():
        if name not in there_are:
            hint = did_you_mean(name, there_are)
            raise KaditaError(f"{target} brings no '{name}'{hint}; it brings {', '.join(there_are)}")
    brought = [(what, name) for what, name in brought if name in (names or [name])]
    with waiting("checking"):
        found, untried = examine_plugin(registry, brought, files=files, parameters=parameters, tracks=tracks)
    _print(found)
    notes(f"not tried: {line}" for line in untried)
    broken = [f"{thing}: {p.name}" for thing, checks in found.items() for p in checks if p.passed is False]
    total = sum(p.passed is not None for checks in found.values() for p in checks)
    if broken:
        more = f"; and {len(broken) - NAMED} more" if broken[NAMED:] else ""
        raise PluginError(f"{target} fails {len(broken)} of {total} checks: {'; '.join(broken[:NAMED])}{more}")
    if not total:
        raise PluginError(f"nothing of {target} was tried")
    typer.echo(f"{target} passes all of its {total} checks")


def _print(found: dict[str, list[Check]]) -> None:
    import sys

    from rich.console import Console
    from rich.table import Table

    console = Console(width=None if sys.stdout.isatty() else 120, markup=False)
    for thing, checks in found.items():
        table = Table(title=thing, title_justify="left", expand=True)
        table.add_column("check", no_wrap=True)
        table.add_column("passed", no_wrap=True)
        table.add_column("numbers", ratio=1)
        for p in checks:
            table.add_row(p.name, {True: "yes", False: "NO", None: "-"}[p.passed], p.detail)
        console.print(table)


def _plural(what: str) -> str:
    return "analyses" if what == "analysis" else f"{what}s"
