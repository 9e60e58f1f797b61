"""Write a PDB: one atom per agent, numbered in hybrid-36, which MD tools read for any number of agents."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from kadita.base.errors import KaditaError
from kadita.io.topology.snapshot import Snapshot
from kadita.io.topology.species import SpeciesTable
from kadita.school.box import Floats


def hybrid36(width: int, value: int) -> str:
    """Return a number in `width` columns: decimal if it fits, otherwise in base 36 with a leading letter.

    10^width is A00..0, and the successor of ZZ..Z is a00..0 (R. W. Grosse-Kunstleve, hybrid-36
    counting system, http://cci.lbl.gov/hybrid_36/).

    Raises:
        KaditaError: the number is below 0 or above zz..z.
    """
    if 0 <= value < 10**width:
        return f"{value:{width}d}"
    offset, per_case = value - 10**width, 26 * 36 ** (width - 1)
    if not 0 <= offset < 2 * per_case:
        raise KaditaError(f"hybrid-36: expected a number that fits {width} columns; got {value}")
    lower, offset = divmod(offset, per_case)
    digits = np.base_repr(offset + 10 * 36 ** (width - 1), 36)
    return digits.lower() if lower else digits


def write_pdb(snapshot: Snapshot, path: Path) -> None:
    """Write one atom per agent; species are residue names and, in columns 73 to 76, segments; REMARKs list them.

    All atoms share one chain: OVITO sorts atoms by chain, and their order would differ from that of the trajectory.
    """
    decimals, species = decimals_for(snapshot.positions, 8), snapshot.species
    labels = list(zip(species.residues, species.segments, strict=True))
    with path.open("w", encoding="ascii", errors="backslashreplace", newline="\n") as pdb:
        pdb.write("REMARK   1 kadita: one atom per agent; a length unit stands as 1 angstrom\n")
        pdb.writelines(f"REMARK   1 {line}\n" for line in legend(species))
        if snapshot.lengths is not None:
            a, b, c = (f"{x:9.{decimals_for(snapshot.lengths, 9)}f}" for x in snapshot.lengths)
            pdb.write(f"CRYST1{a}{b}{c}  90.00  90.00  90.00 P 1           1\n")
        for i, ((x, y, z), index) in enumerate(zip(snapshot.positions.tolist(), species.indices.tolist(), strict=True)):
            serial, residue = hybrid36(5, i + 1), hybrid36(4, i + 1)
            name, segment = labels[index]
            xyz = f"{x:8.{decimals}f}{y:8.{decimals}f}{z:8.{decimals}f}"
            pdb.write(f"ATOM  {serial}  C   {name:<3} A{residue}    {xyz}  1.00  0.00      {segment:<4} C  \n")
        pdb.write("END\n")


def legend(species: SpeciesTable) -> list[str]:
    """Return one line per species, with its residue name, segment and full name; none if species are unnamed."""
    if not species.named:
        return []
    table = zip(species.residues, species.segments, species.names, strict=True)
    return [f"resname {r} segname {s}: {' '.join(name.split())}" for r, s, name in table]


def decimals_for(values: Floats, width: int) -> int:
    """Return the number of decimals, at most three, with which all values fit `width` columns.

    Raises:
        KaditaError: a value does not fit even without decimals.
    """
    for decimals in (3, 2, 1, 0):
        widest = max(len(f"{x:.{decimals}f}") for x in (values.min(), values.max()))
        if widest <= width:
            return decimals
    raise KaditaError(f"topology: expected coordinates within {width} columns; got up to {np.abs(values).max():g}")
