"""Names of the attributes of a school that files of kadita keep, from ``schemas/trajectory.toml``."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

PREFIX = "kadita_"
# said by fields of `kadita.Tracks`, not by its attributes
SAID_BY_FIELDS = {
    "species": "species",
    "length_unit": "length_unit",
    "time_unit": "time_unit",
    "dimensions": "dimensions",
    "y_axis": "y_down",
    "identities": "agents",
    "agents": "agents",
    "box": "box",
}


@cache
def known_attributes() -> tuple[str, ...]:
    """Return the names, without prefix: ``r_a``, ``body_length``, ``model``."""
    text = (files("kadita") / "schemas" / "trajectory.toml").read_text(encoding="utf-8")
    entries = tomllib.loads(text)["attribute"]
    return tuple(a["name"].removeprefix(PREFIX) for a in entries if a.get("of") == "school")
