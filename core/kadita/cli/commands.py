"""All commands by name; the module of a command is imported when it is asked for.

The help of `kadita` names them all, and `kadita --help` need not import what they are made of.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand

from kadita.cli.early_options import OPTIONS
from kadita.cli.panels import Command, Group

COMMANDS = {  # the first paragraph of each command's docstring, which tests compare
    "run": "Simulate a school and write its trajectory.",
    "sweep": "Run a model over a grid of parameters and seeds, and tabulate the results.",
    "analyze": "Compute the metrics of a trajectory, or of tracked animals; of several files, in one table with their "
    "names.",
    "metrics": "List the installed metrics and whole-trajectory analyses by kind, or show one.",
    "scenarios": "List the scenarios, or print one as TOML.",
    "info": "Show the contents of a trajectory or of tracked animals: frames, agents, times, cell and how it was made.",
    "validate": "Check a trajectory against the AMBER convention and what readers need; exit with status 2 if there "
    "are faults.",
    "recover": "Save every complete frame of a trajectory that is truncated or damaged.",
    "convert": "Convert tracked animals, or a trajectory of another format.",
    "topology": "Write a topology for tools that need one, or a script that shows the school in VMD.",
    "plot": "Draw metrics against time, or against their own axis if they have one; by default those declared as "
    "plotted.",
    "animate": "Write a film of a school: agents with their headings and paths, the arena or the cell, time and a "
    "scale.",
    "report": "Write one page with a film, curves and numbers of a trajectory; it needs a browser and no network.",
    "plugins": "List the installed plugins, create one, or check one.",
}
SETTINGS = {"help_option_names": ["-h", "--help"]}


@cache
def command_of(name: str) -> Any:
    """Return a command, or a group of commands, with all its options."""
    found = getattr(import_module(f"kadita.cli.{name}"), name)
    if isinstance(found, typer.Typer):
        return typer.main.get_command(found)
    alone = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
    alone.command(name, cls=Command, context_settings=SETTINGS)(found)
    return typer.main.get_command(alone)


class Commands(Group):
    """The commands by their names and first sentences, and each in full as soon as it is asked for."""

    early = OPTIONS

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands = {name: TyperCommand(name, help=text) for name, text in COMMANDS.items()}

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the name of the command that is asked for, the command and its arguments."""
        name, command, rest = super().resolve_command(ctx, args)
        return name, command if command is None else command_of(str(name)), rest


app = typer.Typer(
    name="kadita",
    cls=Commands,
    add_completion=False,
    help="Simulate and analyse collective motion in files that MD tools read.",
    context_settings=SETTINGS,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.callback(invoke_without_command=True)
def _alone(
    context: typer.Context, version: bool = typer.Option(False, "--version", help="Print the version and exit.")
) -> None:
    if version:
        from importlib.metadata import version as release

        typer.echo(f"kadita {release('kadita')}")
    elif context.invoked_subcommand is None:
        typer.echo(context.get_help())
    else:
        return
    raise typer.Exit
