"""Groups of options: what to measure and in which frames, and how tracks are read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import wraps
from inspect import Parameter, signature
from itertools import chain
from typing import Annotated, Any, get_type_hints

import typer

from kadita.cli import panels
from kadita.cli.options import (
    Begin,
    Dimensions,
    GivenBox,
    LargestCluster,
    MostGap,
    Plugins,
    Profile,
    Resample,
    Settings,
    Smooth,
    Topology,
    Velocities,
)
from kadita.cli.track_options import TrackOptions


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
            rich_help_panel=panels.MEASURED,
            help="Measure only these agents; put commas between names. Repeat it for agents that all choices name.",
        ),
    ] = None
    by: Annotated[
        str | None,
        typer.Option(
            "--by", metavar="species", rich_help_panel=panels.MEASURED, help="Measure each species on its own."
        ),
    ] = None
    start: Annotated[
        int | None,
        typer.Option(metavar="FRAME", rich_help_panel=panels.FRAMES, help="Begin with this frame, counted from 0."),
    ] = None
    stop: Annotated[
        int | None, typer.Option(metavar="FRAME", rich_help_panel=panels.FRAMES, help="Stop before this frame.")
    ] = None
    step: Annotated[
        int | None, typer.Option(metavar="N", rich_help_panel=panels.FRAMES, help="Use every Nth frame.")
    ] = None
    begin: Begin = None
    end: Annotated[
        float | None,
        typer.Option("-e", "--end", metavar="TIME", rich_help_panel=panels.FRAMES, help="Use frames up to this time."),
    ] = None
    dt: Annotated[
        float | None,
        typer.Option(
            "--dt",
            metavar="TIME",
            rich_help_panel=panels.FRAMES,
            help="Use only frames whose time since the first is a multiple of this.",
        ),
    ] = None
    largest_cluster: LargestCluster = None

    def keywords(self) -> dict[str, Any]:
        """Return the options as keywords of `kadita.analyze`; the settings become its `parameters`."""
        from kadita.base.settings import parse_settings

        given = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "settings"}
        return {**given, "plugins": self.plugins or (), "parameters": parse_settings(self.settings or ())}


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
