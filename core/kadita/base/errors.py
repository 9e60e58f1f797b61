"""What can go wrong, told to a person: what was expected, what was found, what to do."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class KaditaError(Exception):
    """Something a user can mend. The command line prints it in one line and exits with ``exit_status``."""

    exit_status = 2


class NotApplicable(KaditaError):  # noqa: N818 - the name says what is the case, not that it is a fault
    """A metric cannot be computed from these data: left out of a default run, refused where asked for by name."""


class PluginError(KaditaError):
    """A plugin, or a metric in one, breaks the contract of the plugin interface."""

    exit_status = 1


class Interrupted(KaditaError):  # noqa: N818
    """The user stopped it, by SIGINT or by another signal."""

    def __init__(self, message: str, signal: int = 2) -> None:
        super().__init__(message)
        self.exit_status = 128 + signal


class KaditaWarning(UserWarning):
    """Something a user should know about a result that was computed all the same."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return `` (did you mean ...?)`` for the names nearest to `word`, or an empty string."""
    near = difflib.get_close_matches(word, list(known), n=3, cutoff=0.5)
    return f" (did you mean {' or '.join(near)}?)" if near else ""


def describe_error(error: BaseException) -> str:
    """Return the type and the words of an error, in one line, whatever its own methods do."""
    try:
        words = " ".join(str(error).split())
    except Exception:
        words = "(it cannot say why)"
    return f"{type(error).__name__}: {words}"
