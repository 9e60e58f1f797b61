"""Read tracks from a table in long format: one row per animal and time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from kadita import KaditaError, Tracks, importer
from kadita.plugins.importers import did_you_mean
from kadita_tracks.rows.arrange import frames_of_rows
from kadita_tracks.rows.streamed import CHUNK_ROWS, Rows, Sighted, fits, frames_of_parts
from kadita_tracks.tables.qualities import Least, qualities
from kadita_tracks.tables.reading import chunks_of_table, coordinates, header, labels, numbers, texts, values_of
from kadita_tracks.tables.times import Times

ALONE = "agent"  # column of the single animal of a table without one
ROLES = ("agent", "time", "frame", "x", "y", "z", "vx", "vy", "vz", "species", "quality")
OneAnimal = Annotated[bool, Field(description="whether a table without a column of agents holds a single animal")]
Epoch = Annotated[bool, Field(description="whether times of 1990 to 2100 as s, ms, us or ns from 1970 are dates")]
FIRST_ROWS = 10_000  # of a table larger than memory, which show what kind of times it has
Columns = Annotated[tuple[str, ...], Field(description="ROLE=NAME for columns with other names, as --column sets them")]


@importer(endings=(".csv", ".tsv"), fallback=True)
def table(
    path: Path, *, columns: Columns = (), least: Least = None, one_animal: OneAnimal = False, epoch: Epoch = True
) -> Tracks:
    """Long table, one row per animal and time: agent, time or frame, x, y, and z, vx, vy, vz, species if present.

    ``--column role=name`` maps a column with another name. Columns of quality are offered as limits: confidence,
    likelihood, score, quality, probability, p, and those of the role quality.

    Raises:
        KaditaError: the table cannot be read, a column is missing, a cell is not a number, or an agent has two species.
    """
    given = _given(columns)
    words = {dict(given).get(role, role) for role in ("agent", "species")}
    separator = "\t" if path.suffix.lower() == ".tsv" else ","

    def text(name: str) -> bool:
        return name in words

    def chunks(rows: int | None, only: list[str] | None = None) -> Iterator[Any]:
        named = None if only is None else [name for name in only if not (alone and name == ALONE)]
        for part in chunks_of_table(path, separator, rows=rows, text=text, columns=named):
            yield part.assign(**{ALONE: "0"}) if alone else part

    alone = one_animal and not {"agent", dict(given).get("agent")} & set(header(path))
    (first,) = chunks(None) if fits(path) else (next(chunks(FIRST_ROWS)),)
    names = _columns(path, given, [str(c) for c in first.columns])
    axes = "xyz" if "z" in names else "xy"
    counts_frames = "frame" in names
    time = names["frame" if counts_frames else "time"]
    clock = None if counts_frames else Times(path, time, first, names["agent"], epoch=epoch)

    def sighted(part: Any) -> Sighted:
        times = numbers(path, part, time) if clock is None else clock.of(part)
        return Sighted(*labels(path, part, names["agent"]), times)

    def read(read_part: Callable[[Any], Any], only: list[str] | None = None) -> Iterator[Any]:
        if clock is not None:
            clock.restart()
        return map(read_part, chunks(CHUNK_ROWS, only))

    def rows_of(part: Any) -> Rows:
        return Rows(
            sighted(part),
            coordinates(path, part, [names[axis] for axis in axes]),
            coordinates(path, part, [names[f"v{axis}"] for axis in axes]) if "vx" in names else None,
            qualities(path, part, least, [name for role, name in given if role == "quality"]),
            texts(path, part, names["species"]) if "species" in names else None,
        )

    if fits(path):
        (agent, labelled, times), positions, velocities, quality, species = rows_of(first)
        animals = values_of(labelled)[agent]
        tracks = frames_of_rows(
            str(path),
            animals,
            times,
            positions,
            velocities,
            quality=quality,
            species=species,
            counts_frames=counts_frames,
        )
    else:
        tracks = frames_of_parts(
            str(path),
            lambda: read(sighted, list(dict.fromkeys((names["agent"], time)))),
            lambda: read(rows_of),
            values_of,
            counts_frames=counts_frames,
        )
    return tracks if clock is None else clock.finished(tracks)


def _given(columns: Iterable[str]) -> list[tuple[str, str]]:
    """Return pairs of role and name.

    Raises:
        KaditaError: an unknown role, or one that is given two names.
    """
    given: list[tuple[str, str]] = []
    for entry in columns:
        role, equals, name = entry.partition("=")
        if not equals or role not in ROLES:
            raise KaditaError(f"--column: expected ROLE=NAME with a role of {', '.join(ROLES)}; got '{entry}'")
        if role != "quality" and role in dict(given):
            raise KaditaError(f"--column: expected one column for {role}; got {dict(given)[role]} and {name}")
        given.append((role, name))
    return given


def _columns(path: Path, given: Iterable[tuple[str, str]], known: list[str]) -> dict[str, str]:
    names = {role: role for role in ROLES if role in known}
    for role, name in given:
        if name not in known:
            hint = did_you_mean(name, known) or f"; there are: {', '.join(known)}"
            raise KaditaError(f"{path}: there is no column '{name}'{hint}")
        names[role] = name
        if role in ("time", "frame"):  # the named column takes precedence over a column with the other name
            names.pop({"time": "frame", "frame": "time"}[role], None)
    if {"time", "frame"} <= names.keys():
        del names["frame"]
    missing = [role for role in ("agent", "x", "y") if role not in names]
    if not {"time", "frame"} & names.keys():
        missing.append("time")
    velocity = {"vx", "vy", "vz"} & names.keys()
    if velocity:
        missing += [role for role in ("vx", "vy", *(("vz",) if "z" in names else ())) if role not in velocity]
    if missing:
        raise KaditaError(
            f"{path}: expected a column {missing[0]}; name it with --column {missing[0]}=NAME; "
            f"there are: {', '.join(known)}"
        )
    return names
