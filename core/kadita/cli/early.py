"""Options before the command, which are read before Typer is imported: the log, and completion."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple


class Early(NamedTuple):
    """An option as the help and completion see it, with the names that Typer gives to what it is.

    Typer would convert it for every command, even where it is not given, and needs pydantic for that, which takes
    longer than all else that a help does.
    """

    name: str
    opts: tuple[str, ...]
    metavar: str
    help: str
    rich_help_panel: str | None = None
    secondary_opts: tuple[str, ...] = ()
    is_flag: bool = False
    multiple: bool = False
    param_type_name: str = "option"

    def get_help_record(self, _: Any) -> tuple[str, str]:
        """Return the option with the name of its value, and its help."""
        return f"{self.opts[0]} {self.metavar}", self.help


LOG = Early("log", ("--log",), "FILE", "Append to this file what the command does and says, with times.")
INSTALL = Early(
    "install",
    ("--install-completion",),
    "[bash|zsh|fish|powershell]",
    "Install completion for this shell, or the one named.",
)
SHOW = Early(
    "show",
    ("--show-completion",),
    "[bash|zsh|fish|powershell]",
    "Print the script of completion for this shell, or the one named.",
)
OPTIONS = (LOG, INSTALL, SHOW)


def read(words: Sequence[str]) -> tuple[list[str], int | None]:
    """Do what options before the command ask for; return the other words, and the exit status if nothing else is to do.

    Raises:
        KaditaError: a log cannot be written, or there is no such shell.
    """
    rest = list(words)
    while rest:
        option, equals, value = rest[0].partition("=")
        if option not in (name for o in OPTIONS for name in o.opts):
            break
        del rest[0]
        if not equals:
            value = rest.pop(0) if rest else ""
        if option not in LOG.opts:
            from kadita.cli.completion.scripts import show_or_install

            return [], show_or_install(value or None, install=option in INSTALL.opts)
        from kadita.cli.log import begin

        begin(value, words)
    return rest, None
