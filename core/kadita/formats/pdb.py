"""A PDB topology: one atom per agent, numbered in hybrid-36, which every MD tool reads at any number of agents."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np

from kadita.box import Floats
from kadita.errors import KaditaError
from kadita.files import check_writable, replace_whole
from kadita.trajectory import Trajectory

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def hybrid36(width: int, value: int) -> str:
    """Write a number in `width` columns: decimal as long as it fits, then in base 36 with a leading letter.

    10^width follows 99..9 as A00..0; after ZZ..Z comes a00..0 in lower case (R. W. Grosse-Kunstleve, hybrid-36
    counting system, http://cci.lbl.gov/hybrid_36/).

    Raises:
        KaditaError: a number below 0 or beyond zz..z.
    """
    if 0 <= value < 10**width:
        return f"{value:{width}d}"
    offset, per_case = value - 10**width, 26 * 36 ** (width - 1)
    if not 0 <= offset < 2 * per_case:
        raise KaditaError(f"hybrid-36: expected a number that fits {width} columns; got {value}")
    lower, offset = divmod(offset, per_case)
    number = offset + 10 * 36 ** (width - 1)
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = DIGITS[digit] + digits
    return digits.lower() if lower else digits


def write_topology(
    trajectory: Trajectory, path: str | Path, *, force: bool = False, source: Path | None = None
) -> None:
    """Write the agents of a trajectory as a PDB with each agent's first known position and the first cell.

    Raises:
        KaditaError: an ending other than .pdb, or a file that exists.
    """
    path = Path(path)
    if path.suffix.lower() != ".pdb":
        raise KaditaError(f"{path}: expected a topology named *.pdb; got '{path.suffix}'")
    check_writable(path, force=force, source=source)
    positions, lengths = _first_known(trajectory)
    replace_whole(path, partial(_write_atoms, positions, lengths, _decimals(positions)))


def _write_atoms(positions: Floats, lengths: Floats | None, decimals: int, path: Path) -> None:
    with path.open("w", encoding="ascii") as pdb:
        pdb.write("REMARK   1 kadita: one atom per agent; a length unit stands as 1 angstrom\n")
        if lengths is not None:
            a, b, c = lengths
            pdb.write(f"CRYST1{a:9.3f}{b:9.3f}{c:9.3f}  90.00  90.00  90.00 P 1           1\n")
        for i, (x, y, z) in enumerate(positions.tolist()):
            serial, residue = hybrid36(5, i + 1), hybrid36(4, i + 1)
            at = f"{x:8.{decimals}f}{y:8.{decimals}f}{z:8.{decimals}f}"
            pdb.write(f"ATOM  {serial}  C   AGT A{residue}    {at}  1.00  0.00           C  \n")
        pdb.write("END\n")


def _first_known(trajectory: Trajectory) -> tuple[Floats, Floats | None]:
    positions = np.full((len(trajectory.agents), 3), np.nan)
    lengths: Floats | None = None
    for _, chunk in trajectory.chunks_of(np.arange(trajectory.n_frames)):
        if lengths is None and chunk.lengths is not None:
            lengths = chunk.lengths[0]
        known = ~np.isnan(chunk.positions).any(axis=2)
        seen = known.any(axis=0) & np.isnan(positions[:, 0])
        positions[seen] = chunk.positions[known.argmax(axis=0)[seen], seen]
        if not np.isnan(positions).any():
            return positions, lengths
    missing = trajectory.agents[np.isnan(positions[:, 0])]
    raise KaditaError(f"{trajectory.name}: agent {missing[0]} has a position in no frame")


def _decimals(positions: Floats) -> int:
    """Choose how many decimals fit eight columns for every coordinate."""
    for decimals in (3, 2, 1, 0):
        widest = max(len(f"{x:.{decimals}f}") for x in (positions.min(), positions.max()))
        if widest <= 8:
            return decimals
    raise KaditaError(f"topology: expected coordinates within 8 columns; got up to {np.abs(positions).max():g}")
