"""Options before the command, which are read before Typer is imported: the log, and completion."""

from __future__ import annotations

from collections.abc import Sequence

from kadita.cli.early_options import INSTALL, LOG, OPTIONS


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
