"""`kadita topology`: a PDB for tools that need one beside the trajectory."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kadita.cli.options import Force, TrajectoryPath


def topology(
    trajectory: TrajectoryPath,
    output: Annotated[Path, typer.Argument(metavar="OUT.pdb", readable=False, help="Topology to write.")],
    force: Force = False,
) -> None:
    """Write a PDB topology for tools that want one."""
    from kadita.formats import open as open_trajectory
    from kadita.formats.pdb import write_topology

    with open_trajectory(trajectory) as opened:
        write_topology(opened, output, force=force, source=trajectory)
    typer.echo(f"wrote {output}")
