"""Write a script for VMD that loads a school, colours its species, and draws its cell and headings."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import numpy as np

from kadita.io.topology.pdb import legend
from kadita.io.topology.snapshot import Snapshot

COLORS = (0, 1, 3, 7, 10, 11, 4, 9, 5, 12, 27, 30)  # VMD ColorIDs: blue, red, orange, green, cyan, purple, ...


def write_tcl(snapshot: Snapshot, pdb: str, trajectory: str, path: Path) -> None:
    """Write the script.

    Args:
        snapshot: the agents of the school.
        pdb: name of their PDB, in the script's folder.
        trajectory: path of the trajectory, relative to that folder.
        path: the script to write.
    """
    species = snapshot.species
    selections = [f"segname {segment}" if segment else "all" for segment in species.segments]
    table = " ".join(f"{{{selection}}} {COLORS[i % len(COLORS)]}" for i, selection in enumerate(selections))
    settings = {
        "topology": quoted(pdb),
        "path": quoted(trajectory),
        "groups": f"{{{table}}}",
        "arrow": f"{arrow_length(snapshot):.6g}",
    }
    lines = [f"# {line}." for line in legend(species)]  # the full stop: a trailing backslash would continue the comment
    lines += [f"set kadita_{name} {value}" for name, value in settings.items()]
    script = resources.files("kadita.io.topology").joinpath("school.tcl").read_text(encoding="utf-8")
    path.write_text(script.replace("#SETTINGS#", "\n".join(lines)), encoding="utf-8", newline="\n")


def quoted(text: str) -> str:
    r"""Return text as one quoted Tcl word without substitutions.

    >>> print(quoted('my $school [1].nc'))
    "my \$school \[1\].nc"
    """
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(c: str) -> str:
    if c in '\\"$[]{}':
        return f"\\{c}"
    return c if " " <= c <= "~" or c > "\uffff" else f"\\u{ord(c):04x}"  # independent of VMD's encoding


def arrow_length(snapshot: Snapshot) -> float:
    """Return the median nearest-neighbour distance, so that few arrows overlap; 1 for a single agent."""
    from scipy.spatial import cKDTree

    if len(snapshot.positions) < 2:
        return 1.0
    lengths = snapshot.lengths
    positions = snapshot.positions if lengths is None else np.mod(snapshot.positions, lengths) % lengths
    distances, _ = cKDTree(positions, boxsize=lengths).query(positions, k=2)
    return float(np.median(distances[:, 1])) or 1.0
