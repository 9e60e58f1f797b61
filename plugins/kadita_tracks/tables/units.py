"""Units in the names of columns, X (mm) and x_mm, and in rows below the names."""

from __future__ import annotations

import re
from collections.abc import Mapping

LENGTHS = {"px": "px", "pixel": "px", "pixels": "px"} | {u: u for u in ("nm", "um", "µm", "mm", "cm", "m", "km")}
TIMES = {"sec": "s", "seconds": "s", "second": "s"} | {u: u for u in ("s", "ms", "us", "µs", "min", "h")}
KNOWN = LENGTHS.keys() | TIMES.keys()
BRACKETS = re.compile(r"(.*?)[\s_]*[\[(]\s*([^\])]*?)\s*[\])]")
ENDING = re.compile(r"(.*?)[\s_.]+([^\s_.]+)")
AROUND = "[]() "


def is_unit(cell: str) -> bool:
    """Return whether a cell below a name is a unit: a known one, or in brackets."""
    return cell.strip(AROUND).lower() in KNOWN or bool(re.fullmatch(r"[\[(].*[\])]", cell.strip()))


def unit_of(name: str, below: str, units: Mapping[str, str]) -> str | None:
    """Return the unit in the name of a column, or in the cell below it; None if there is none of these."""
    for match in (BRACKETS.fullmatch(name), ENDING.fullmatch(name)):
        if match and (unit := units.get(match[2].lower())):
            return unit
    return units.get(below.strip(AROUND).lower())
