"""Errors and warnings, whose messages say what was expected, what was found and what to do."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class KaditaError(Exception):
    """An error that the user can correct. The command line prints it in one line and exits with ``exit_status``."""

    exit_status = 2


class NotApplicable(KaditaError):  # noqa: N818 - not a fault of the user
    """A metric cannot be computed from these data: left out by default, an error if it was requested by name."""


class PluginError(KaditaError):
    """A plugin, or a metric in one, breaks the contract of the plugin interface."""

    exit_status = 1


class Interrupted(KaditaError):  # noqa: N818
    """The user interrupted the program, by SIGINT or another signal."""

    def __init__(self, message: str, signal: int = 2) -> None:
        super().__init__(message)
        self.exit_status = 128 + signal


class KaditaWarning(UserWarning):
    """A warning about a result that was computed nevertheless."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return `` (did you mean ...?)`` for the names nearest to `word`, or an empty string.

    >>> from kadita.plugins.importers import did_you_mean
    >>> did_you_mean("polarisation", ["polarization", "rotation"])
    ' (did you mean polarization or rotation?)'
    """
    near = difflib.get_close_matches(word, list(known), n=3, cutoff=0.5)
    return f" (did you mean {' or '.join(near)}?)" if near else ""


def describe_error(error: BaseException) -> str:
    """Return the type and message of an error in one line, even if its own methods fail."""
    try:
        message = " ".join(str(error).split())
    except Exception:
        message = "(no message)"
    return f"{type(error).__name__}: {message}"
