"""The candidates for the word at the cursor, from the options and arguments of the command before it."""

from __future__ import annotations

import os
import shlex
from collections.abc import Sequence
from typing import Any

from kadita.cli.completion.candidates import Candidate, values_of

VARIABLE = "_KADITA_COMPLETE"  # in the environment of a process that is to complete; its value is complete_SHELL


def print_answer(shell: str) -> None:
    """Print the candidates for the words that a script of this shell has put into the environment."""
    if shell == "bash":
        words, incomplete, before = _words_of_bash(os.environ.get("COMP_WORDS", ""), os.environ.get("COMP_CWORD", "0"))
    else:
        line, before = os.environ.get("_TYPER_COMPLETE_ARGS", ""), ""
        words = split(line)[1:]
        incomplete = words.pop() if words and not line[-1:].isspace() else ""
    for c in candidates(words, incomplete):
        value = c.value.removeprefix(before) if c.kind == "plain" else c.value
        print(c.kind, value, " ".join(c.help.split()), sep="\t")


def split(line: str) -> list[str]:
    """Return the words of a line as a shell does; the last one may lack its closing quote."""
    lexer = shlex.shlex(line, posix=True)
    lexer.whitespace_split, lexer.commenters = True, ""
    words: list[str] = []
    try:
        words.extend(lexer)
    except ValueError:  # the quote or the escape does not end
        words.append(lexer.token)
    return words


def _words_of_bash(line: str, index: str) -> tuple[list[str], str, str]:
    """Return words before the cursor, that at the cursor, and what of it bash leaves as it is.

    Bash makes three words of ``name=value``, and replaces the last one.
    """
    words = split(line)[1 : int(index) + 1]
    if len(words) < int(index):  # the cursor stands behind a space
        words.append("")
    joined: list[str] = []
    for k, word in enumerate(words):
        after_sign = k > 0 and words[k - 1] == "=" and joined and joined[-1].endswith("=")
        if joined and (word == "=" or after_sign):
            joined[-1] += word
        else:
            joined.append(word)
    incomplete = joined.pop() if joined else ""
    before = incomplete[: incomplete.rfind("=") + 1] if words and ("=" in words[-2:]) else ""
    return joined, incomplete, before


def candidates(words: Sequence[str], incomplete: str) -> list[Candidate]:
    """Return what can stand at the cursor after these words, which begin after ``kadita``."""
    import typer

    from kadita.cli.commands import app, command_of

    command: Any = typer.main.get_command(app)
    inner = False  # whether `command` is one of the commands, or all of them
    given: list[str] = []  # arguments
    used: set[str] = set()  # options
    waiting: Any = None  # an option whose value comes next
    for word in words:
        if waiting is not None:
            waiting = None
        elif word.startswith("-") and word != "-":
            name, equals, _ = word.partition("=")
            used.add(name)
            option = _option(command, name)
            waiting = option if option is not None and not option.is_flag and not equals else None
        elif hasattr(command, "commands"):
            if word not in command.commands:
                return []
            command, inner = command.commands[word] if inner else command_of(word), True
        else:
            given.append(word)
    if waiting is not None:
        return _starting(incomplete, values_of(waiting.metavar, given, incomplete))
    if incomplete.startswith("-"):
        name, equals, value = incomplete.partition("=")
        option = _option(command, name) if equals else None
        if option is None:
            return _starting(incomplete, _options(command, used))
        found = _starting(value, values_of(option.metavar, given, value))
        return [c._replace(value=f"{name}={c.value}") if c.kind == "plain" else c for c in found]
    if hasattr(command, "commands"):
        named = [Candidate("plain", name, c.help or "") for name, c in command.commands.items()]
        return _starting(incomplete, named)
    return _starting(incomplete, _of_argument(command, given, incomplete))


def _parameters(command: Any) -> list[Any]:
    return [*getattr(command, "early", ()), *command.params]


def _option(command: Any, name: str) -> Any:
    found = (p for p in _parameters(command) if p.param_type_name == "option" and name in (*p.opts, *p.secondary_opts))
    return next(found, None)


def _options(command: Any, used: set[str]) -> list[Candidate]:
    """Return the options of a command that can still be given."""
    found = [Candidate("plain", "--help", "Show this message and exit.")]
    for p in _parameters(command):
        names = [name for name in (*p.opts, *p.secondary_opts) if name.startswith("-")]
        if p.param_type_name == "option" and (p.multiple or not used.intersection(names)):
            found += [Candidate("plain", name, p.help or "") for name in names]
    return sorted(found, key=lambda c: (not c.value.startswith("--"), c.value))


def _of_argument(command: Any, given: list[str], incomplete: str) -> list[Candidate]:
    """Return the values of the argument that comes after those that are given."""
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    for k, argument in enumerate(arguments):
        if k == len(given) or argument.nargs == -1:
            return values_of(argument.metavar, given, incomplete)
    return []


def _starting(incomplete: str, found: list[Candidate]) -> list[Candidate]:
    return [c for c in found if c.kind != "plain" or c.value.startswith(incomplete)]
