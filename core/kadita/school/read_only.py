"""Read-only views of data that several metrics or analyses share."""

from __future__ import annotations

import copy
from dataclasses import fields, is_dataclass
from types import MappingProxyType
from typing import Any, TypeVar

import numpy as np

R = TypeVar("R")


def read_only(value: R) -> R:
    """Return a read-only version of a value, so that no metric can change another's input.

    Arrays become read-only views, also in tuples, named tuples, mappings and dataclasses, at any depth. Lists become
    tuples, sets become frozensets, and a dataclass that is not frozen is copied at every call. Values that are
    read-only already, and values of other types, are returned unchanged.
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
        original, known = known, copy.copy(known)
        for field in fields(original):
            object.__setattr__(known, field.name, read_only(getattr(original, field.name)))
    return known
