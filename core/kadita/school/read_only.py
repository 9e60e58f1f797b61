"""What several look at can be written to by none of them."""

from __future__ import annotations

import copy
from dataclasses import fields, is_dataclass
from types import MappingProxyType
from typing import Any, TypeVar

import numpy as np

R = TypeVar("R")


def read_only(value: R) -> R:
    """Return a value that cannot be written to: one metric's slip must not reach another's input.

    Arrays become views that are read-only, in tuples, named tuples, mappings and dataclasses, too, however deep. Lists
    become tuples, sets frozen ones, and a dataclass that is not frozen is a copy for everyone who asks. What is
    read-only already, and anything else, is returned as it is.
    """
    known: Any = value
    if isinstance(known, np.ndarray):
        if known.flags.writeable:
            known = known.view()
            known.flags.writeable = False
    elif type(known) in (tuple, list) or (isinstance(known, tuple) and hasattr(known, "_make")):
        parts = [read_only(part) for part in known]
        if not (isinstance(known, tuple) and all(a is b for a, b in zip(parts, known, strict=True))):
            known = known._make(parts) if hasattr(known, "_make") else tuple(parts)
    elif isinstance(known, set):
        known = frozenset(known)
    elif isinstance(known, dict | MappingProxyType):
        known = MappingProxyType({key: read_only(part) for key, part in known.items()})
    elif is_dataclass(known) and not isinstance(known, type):
        whole, known = known, copy.copy(known)
        for field in fields(whole):
            object.__setattr__(known, field.name, read_only(getattr(whole, field.name)))
    return known
