"""Options for how tracks of animals are read."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import partial
from typing import Annotated, Any

import typer

from kadita.cli import panels

option = partial(typer.Option, rich_help_panel=panels.TRACKS)


@dataclass(frozen=True)
class TrackOptions:
    """Options for how tracks of animals are read; named like the keywords of `kadita.open`."""

    importer: Annotated[
        str | None,
        option(
            "--from",
            "--format",
            metavar="IMPORTER",
            help="Read tracks with this importer, if several can; `kadita plugins` lists them.",
        ),
    ] = None
    columns: Annotated[
        list[str] | None,
        option(
            "--column",
            metavar="ROLE=NAME",
            help="Take a column of a table as agent, time or frame, x, y, z, vx, vy, vz, species or quality; "
            "repeatable.",
        ),
    ] = None
    point: Annotated[
        str | None,
        option(
            metavar="POINT|mean",
            help="Let this keypoint, or the mean of all, stand for an animal.",
        ),
    ] = None
    heading: Annotated[
        str | None,
        option(metavar="FROM:TO", help="Let headings point from one keypoint to another."),
    ] = None
    length_unit: Annotated[
        str | None,
        option(metavar="UNIT", help="Give positions this unit, such as m."),
    ] = None
    time_unit: Annotated[str | None, option(metavar="UNIT", help="Give times this unit, such as s.")] = None
    frame_rate: Annotated[
        float | None,
        option(
            metavar="NUMBER",
            help="Take this number of frames per unit of time, for tracks without times.",
        ),
    ] = None
    least: Annotated[
        list[str] | None,
        option(
            metavar="QUALITY=NUMBER",
            help="Leave out sightings of a lower quality, such as confidence=0.6; repeatable.",
        ),
    ] = None
    y_axis: Annotated[
        str | None,
        option(
            metavar="up|down",
            help="Say where y of the tracks points; down, as in images, is turned up.",
        ),
    ] = None

    arena: Annotated[
        str | None,
        option(
            metavar="FORM:NUMBERS",
            help="Say where the arena is, in coordinates of the file: circle:X,Y,R, rectangle:X0,Y0,X1,Y1, "
            "polygon:X1,Y1,X2,Y2,..., sphere:X,Y,Z,R, cylinder:X,Y,R,Z0,Z1, box:X0,Y0,Z0,X1,Y1,Z1, slab:Z0,Z1 or "
            "channel:Y0,Y1.",
        ),
    ] = None

    def keywords(self) -> dict[str, Any]:
        """Return those that are given as keywords of `kadita.open`, without parameters of the importer."""
        from kadita.io.importing.quality import parse_limits

        given = {f.name: getattr(self, f.name) for f in fields(self) if getattr(self, f.name) not in (None, [])}
        return given | {"least": parse_limits(given["least"])} if "least" in given else given
