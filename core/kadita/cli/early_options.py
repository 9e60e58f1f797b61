"""Options before the command, as help and completion show them: the log, and completion."""

from __future__ import annotations

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
