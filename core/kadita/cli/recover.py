"""`kadita recover`: save the frames of a trajectory that is truncated, damaged, or has an outdated frame count."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kadita.cli import panels
from kadita.cli.options import Force, TrajectoryPath, output_option

if TYPE_CHECKING:
    from kadita.io.recovery import Recovered


def recover(
    trajectory: TrajectoryPath,
    output: Annotated[
        Path | None,
        output_option(metavar="FILE.nc", help="Write this file; without this option, NAME_recovered.nc."),
    ] = None,
    in_place: Annotated[
        bool, typer.Option("--in-place", rich_help_panel=panels.OUTPUT, help="Replace the damaged file.")
    ] = False,
    force: Force = False,
) -> None:
    """Save every complete frame of a trajectory that is truncated or damaged."""
    from kadita.base.errors import KaditaError
    from kadita.cli.terminal import notes, say
    from kadita.io.recovery import recover as save

    if in_place and output is not None:
        raise KaditaError("--in-place and -o exclude each other; leave out one")
    saved = save(trajectory, output, in_place=in_place, force=force)
    notes(_summary_lines(saved))
    say(f"wrote {saved.path}: {saved.frames} frames")


def _summary_lines(saved: Recovered) -> list[str]:
    lines = []
    in_file = saved.frames + len(saved.damaged)
    if saved.counted >= 0 and in_file > saved.counted:
        lines.append(f"{in_file - saved.counted} frames follow the {saved.counted} that the header counts")
    if in_file < saved.counted:
        lines.append(
            f"{saved.counted - in_file} of the {saved.counted} frames that the header counts are not in the file"
        )
    if saved.damaged:
        frames = ", ".join(map(str, saved.damaged[:20])) + (" ..." if len(saved.damaged) > 20 else "")
        lines.append(f"left out {len(saved.damaged)} frames with a wrong checksum: {frames}")
    if saved.torn:
        lines.append(f"left out {saved.torn} bytes after the last complete frame")
    if saved.header_damaged:
        lines.append("the header is damaged as well: names of agents, units and configuration may be wrong")
    if not saved.checked:
        lines.append(
            "the file has no checksums: frames beyond the frame count are saved if their numbers are plausible"
        )
    return lines
