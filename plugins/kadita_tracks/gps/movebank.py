"""Read tracks of Movebank: its download as CSV, one row an event.

Columns are those of the Movebank Attribute Dictionary (movebank.org): timestamp, in UTC; location-long and
location-lat, in degrees on WGS 84; height-above-ellipsoid, in m; visible, false for outliers that were marked;
individual-local-identifier, tag-local-identifier, and individual-taxon-canonical-name. Downloads by Movebank's
programming interface write _ where those have -.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kadita import KaditaError, Tracks, importer
from kadita_tracks.gps.fixes import Height, tracks_of_fixes
from kadita_tracks.gps.projection import AUTO, Projection
from kadita_tracks.tables.reading import header, identities, numbers, read_table, texts

PLACE = ("location-long", "location-lat")
ANIMALS = ("individual-local-identifier", "individual-id", "tag-local-identifier")
SPECIES = "individual-taxon-canonical-name"
HEIGHT = "height-above-ellipsoid"
TEXT = (*ANIMALS, SPECIES, "visible", "timestamp")


def _plain(name: str) -> str:
    """Return the name of a column with - where it may have _ or :."""
    return str(name).strip().lower().replace("_", "-").replace(":", "-")


def _recognizes(path: Path) -> bool:
    found = {_plain(name) for name in header(path)}
    return {"timestamp", *PLACE} <= found and not found.isdisjoint(ANIMALS)


@importer(
    endings=(".csv",), recognizes=_recognizes, source="Kays et al. 2022, doi:10.1111/2041-210X.13767; movebank.org"
)
def movebank(path: Path, *, projection: Projection = AUTO, height: Height = False) -> Tracks:
    """Events of Movebank as CSV, in metres by a projection, and seconds from the first event.

    Events without a place or an animal, and outliers that were marked, are left out. ``height=true`` takes
    height-above-ellipsoid as z; by default positions are in a plane.

    Raises:
        KaditaError: the table cannot be read, a column is missing, or pyproj is.
    """
    table = read_table(path, text=lambda name: _plain(name) in TEXT)
    table.columns = [_plain(name) for name in table.columns]
    table = table.loc[:, ~table.columns.duplicated()]
    animal = next((name for name in ANIMALS if name in table.columns), None)
    missing = [name for name in ("timestamp", *PLACE) if name not in table.columns]
    if animal is None or missing:
        raise KaditaError(f"{path}: expected Movebank's columns; there is no {(missing or ANIMALS)[0]}")
    longitude, latitude = (numbers(path, table, name) for name in PLACE)
    heights = numbers(path, table, HEIGHT) if HEIGHT in table.columns else np.full(len(table), np.nan)
    remarks: list[str] = []
    kept = _kept(path, table, animal, np.isfinite(longitude) & np.isfinite(latitude), remarks)
    kept &= _distinct(path, table, [animal, "timestamp", *PLACE], kept, remarks)
    if not kept.any():
        raise KaditaError(f"{path}: expected events with a place and an animal; found none")
    table = table[kept]
    return tracks_of_fixes(
        path,
        identities(path, table, animal),
        table["timestamp"].tolist(),
        np.column_stack([longitude, latitude])[kept],
        heights[kept],
        height=height,
        projection=projection,
        species=texts(path, table, SPECIES) if SPECIES in table.columns else None,
        remarks=remarks,
    )


def _kept(path: Path, table: Any, animal: str, placed: NDArray[np.bool_], remarks: list[str]) -> NDArray[np.bool_]:
    """Return which events are of an animal, at a place, and not marked as outliers, (rows,)."""
    owned = (table[animal].str.strip() != "").to_numpy()
    outlier = np.zeros(len(table), dtype=bool)
    if "visible" in table.columns:
        outlier = (table["visible"].str.strip().str.lower() == "false").to_numpy()
    for what, out in (
        ("have no place, such as those of other sensors", ~placed),
        (f"have no {animal}", ~owned & placed),
        ("are marked as outliers (visible is false)", outlier & owned & placed),
    ):
        if out.any():
            remarks.append(f"{path}: {int(out.sum())} of {len(table)} events {what}; they are left out")
    return np.asarray(placed & owned & ~outlier, dtype=bool)


def _distinct(
    path: Path, table: Any, names: list[str], kept: NDArray[np.bool_], remarks: list[str]
) -> NDArray[np.bool_]:
    """Return which events are not repetitions of an earlier one, (rows,)."""
    repeated = np.zeros(len(table), dtype=bool)
    repeated[kept] = table.loc[kept, names].duplicated().to_numpy()
    if repeated.any():
        remarks.append(f"{path}: {int(repeated.sum())} events repeat another one; they are left out")
    return ~repeated
