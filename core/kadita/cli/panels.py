"""Help of commands: their options in groups, in plain text that fits the terminal.

Rich would draw them, too; to import it takes as long as all else that ``kadita --help`` does.
"""

from __future__ import annotations

import re
import shutil
import textwrap
from collections.abc import Iterable
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

MEASURED = "What is measured"
SIMULATED = "What is simulated"
DRAWN = "What is drawn"
FRAMES = "Frames"
READING = "How the file is read"
TRACKS = "How tracks are read"
STATISTICS = "Statistics"
PARALLEL = "Parallel"
OUTPUT = "Output"
OTHER = "Other options"
PANELS = (SIMULATED, MEASURED, DRAWN, FRAMES, READING, TRACKS, STATISTICS, PARALLEL, OUTPUT)  # in the order of a help
WIDEST, NARROW, LEAST = 120, 70, 24  # columns: of a help at most, below which texts stand below the options, at least

# Formatters and contexts are those of Click, which some versions of Typer bring along and others import: so they are
# `Any` where Typer does not name them.


def columns() -> int:
    """Return how many columns a help has: those of the terminal, 80 where there is none."""
    return max(LEAST, min(shutil.get_terminal_size().columns, WIDEST) - 2)


def write_panels(parameters: Iterable[Any], context: typer.Context, formatter: Any) -> None:
    """Write arguments and options, each with its help, in groups."""
    groups: dict[str, list[tuple[str, str]]] = {"Arguments": [], **{panel: [] for panel in PANELS}, OTHER: []}
    for parameter in parameters:
        record = parameter.get_help_record(context)
        if record is not None:
            if parameter.param_type_name == "argument":
                groups["Arguments"].append((parameter.metavar, record[1]))
            else:
                groups[parameter.rich_help_panel or OTHER].append(record)
    if sum(bool(groups[panel]) for panel in PANELS) < 2:  # no need to tell them apart
        groups = {"Arguments": groups.pop("Arguments"), "Options": [row for rows in groups.values() for row in rows]}
    for name, rows in groups.items():
        write_rows(name, rows, formatter)


def write_rows(heading: str, rows: list[tuple[str, str]], formatter: Any) -> None:
    """Write rows of two columns; in a narrow terminal the second stands below the first."""
    if not rows:
        return
    with formatter.section(heading):
        if formatter.width >= NARROW:
            formatter.write_dl(rows)
            return
        for term, text in rows:
            formatter.write("".join(f"  {line}\n" for line in _broken(term, formatter.width - 2)))
            below = textwrap.wrap(" ".join(text.split()), formatter.width - 6, break_on_hyphens=False)
            formatter.write("".join(f"      {line}\n" for line in below))


def _broken(term: str, width: int) -> list[str]:
    """Return the lines of a term such as ``--color heading|speed``, which can end after a bar."""
    lines = [""]
    for piece in re.findall(r"[^| ]+[| ]?", term):
        if lines[-1] and len(lines[-1] + piece.rstrip()) > width:
            lines.append("    ")
        lines[-1] += piece
    return [line.rstrip() for line in lines]


def with_help(option: Any) -> Any:
    """Return the option ``--help`` with False as its default: None would be converted, which needs pydantic."""
    if option is not None:
        option.default, option.rich_help_panel = False, OTHER
    return option


class Command(TyperCommand):
    """A command whose help has its options in groups."""

    def get_help_option(self, ctx: Any) -> Any:
        """Return the option ``--help``."""
        return with_help(super().get_help_option(ctx))

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help into a formatter as wide as the terminal."""
        formatter.width = columns()
        super().format_help(ctx, formatter)

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write arguments and options."""
        write_panels(self.get_params(ctx), ctx, formatter)


class Group(TyperGroup):
    """A group of commands whose help has all of the first sentence of each.

    Attributes:
        early: options that are read before it is.
    """

    early: tuple[Any, ...] = ()

    def get_help_option(self, ctx: Any) -> Any:
        """Return the option ``--help``."""
        return with_help(super().get_help_option(ctx))

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help into a formatter as wide as the terminal."""
        formatter.width = columns()
        super().format_help(ctx, formatter)

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write options and commands."""
        write_panels([*self.early, *self.get_params(ctx)], ctx, formatter)
        found = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        rows = [(name, (command.help or "").partition("\n\n")[0]) for name, command in found if command]
        write_rows("Commands", rows, formatter)
