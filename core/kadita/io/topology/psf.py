"""Write a PSF, the structure file of CHARMM, NAMD and VMD: species as atom types, a segment for each, and no bonds.

Fields are those of the extended format, for up to 10^10 atoms: https://academiccharmm.org/documentation/latest/io. Its
columns give an atom type six letters; the flag NAMD lets readers separate fields by blanks, so that seven are read.
"""

from __future__ import annotations

from pathlib import Path

from kadita.io.topology.pdb import legend
from kadita.io.topology.snapshot import Snapshot

EMPTY = ("NBOND: bonds", "NTHETA: angles", "NPHI: dihedrals", "NIMPHI: impropers", "NDON: donors", "NACC: acceptors")


def write_psf(snapshot: Snapshot, path: Path) -> None:
    """Write one atom per agent, of mass 1 and charge 0; species are atom types, segments and residue names."""
    species = snapshot.species
    named = zip(species.segments, species.residues, species.types, strict=True)
    labels = [(segment or "AGT", residue, kind) for segment, residue, kind in named]
    title = ["kadita: one atom per agent", *legend(species)]
    with path.open("w", encoding="ascii", errors="backslashreplace", newline="\n") as psf:
        psf.write(f"PSF EXT XPLOR NAMD\n\n{len(title):10d} !NTITLE\n")
        psf.writelines(f" REMARKS {line}\n" for line in title)
        psf.write(f"\n{len(species.indices):10d} !NATOM\n")
        for i, index in enumerate(species.indices.tolist(), start=1):
            segment, residue, kind = labels[index]
            psf.write(f"{i:10d} {segment:<8} {i:<8d} {residue:<8} {'C':<8} {kind:<7} {0:13.6f}{1:14.6f}{0:8d}\n")
        psf.writelines(f"\n{0:10d} !{section}\n\n" for section in EMPTY)
        psf.write(f"\n{0:10d} !NNB\n\n\n{0:10d}{0:10d} !NGRP\n\n")
