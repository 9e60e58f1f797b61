"""A GROMACS structure: positions in nanometres, velocities and the cell, written by MDAnalysis."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np

from kadita.base.errors import KaditaError
from kadita.io.topology.snapshot import Snapshot

LEAST, MOST = -9999.99, 99999.99  # angstrom: eight columns hold -999.999 to 9999.999 nanometres


def write_gro(snapshot: Snapshot, path: Path) -> None:
    """Write atoms; groups are residue names. After 99999, numbers begin again at 0, as GROMACS' do.

    Raises:
        KaditaError: coordinates that do not fit the columns.
    """
    low, high = snapshot.positions.min(), snapshot.positions.max()
    if low < LEAST or high > MOST:
        raise KaditaError(
            f"{path.suffix}: expected coordinates of {LEAST:g} to {MOST:g}; found {low:g} to {high:g}; write .pdb"
        )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that open space has no cell
        import MDAnalysis

        warnings.simplefilter("ignore")  # once more, as MDAnalysis sets filters of its own when it is imported
        n = len(snapshot.positions)
        universe = MDAnalysis.Universe.empty(
            n, n_residues=n, atom_resindex=np.arange(n), trajectory=True, velocities=snapshot.velocities is not None
        )
        universe.add_TopologyAttr("names", ["C"] * n)
        universe.add_TopologyAttr("resnames", np.array(snapshot.species.residues, dtype=object)[snapshot.species.of])
        universe.add_TopologyAttr("resids", np.arange(1, n + 1))
        universe.atoms.positions = snapshot.positions
        if snapshot.velocities is not None:
            universe.atoms.velocities = snapshot.velocities
        if snapshot.lengths is not None:
            universe.dimensions = [*snapshot.lengths, 90.0, 90.0, 90.0]
        universe.atoms.write(str(path), reindex=True)
