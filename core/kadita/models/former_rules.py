"""Rules in their former form, with positional arguments in place of records: they keep working, with a warning."""

from __future__ import annotations

import inspect
from functools import lru_cache

from kadita.base import renamed
from kadita.base.jit import Function, jitable

FORMER = {  # rule: its arguments, and before
    "pair": (("agent", "other"), ("d", "square", "u", "v", "c")),
    "turn": (("agent", "sums"), ("u", "sums", "g", "c", "key")),
    "displacement": (("agent", "sums"), ("u", "sums", "g", "c", "key")),
}


def is_former(name: str, rule: object) -> bool:
    """Return whether a rule takes as many arguments as it did in its former form."""
    if name not in FORMER or not callable(rule):
        return False
    try:
        return len(inspect.signature(rule).parameters) == len(FORMER[name][1])
    except (TypeError, ValueError):
        return False


def warn_of(owner: str, name: str, depth: int = 1) -> None:
    """Warn that a rule has its former form."""
    new, old = (f"{owner}.{name}({', '.join(arguments)})" for arguments in FORMER[name])
    renamed.warn(old, f"{new}; see help('kadita.models')", depth + 1)


@lru_cache(maxsize=64)
def in_present_form(name: str, rule: Function) -> Function:
    """Return the rule of records that calls a rule of its former form; equal rules give the same function."""
    if name == "pair":

        @jitable
        def pair(agent, other):  # type: ignore[no-untyped-def]
            return rule(other.displacement, other.square, agent.heading, other.heading, agent.constants)

        return pair

    @jitable
    def of_agent(agent, sums):  # type: ignore[no-untyped-def]
        key = agent.seed, agent.step, agent.number
        return rule(agent.heading, sums, agent.normals, agent.constants, key)

    return of_agent
