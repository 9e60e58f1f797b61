"""The values that an option or an argument can have, as its name in the help says: ``auto|TIME|half|none``.

Words in small letters stand for themselves; those in capitals are files, names that plugins bring, or numbers and other
texts that only the user knows.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from kadita.cli.completion.names import read_names

FILES = {  # which files: all, those with a suffix, or folders alone
    **dict.fromkeys(("TRAJECTORY", "FILE", "IN", "OUT", "OUT.nc", "FILE.nc", "OUT.pdb"), "*"),
    "FOLDER": "/",
    "CONFIG.toml": "toml",
    "FILE.toml": "toml",
    "FILE.py": "py",
}
NAMED = {  # which names of `Names`
    "METRIC": ("metrics", "analyses"),
    "DEFINITION": ("metrics", "analyses", "models", "importers"),
    "SCENARIO": ("scenarios",),
    "IMPORTER": ("importers",),
    "MODULE": ("plugins",),
    "FORMAT": ("formats",),
    "KIND": ("kinds",),
    "PROFILE": ("profiles",),
}
SETTINGS = {  # kinds of `Names` whose parameters can be set
    "[NAME.]PARAMETER=VALUE": ("parameters", "parameters of importers"),
    "[METRIC.]PARAMETER=VALUE": ("model of {}", "parameters"),  # {}: the scenario
    "PARAMETER=VALUE": ("parameters of importers",),
}
LITERAL = re.compile(r"[a-z][a-z_-]*|\d")


class Candidate(NamedTuple):
    """What can stand at the cursor.

    Attributes:
        kind: ``plain``, or ``file`` for all files that `value` describes: ``*``, ``/`` for folders, or a suffix.
        value: the word.
        help: what it means, in one line.
    """

    kind: str
    value: str
    help: str = ""


def values_of(metavar: str | None, given: list[str], incomplete: str) -> list[Candidate]:
    """Return the values of an option or argument that is shown as `metavar` in the help.

    Args:
        metavar: such as ``heading|speed|METRIC``.
        given: its arguments before the cursor.
        incomplete: the word at the cursor.
    """
    found: list[Candidate] = []
    if metavar in SETTINGS:
        return _settings(SETTINGS[metavar], given, incomplete)
    for piece in (metavar or "").strip("[]").split("|"):
        if LITERAL.fullmatch(piece):
            found.append(Candidate("plain", piece))
        elif piece.endswith("=NAME"):
            found.append(Candidate("plain", piece.removesuffix("NAME")))
        elif piece in FILES:
            found.append(Candidate("file", FILES[piece]))
        elif piece in NAMED:
            names = read_names()
            found += [Candidate("plain", *item) for key in NAMED[piece] for item in names.get(key, {}).items()]
    return found


def _settings(kinds: tuple[str, ...], given: list[str], incomplete: str) -> list[Candidate]:
    """Return ``name.parameter=``, and after the sign the values of a parameter that has a few of them."""
    names = read_names()
    key, equals, _ = incomplete.partition("=")
    if equals:
        choices = names.get("choices", {}).get(key, "").split()
        return [Candidate("plain", f"{key}={choice}") for choice in choices]
    known = [names.get(kind.format(*given[:1] or [""]), {}) for kind in kinds]
    return [Candidate("plain", f"{name}=", text) for one in known for name, text in one.items()]
