"""Which column of a table is what: as the user says, by its own name, or by names that common programs give."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from kadita import KaditaError
from kadita.plugins.importers import did_you_mean
from kadita_tracks.tables.units import BRACKETS, ENDING, KNOWN, LENGTHS, TIMES, unit_of

ROLES = ("agent", "time", "frame", "x", "y", "z", "vx", "vy", "vz", "species", "quality")
OTHER_NAMES = {
    "agent": (
        "id", "track", "track_id", "trackid", "trajectory", "particle", "individual", "individual_id", "animal",
        "animal_id", "fish", "fish_id", "bird", "bird_id", "object", "object_id", "identity", "subject", "tag",
        "tag_id", "label", "name",
    ),
    "time": ("t", "times", "timestamp", "datetime", "date_time", "second", "seconds", "sec", "elapsed_time"),
    "frame": ("frames", "frame_id", "frameid", "frame_number", "framenumber", "frame_no", "frame_idx", "frame_index"),
    **{
        axis: (
            f"pos_{axis}", f"{axis}_pos", f"pos{axis}", f"{axis}pos", f"position_{axis}", f"{axis}_position",
            f"coord_{axis}", f"{axis}_coord", f"{axis}coord", f"{axis}_coordinate", f"centroid_{axis}",
            f"{axis}_centroid", f"center_{axis}", f"{axis}_center", f"centre_{axis}", f"{axis}_centre", f"c{axis}",
        )
        for axis in "xyz"
    },
}  # fmt: skip


class Found(NamedTuple):
    """The columns of a table.

    Attributes:
        names: of the column of each role that has one.
        length_unit, time_unit: that the names or a row of units state; None if they do not.
        remarks: what is assumed, without the name of the file.
    """

    names: dict[str, str]
    length_unit: str | None
    time_unit: str | None
    remarks: tuple[str, ...]


def given_columns(columns: Iterable[str]) -> list[tuple[str, str]]:
    """Return pairs of role and name from ``ROLE=NAME``.

    Raises:
        KaditaError: an unknown role, one that is given two names, or a column that is given two roles.
    """
    given: list[tuple[str, str]] = []
    for entry in columns:
        role, equals, name = entry.partition("=")
        if not equals or role not in ROLES:
            raise KaditaError(f"--column: expected ROLE=NAME with a role of {', '.join(ROLES)}; got '{entry}'")
        if role != "quality" and role in dict(given):
            raise KaditaError(f"--column: expected one column for {role}; got {dict(given)[role]} and {name}")
        if other := next((r for r, n in given if n == name and "quality" not in (r, role)), None):
            raise KaditaError(f"--column: expected a column for one role; {name} is given for {other} and {role}")
        given.append((role, name))
    return given


def find_columns(
    path: Path,
    known: Sequence[str],
    given: Iterable[tuple[str, str]],
    *,
    units: Sequence[str] = (),
    repeated: Sequence[str] = (),
    one_animal: bool = False,
) -> Found:
    """Return the columns of a table.

    Args:
        path: of the table, for messages.
        known: names of its columns.
        given: pairs of role and name from the user.
        units: the cells below the names, if these are units.
        repeated: names that several columns have.
        one_animal: whether a table without agents holds one animal.

    Raises:
        KaditaError: a column is missing, has two roles, or is one of several with its name.
    """
    names = {role: role for role in ROLES if role in known}
    for role, name in given:
        if name not in known:
            hint = did_you_mean(name, known) or f"; there are: {', '.join(known)}"
            raise KaditaError(f"{path}: there is no column '{name}'{hint}")
        names[role] = name
        if role in ("time", "frame"):  # the named column takes precedence over a column with the other name
            names.pop({"time": "frame", "frame": "time"}[role], None)
    remarks = []
    if {"time", "frame"} <= names.keys():
        remarks.append(
            f"times are those of the column {names['time']}; --column frame={names['frame']} counts frames instead"
        )
        del names["frame"]
    assumed, doubts = _by_other_names(known, names)
    names |= assumed
    if assumed:
        named = ", ".join(assumed.values())
        taken = f"the column {named} is" if len(assumed) == 1 else f"the columns {named} are"
        remarks.insert(0, f"{taken} taken as {', '.join(assumed)}")
    _check(path, known, names, doubts, repeated, one_animal=one_animal)
    below = dict(zip(known, units, strict=False))
    by_axis = {axis: unit_of(names[axis], below.get(names[axis], ""), LENGTHS) for axis in "xyz" if axis in names}
    if len(set(filter(None, by_axis.values()))) > 1:
        found = ", ".join(f"{names[axis]} in {unit}" for axis, unit in by_axis.items() if unit)
        raise KaditaError(f"{path}: expected one unit of length; found {found}; convert them to one first")
    lengths = set(by_axis.values())
    time_unit = unit_of(names["time"], below.get(names["time"], ""), TIMES) if "time" in names else None
    return Found(names, lengths.pop() if len(lengths) == 1 else None, time_unit, tuple(remarks))


def _by_other_names(known: Sequence[str], names: dict[str, str]) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Return columns by role that have names of common programs, and those by role of which several have."""
    assumed: dict[str, str] = {}
    doubts: dict[str, list[str]] = {}
    taken = set(names.values())
    for role in ("agent", "time", "frame", "x", "y", "z"):
        if role in names or (role in ("time", "frame") and {"time", "frame"} & (names | assumed).keys()):
            continue
        like = [n for n in known if n not in taken and _base(n, OTHER_NAMES[role] + (role,)) is not None]
        if len(like) == 1:
            assumed[role] = like[0]
        elif like:
            doubts[role] = like
    return assumed, doubts


def _base(name: str, words: Sequence[str]) -> str | None:
    """Return which of some words a name is, without its unit, in any case; None if it is none."""
    candidates = [name] + [
        m[1] for m in (BRACKETS.fullmatch(name), ENDING.fullmatch(name)) if m and m[2].lower() in KNOWN
    ]
    plain = (re.sub(r"[\s.\-]+", "_", candidate.strip().lower()) for candidate in candidates)
    return next((word for word in plain if word in words), None)


def _check(
    path: Path,
    known: Sequence[str],
    names: dict[str, str],
    doubts: dict[str, list[str]],
    repeated: Sequence[str],
    *,
    one_animal: bool,
) -> None:
    """Raise if a column is missing, has two roles, or is one of several with its name."""
    needed = ("x", "y") if one_animal else ("agent", "x", "y")
    missing = [role for role in needed if role not in names]
    if not {"time", "frame"} & names.keys():
        missing.append("time")
    velocity = {"vx", "vy", "vz"} & names.keys()
    if velocity:
        missing += [role for role in ("vx", "vy", *(("vz",) if "z" in names else ())) if role not in velocity]
    if missing:
        alone = ", or --set table.one_animal=true if there is one animal" if missing[0] == "agent" else ""
        perhaps = f", perhaps {' or '.join(doubts[missing[0]])}" if missing[0] in doubts else ""
        raise KaditaError(
            f"{path}: expected a column {missing[0]}; name it with --column {missing[0]}=NAME{perhaps}{alone}; "
            f"there are: {', '.join(known)}"
        )
    roles: dict[str, str] = {}
    for role, name in names.items():
        if role != "quality" and (other := roles.setdefault(name, role)) != role:
            raise KaditaError(
                f"{path}: expected a column for one role; '{name}' is taken for {other} and {role}; name the other "
                f"with --column {role}=NAME"
            )
        if name in repeated:
            raise KaditaError(f"{path}: expected one column '{name}'; found several; rename those that are not meant")
