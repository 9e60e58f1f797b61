"""The reference of the commands, from the commands themselves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from builder import rst
from kadita.cli.commands import COMMANDS, command_of

IGNORED = ("help",)


def write(folder: Path) -> None:
    """Write ``commands.rst``, with a section for each command and its options."""
    parts = [rst.heading("Commands"), "All options, as ``kadita COMMAND --help`` shows them.\n"]
    for name in COMMANDS:
        parts += _command(command_of(name), f"kadita {name}")
    (folder / "commands.rst").write_text("\n".join(parts), encoding="utf-8")


def _command(command: Any, path: str) -> list[str]:
    context = command.context_class(command, info_name=path)
    if hasattr(command, "list_commands"):
        parts = [rst.heading(path, "-"), f"{_text(command.help)}\n"]
        for name in command.list_commands(context):
            parts += _command(command.get_command(context, name), f"{path} {name}")
        return parts
    parameters = command.get_params(context)
    usage = " ".join([path, *command.collect_usage_pieces(context)])
    parts = [rst.heading(path, "-"), f"{_text(command.help)}\n", f".. code-block:: console\n\n   $ {usage}\n"]
    rows = [row for p in parameters if p.name not in IGNORED and (row := _row(p, context)) is not None]
    return [*parts, rst.table(["option", "meaning"], rows)] if rows else parts


def _row(parameter: Any, context: Any) -> tuple[str, str] | None:
    """Return an option or an argument as its help has it; None for one that is hidden."""
    if parameter.param_type_name == "argument":
        return f"``{parameter.metavar or parameter.name.upper()}``", _text(parameter.help or "")
    record = parameter.get_help_record(context)
    return None if record is None else (f"``{record[0]}``", _text(record[1]))


def _text(help_text: str | None) -> str:
    return rst.escaped(" ".join((help_text or "").split()))
