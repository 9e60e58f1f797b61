"""Write a GROMACS structure (`.gro`) with MDAnalysis: positions in nanometres, velocities and the cell."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from kadita.base.errors import KaditaError
from kadita.io.quiet import quiet_mdanalysis
from kadita.io.topology.snapshot import Snapshot

LEAST, MOST = -9999.99, 99999.99  # angstrom; eight columns hold -999.999 to 9999.999 nm


def write_gro(snapshot: Snapshot, path: Path) -> None:
    """Write one atom per agent; species are residue names. Atom numbers wrap to 0 after 99999, as in GROMACS.

    Raises:
        KaditaError: coordinates do not fit the columns.
    """
    low, high = snapshot.positions.min(), snapshot.positions.max()
    if low < LEAST or high > MOST:
        raise KaditaError(
            f"{path.suffix}: expected coordinates of {LEAST:g} to {MOST:g}; found {low:g} to {high:g}; write .pdb"
        )
    with quiet_mdanalysis() as mda:
        n = len(snapshot.positions)
        universe = mda.Universe.empty(
            n, n_residues=n, atom_resindex=np.arange(n), trajectory=True, velocities=snapshot.velocities is not None
        )
        universe.add_TopologyAttr("names", ["C"] * n)
        species = snapshot.species
        universe.add_TopologyAttr("resnames", np.array(species.residues, dtype=object)[species.indices])
        universe.add_TopologyAttr("resids", np.arange(1, n + 1))
        universe.atoms.positions = snapshot.positions
        if snapshot.velocities is not None:
            universe.atoms.velocities = snapshot.velocities
        if snapshot.lengths is not None:
            universe.dimensions = [*snapshot.lengths, 90.0, 90.0, 90.0]
        universe.atoms.write(str(path), reindex=True)
        if os.linesep != "\n":  # as MDAnalysis ends lines on Windows
            path.write_bytes(path.read_bytes().replace(os.linesep.encode(), b"\n"))
