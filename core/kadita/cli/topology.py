"""`kadita topology`: write the names of the agents, for tools that need a topology beside the trajectory."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kadita.cli.option_groups import with_options
from kadita.cli.options import Force, TrajectoryPath
from kadita.cli.track_options import TrackOptions


@with_options
def topology(
    trajectory: TrajectoryPath,
    output: Annotated[
        Path,
        typer.Argument(
            metavar="OUT.pdb|.gro|.psf|.tcl",
            readable=False,
            help="Topology to write; .tcl is a script for VMD, with a .pdb beside it.",
        ),
    ],
    *,
    tracks: TrackOptions,
    force: Force = False,
) -> None:
    """Write a topology for tools that need one, or a script that shows the school in VMD."""
    from kadita.cli.terminal import opened_with_notes, say
    from kadita.io.topology import write_topology

    with opened_with_notes(trajectory, **tracks.keywords()) as opened:
        written = write_topology(opened, output, force=force, source=trajectory)
    for file in written:
        say(f"wrote {file}")
