"""`kadita recover`: the frames of a trajectory that was cut or damaged, or whose last frames nobody counted."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kadita.cli.options import Force, TrajectoryPath

if TYPE_CHECKING:
    from kadita.io.recovery import Recovered


def recover(
    trajectory: TrajectoryPath,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE.nc", readable=False, help="File to write: NAME_recovered.nc."),
    ] = None,
    in_place: Annotated[bool, typer.Option("--in-place", help="Put it in the place of the damaged file.")] = False,
    force: Force = False,
) -> None:
    """Save every whole frame of a trajectory that was cut or damaged."""
    from kadita.base.errors import KaditaError
    from kadita.cli.terminal import notes
    from kadita.io.recovery import recover as save

    if in_place and output is not None:
        raise KaditaError("--in-place: expected no other file to write; got -o, too")
    saved = save(trajectory, output, in_place=in_place, force=force)
    notes(_summary_lines(saved))
    typer.echo(f"wrote {saved.path}: {saved.frames} frames")


def _summary_lines(saved: Recovered) -> list[str]:
    lines = []
    found = saved.frames + len(saved.damaged)
    if saved.counted >= 0 and found > saved.counted:
        lines.append(f"{found - saved.counted} frames lay behind the {saved.counted} that the header counts")
    if found < saved.counted:
        lines.append(
            f"{saved.counted - found} of the {saved.counted} frames that the header counts are not in the file"
        )
    if saved.damaged:
        frames = ", ".join(map(str, saved.damaged[:20])) + (" ..." if len(saved.damaged) > 20 else "")
        lines.append(f"left out, for their checksum fails: {len(saved.damaged)} frames: {frames}")
    if saved.torn:
        lines.append(f"left out: {saved.torn} bytes behind the last whole frame")
    if saved.header_damaged:
        lines.append("the header is damaged, too: names of agents, units and what made the school may be wrong")
    if not saved.checked:
        lines.append(
            "the file has no checksums: frames that were not counted are taken where their numbers can be true"
        )
    return lines
