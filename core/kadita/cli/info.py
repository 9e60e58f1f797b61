"""`kadita info`: show the contents of a trajectory, or of tracked animals."""

from __future__ import annotations

import typer

from kadita.cli.option_groups import with_options
from kadita.cli.options import AsJson, Topology, TrajectoryPath
from kadita.cli.track_options import TrackOptions


@with_options
def info(
    trajectory: TrajectoryPath,
    *,
    tracks: TrackOptions,
    topology: Topology = None,
    as_json: AsJson = False,
) -> None:
    """Show the contents of a trajectory or of tracked animals: frames, agents, times, cell and how it was made."""
    import json

    from kadita.cli.terminal import opened_with_notes
    from kadita.io.info import info as described

    with opened_with_notes(trajectory, topology=topology, **tracks.keywords()) as opened:
        facts = described(opened)
    typer.echo(json.dumps(dict(facts), indent=2) if as_json else str(facts))
