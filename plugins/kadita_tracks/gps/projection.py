"""Longitude and latitude on the WGS 84 ellipsoid to metres in a plane, by PROJ.

By default the plane touches the Earth in the middle of the data (azimuthal equidistant): distances and bearings from
there are exact, and at a distance r lengths across are too long by (r/R)^2 / 6, 4e-5 at 100 km (Snyder 1987,
doi:10.3133/pp1395). It has no zones as UTM has, nor its scale of 0.9996.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, NamedTuple

import numpy as np
from pydantic import Field

from kadita import KaditaError
from kadita.plugins.importers import Floats
from kadita_tracks.files.missing import MissingPackageError

Projection = Annotated[
    str, Field(description="EPSG code or PROJ string, in metres; auto: azimuthal equidistant around the data")
]
AUTO = "auto"
WGS84 = "EPSG:4326"
RADIUS = 6_371_000.0  # of the Earth, m
LONGEST = 80  # characters of a projection
DIGITS = 4  # decimals of the middle, in degrees: 11 m


SCALE_AT_MOST = 0.01  # by which lengths may be wrong in the middle of the data; in UTM they are off by 0.0004


class Projected(NamedTuple):
    """Positions in a plane."""

    positions: Floats  # (rows, 2), east and north, m
    projection: str  # as it stands in the file
    remark: str


def project(path: Path, longitude: Floats, latitude: Floats, projection: str) -> Projected:
    """Return positions in metres, (rows, 2), from degrees, (rows,), in a projection or in one around the data.

    Raises:
        KaditaError: pyproj is not installed, degrees are no places on Earth, or the projection is unknown, not in
            metres, or does not reach all positions.
    """
    try:
        import pyproj
    except ImportError:
        raise MissingPackageError(
            f"{path}: longitudes and latitudes, which need pyproj: pip install 'kadita[gps]'"
        ) from None
    wrong = ~((np.abs(longitude) <= 360) & (np.abs(latitude) <= 90))
    if wrong.any():
        raise KaditaError(
            f"{path}: expected longitudes and latitudes in degrees; found {longitude[wrong][0]:g}, "
            f"{latitude[wrong][0]:g}"
        )
    chosen = _around(longitude, latitude) if projection == AUTO else projection
    system = _system(pyproj, chosen)
    transformer = pyproj.Transformer.from_crs(WGS84, system, always_xy=True)
    x, y = transformer.transform(longitude, latitude)
    positions: Floats = np.stack([x, y], axis=1)
    if not np.isfinite(positions).all():
        raise KaditaError(f"{path}: the projection {chosen} does not reach all positions; choose another one")
    middle = int(np.argmin(np.abs(latitude - np.median(latitude))))
    factors = pyproj.Proj(system).get_factors(longitude[middle], latitude[middle])
    off = max(abs(scale - 1) for scale in (factors.meridional_scale, factors.parallel_scale))
    if off > SCALE_AT_MOST:
        raise KaditaError(
            f"{path}: expected a projection that keeps lengths; in {chosen} they are off by {100 * off:.2g} % at "
            f"latitude {latitude[middle]:.4g}; leave it out, or take the UTM zone of the data"
        )
    remark = f"{path}: longitude and latitude are projected to metres by {chosen}"
    if projection == AUTO:
        far = float(np.linalg.norm(positions, axis=1).max())
        remark += (
            f"; the farthest position is {far / 1000:.3g} km from its middle, where lengths across are too long by "
            f"{(far / RADIUS) ** 2 / 6:.1g}; --set projection=EPSG:CODE takes another one"
        )
    return Projected(positions, chosen, remark)


def _around(longitude: Floats, latitude: Floats) -> str:
    """Return the azimuthal equidistant projection around the mean direction of positions from the Earth's centre."""
    angles = np.radians(np.stack([longitude, latitude]))
    middle = np.array(
        [
            (np.cos(angles[1]) * np.cos(angles[0])).mean(),
            (np.cos(angles[1]) * np.sin(angles[0])).mean(),
            np.sin(angles[1]).mean(),
        ]
    )
    east, north = np.degrees(np.arctan2(middle[1], middle[0])), np.degrees(np.arctan2(middle[2], np.hypot(*middle[:2])))
    return f"+proj=aeqd +lat_0={north:.{DIGITS}f} +lon_0={east:.{DIGITS}f} +datum=WGS84 +units=m"


def _system(pyproj: Any, projection: str) -> Any:
    """Return a system of coordinates.

    Raises:
        KaditaError: it is unknown, or not one of metres in a plane.
    """
    try:
        system = pyproj.CRS.from_user_input(projection)
    except pyproj.exceptions.CRSError:
        raise KaditaError(
            f"--set projection: expected an EPSG code such as EPSG:32633, or a PROJ string; got "
            f"'{projection[:LONGEST]}'"
        ) from None
    metres = system.is_projected and all(axis.unit_conversion_factor == 1 for axis in system.axis_info)
    if not metres or len(projection) > LONGEST:
        raise KaditaError(
            f"--set projection: expected a plane in metres, in at most {LONGEST} characters, such as EPSG:32633; got "
            f"'{projection[:LONGEST]}', {system.name[:40]}"
        )
    return system
