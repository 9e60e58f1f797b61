"""Read tracks from a table in long format: one row per animal and time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from kadita import Tracks, importer
from kadita_tracks.rows.arrange import frames_of_rows
from kadita_tracks.rows.streamed import CHUNK_ROWS, Rows, Sighted, fits, frames_of_parts
from kadita_tracks.tables.dialect import dialect_of
from kadita_tracks.tables.names import find_columns, given_columns
from kadita_tracks.tables.qualities import Least, qualities
from kadita_tracks.tables.reading import chunks_of_table, coordinates, labels, numbers, texts, unique, values_of
from kadita_tracks.tables.times import Times
from kadita_tracks.tables.workbook import is_workbook, sheets_of

FIRST_ROWS = 10_000  # of a table larger than memory, which show what kind of times it has
ALONE = "agent"  # column of the single animal of a table without one
OneAnimal = Annotated[bool, Field(description="whether a table without a column of agents holds a single animal")]
Columns = Annotated[tuple[str, ...], Field(description="ROLE=NAME for columns with other names, as --column sets them")]
Epoch = Annotated[bool, Field(description="whether numbers as large as seconds since 1970, or ms, us, ns, are these")]
Sheet = Annotated[str, Field(description="name of the sheet of a workbook; empty: the first")]


@importer(endings=(".csv", ".tsv", ".xlsx"), fallback=True)
def table(
    path: Path,
    *,
    columns: Columns = (),
    least: Least = None,
    one_animal: OneAnimal = False,
    sheet: Sheet = "",
    epoch: Epoch = True,
) -> Tracks:
    """Long table, one row per animal and time: agent, time or frame, x, y, and z, vx, vy, vz, species if present.

    Of text, with any usual separator, with decimal commas, lines before the names and a row of units below them, or a
    sheet of an Excel workbook. Columns with names that common programs give are recognized, in any case, with their
    units; ``--column role=name`` maps a column with another name. Columns of quality are offered as limits: confidence,
    likelihood, score, quality, probability, p, and those of the role quality.

    Raises:
        KaditaError: the table cannot be read, a column is missing, a cell is not a number, or an agent has two species.
    """
    given = given_columns(columns)
    dialect = dialect_of(path, sheet).needed(path)
    known = unique(dialect.names)
    found = find_columns(path, known, given, units=dialect.units, repeated=dialect.repeated, one_animal=one_animal)
    names = {ALONE: ALONE} | found.names
    alone = ALONE not in found.names
    words = {names[role] for role in ("agent", "species") if role in found.names}
    said = (dialect.said,) if dialect.said else ()
    if sheet == "" and is_workbook(path) and len(sheets := sheets_of(path)) > 1:
        said = (*said, f"the sheet {sheets[0]} is read, of {', '.join(sheets)}; --set sheet=NAME takes another")
    remarks = tuple(f"{path}: {remark}" for remark in (*said, *found.remarks))

    def text(name: str) -> bool:
        return name in words

    def chunks(rows: int | None, only: list[str] | None = None) -> Iterator[Any]:
        kept = None if only is None else [name for name in only if not (alone and name == ALONE)]
        for part in chunks_of_table(path, rows=rows, text=text, columns=kept, sheet=sheet):
            yield part.assign(**{ALONE: "0"}) if alone else part

    axes = "xyz" if "z" in names else "xy"
    counts_frames = "frame" in names
    time = names["frame" if counts_frames else "time"]
    in_memory = fits(path)
    first = next(chunks(None if in_memory else FIRST_ROWS))
    clock = None if counts_frames else Times(path, time, first, names["agent"], epoch=epoch)
    known_of_all: dict[str, Any] = {
        "counts_frames": counts_frames,
        "length_unit": found.length_unit,
        "time_unit": found.time_unit,
        "remarks": remarks,
    }

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

    if in_memory:
        (agent, labelled, times), positions, velocities, quality, species = rows_of(first)
        animals = values_of(labelled)[agent]
        tracks = frames_of_rows(
            str(path), animals, times, positions, velocities, quality=quality, species=species, **known_of_all
        )
    else:
        tracks = frames_of_parts(
            str(path),
            lambda: read(sighted, list(dict.fromkeys((names["agent"], time)))),
            lambda: read(rows_of),
            values_of,
            **known_of_all,
        )
    return tracks if clock is None else clock.finished(tracks)
