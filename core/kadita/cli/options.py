"""Options that several commands share.

Paths have ``readable=False``, so that a file that cannot be read gives the message of kadita, not that of Typer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import wraps
from inspect import Parameter, signature
from itertools import chain
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import typer

TrajectoryPath = Annotated[
    Path, typer.Argument(metavar="TRAJECTORY", readable=False, help="Trajectory of any format, or tracked animals.")
]
Metrics = Annotated[
    list[str] | None,
    typer.Option(
        "-m",
        "--metric",
        metavar="METRIC",
        help="Metric to compute; repeatable (see `kadita metrics`). default: those computed where none is named.",
    ),
]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="[NAME.]PARAMETER=VALUE",
        help="Parameter of one metric, of all that have it, or of an IMPORTER of tracks; repeatable.",
    ),
]
Profile = Annotated[str | None, typer.Option(metavar="NAME", help="Named parameter values: published, or a TOML file.")]
Plugins = Annotated[
    list[Path] | None,
    typer.Option("--plugin", metavar="FILE.py", readable=False, help="Plugin file of metrics or models; repeatable."),
]
Topology = Annotated[
    Path | None, typer.Option("--topology", metavar="FILE", readable=False, help="Topology, for formats that need one.")
]
Velocities = Annotated[
    str | None,
    typer.Option("--velocities", metavar="difference", help="Compute velocities from finite differences."),
]
Smooth = Annotated[
    str | None,
    typer.Option(
        "--smooth",
        metavar="FRAMES[,ORDER]",
        help="Velocities are derivatives of polynomials fitted in windows of FRAMES (Savitzky-Golay); ORDER: 2.",
    ),
]
Resample = Annotated[
    float | None,
    typer.Option(
        "--resample",
        metavar="RATE",
        help="Interpolate positions linearly to RATE frames per unit of time, each agent between its own sightings.",
    ),
]
MostGap = Annotated[
    float | None,
    typer.Option("--most-gap", metavar="TIME", help="Longest time between sightings that --resample interpolates."),
]
Dimensions = Annotated[
    int | None,
    typer.Option("--dimensions", metavar="2|3", help="A plane or space, for files that do not say; default: decided."),
]
GivenBox = Annotated[
    str | None,
    typer.Option("--box", metavar="LENGTHS", help="Cell, for files that state none: 20 or 20,20,open."),
]
LargestCluster = Annotated[
    str | None,
    typer.Option(
        "--largest-cluster", metavar="r_a|LENGTH", help="Measure only the largest cluster, linked within this distance."
    ),
]
Equilibration = Annotated[
    str,
    typer.Option(
        "--equilibration",
        metavar="auto|TIME|half|none",
        help="Initial frames that means and SE leave out: until each series is equilibrated, until a time, "
        "the first half, or none. Files keep all frames.",
    ),
]
Force = Annotated[bool, typer.Option("--force", help="Replace files that exist.")]
Begin = Annotated[float | None, typer.Option("-b", "--begin", metavar="TIME", help="First time.")]


@dataclass(frozen=True)
class Measurement:
    """Options for what to measure, and in which frames; named like the keywords of `kadita.analyze`."""

    settings: Settings = None
    profile: Profile = None
    plugins: Plugins = None
    topology: Topology = None
    velocities: Velocities = None
    smooth: Smooth = None
    resample: Resample = None
    most_gap: MostGap = None
    dimensions: Dimensions = None
    box: GivenBox = None
    select: Annotated[
        list[str] | None,
        typer.Option(
            "--select",
            metavar="species=NAME|agent=NAME",
            help="Measure only these agents; commas between names. Repeatable: agents that all choices name.",
        ),
    ] = None
    by: Annotated[str | None, typer.Option("--by", metavar="species", help="Measure each species on its own.")] = None
    start: Annotated[int | None, typer.Option(metavar="FRAME", help="First frame, counted from 0.")] = None
    stop: Annotated[int | None, typer.Option(metavar="FRAME", help="Frame to stop before.")] = None
    step: Annotated[int | None, typer.Option(metavar="N", help="Use every Nth frame.")] = None
    begin: Begin = None
    end: Annotated[float | None, typer.Option("-e", "--end", metavar="TIME", help="Last time.")] = None
    dt: Annotated[
        float | None,
        typer.Option("--dt", metavar="TIME", help="Use only frames whose time since the first is a multiple of this."),
    ] = None
    largest_cluster: LargestCluster = None

    def keywords(self) -> dict[str, Any]:
        """Return the options as keywords of `kadita.analyze`; the settings become its `parameters`."""
        from kadita.base.settings import parse_settings

        given = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "settings"}
        return {**given, "plugins": self.plugins or (), "parameters": parse_settings(self.settings or ())}


@dataclass(frozen=True)
class TrackOptions:
    """Options for how tracks of animals are read; named like the keywords of `kadita.open`."""

    importer: Annotated[
        str | None,
        typer.Option("--from", "--format", metavar="IMPORTER", help="Importer of tracks, if it is ambiguous."),
    ] = None
    columns: Annotated[
        list[str] | None,
        typer.Option(
            "--column",
            metavar="ROLE=NAME",
            help="Column of a table: agent, time or frame, x, y, z, vx, vy, vz, species, quality; repeatable.",
        ),
    ] = None
    point: Annotated[
        str | None, typer.Option(metavar="NAME|mean", help="Keypoint that stands for an animal, or mean.")
    ] = None
    heading: Annotated[
        str | None, typer.Option(metavar="FROM:TO", help="Keypoints from and to which the heading points.")
    ] = None
    length_unit: Annotated[str | None, typer.Option(metavar="UNIT", help="Unit of the positions, such as m.")] = None
    time_unit: Annotated[str | None, typer.Option(metavar="UNIT", help="Unit of the times, such as s.")] = None
    frame_rate: Annotated[
        float | None, typer.Option(metavar="NUMBER", help="Frames per unit of time, for tracks without times.")
    ] = None
    least: Annotated[
        list[str] | None,
        typer.Option(
            metavar="QUALITY=NUMBER", help="Leave out sightings of a lower quality, such as confidence=0.6; repeatable."
        ),
    ] = None
    y_axis: Annotated[
        str | None,
        typer.Option(metavar="up|down", help="Where y of the tracks points; down, as in images, is turned up."),
    ] = None

    arena: Annotated[
        str | None,
        typer.Option(
            metavar="FORM:NUMBERS",
            help="Arena, in coordinates of the file: circle:X,Y,R, rectangle:X0,Y0,X1,Y1, polygon:X1,Y1,X2,Y2,..., "
            "sphere:X,Y,Z,R, cylinder:X,Y,R,Z0,Z1, box:X0,Y0,Z0,X1,Y1,Z1, slab:Z0,Z1 or channel:Y0,Y1.",
        ),
    ] = None

    def keywords(self) -> dict[str, Any]:
        """Return those that are given as keywords of `kadita.open`, without parameters of the importer."""
        from kadita.io.importing.quality import parse_limits

        given = {f.name: getattr(self, f.name) for f in fields(self) if getattr(self, f.name) not in (None, [])}
        return given | {"least": parse_limits(given["least"])} if "least" in given else given


GROUPS = {"measurement": Measurement, "tracks": TrackOptions}


def given_in(group: Measurement | TrackOptions) -> dict[str, str]:
    """Return the names of the options of a group that are given, ``--begin``, by their keywords."""
    hints = get_type_hints(type(group), include_extras=True)
    given = [f.name for f in fields(group) if getattr(group, f.name) not in (None, [])]
    return {key: _name_of(key, hints[key].__metadata__[0]) for key in given}


def _name_of(key: str, option: Any) -> str:
    # Typer takes the first of the names for the default, which stands elsewhere in annotated parameters
    names = (option.default, *(option.param_decls or ()))
    return next((n for n in names if isinstance(n, str) and n.startswith("--")), f"--{key.replace('_', '-')}")


def with_options(command: Callable[..., None]) -> Callable[..., None]:
    """Return a command with the options of `GROUPS`, which are passed on as its parameters of these names."""
    original = signature(command, eval_str=True)
    groups = {name: group for name, group in GROUPS.items() if name in original.parameters}
    options = {name: _options_of(group) for name, group in groups.items()}

    @wraps(command)
    def with_groups(**given: Any) -> None:
        made = {name: group(**{o.name: given.pop(o.name) for o in options[name]}) for name, group in groups.items()}
        command(**made, **given)

    parameters = [options.get(p.name, [p]) for p in original.parameters.values()]
    with_groups.__signature__ = original.replace(parameters=[*chain(*parameters)])  # type: ignore[attr-defined]
    return with_groups


def _options_of(group: type) -> list[Parameter]:
    hints = get_type_hints(group, include_extras=True)
    return [
        Parameter(f.name, Parameter.KEYWORD_ONLY, default=f.default, annotation=hints[f.name]) for f in fields(group)
    ]
