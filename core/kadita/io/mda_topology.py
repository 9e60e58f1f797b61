"""The agents of a kadita file as MDAnalysis atoms: names, and species as types, residue names and segments."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from MDAnalysis.core.topology import Topology
from MDAnalysis.core.topologyattrs import Atomnames, Atomtypes, Masses, Resids, Resnames, Resnums, Segids
from MDAnalysis.topology.base import change_squash
from MDAnalysis.topology.MinimalParser import MinimalParser

from kadita.base.errors import KaditaError
from kadita.io.opening import open as open_trajectory

AGENT = "agent"  # type of agents without species


class KaditaParser(MinimalParser):  # type: ignore[misc]
    """Read a `.nc` or `.nc4` as a topology: ``universe.select_atoms("type prey")`` finds a species by its whole name.

    Atoms have the identities of the agents as names. Files of other programs have atoms without names, as always.
    """

    format = ("NC", "NCDF", "NC4")

    def parse(self, **kwargs: Any) -> Topology:
        """Return the topology of the file."""
        try:
            with open_trajectory(Path(self.filename)) as opened:
                reused = opened.reuses_columns
                known = not reused and getattr(opened, "_by_kadita", False)
                agents = np.asarray(opened.agents).astype(str).astype(object)
                species = None if opened.species is None else np.asarray(opened.species).astype(str).astype(object)
        except KaditaError:  # MDAnalysis' own reader tells what is wrong
            known = False
        if not known:
            return super().parse(**kwargs)
        n = len(agents)
        kinds = np.full(n, AGENT, object) if species is None else species
        segment, (segids,) = change_squash((kinds,), (kinds,))
        attributes = [
            Atomnames(agents),
            Atomtypes(kinds),
            Masses(np.ones(n)),  # each agent counts as one, so that the centre of mass is the centroid
            Resids(np.arange(1, n + 1)),
            Resnums(np.arange(1, n + 1)),
            Resnames(kinds),
            Segids(segids),
        ]
        return Topology(n, n, len(segids), attrs=attributes, atom_resindex=np.arange(n), residue_segindex=segment)
