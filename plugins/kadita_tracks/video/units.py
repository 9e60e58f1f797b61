"""Names of units as image programs write them, and as kadita's files have them."""

from __future__ import annotations

COUNTED = ("", "frame", "frames", "unknown")  # units of time that are none
NAMES = {
    "pixel": "px", "pixels": "px", "micron": "um", "microns": "um", "micrometer": "um", "µm": "um", "μm": "um",
    "sec": "s", "second": "s", "seconds": "s", "msec": "ms", "minute": "min", "minutes": "min", "hour": "h",
}  # fmt: skip


def unit_of(text: str) -> str | None:
    """Return the name of a unit; None if there is none."""
    word = text.strip().strip("()").strip()
    return NAMES.get(word.lower(), word) or None


def time_unit_of(text: str) -> str | None:
    """Return the name of a unit of time; None if times are numbers of frames."""
    unit = unit_of(text)
    return None if unit is None or unit.lower() in COUNTED else unit
