"""A script for VMD: loads a school, colours its groups, draws its cell, and arrows where everybody is heading."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import numpy as np

from kadita.io.topology.pdb import legend
from kadita.io.topology.snapshot import Snapshot

COLORS = (0, 1, 3, 7, 10, 11, 4, 9, 5, 12, 27, 30)  # of VMD's: blue, red, orange, green, cyan, purple, ...


def write_tcl(snapshot: Snapshot, pdb: str, trajectory: str, path: Path) -> None:
    """Write the script.

    Args:
        snapshot: of the school.
        pdb: name of its PDB, in the script's folder.
        trajectory: path to it from that folder.
        path: of the script.
    """
    groups = snapshot.species
    selections = [f"segname {segment}" if segment else "all" for segment in groups.segments]
    table = " ".join(f"{{{selection}}} {COLORS[i % len(COLORS)]}" for i, selection in enumerate(selections))
    settings = {
        "topology": quoted(pdb),
        "path": quoted(trajectory),
        "groups": f"{{{table}}}",
        "arrow": f"{arrow_length(snapshot):.6g}",
    }
    lines = [f"# {line}." for line in legend(groups)]  # a backslash at its end would join the next line to a comment
    lines += [f"set kadita_{name} {value}" for name, value in settings.items()]
    script = resources.files("kadita.io.topology").joinpath("school.tcl").read_text(encoding="utf-8")
    path.write_text(script.replace("#SETTINGS#", "\n".join(lines)), encoding="utf-8")


def quoted(text: str) -> str:
    r"""Write text as one word of Tcl, in which nothing is substituted.

    >>> print(quoted('my $school [1].nc'))
    "my \$school \[1\].nc"
    """
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(c: str) -> str:
    if c in '\\"$[]{}':
        return f"\\{c}"
    return c if " " <= c <= "~" or c > "\uffff" else f"\\u{ord(c):04x}"  # whatever encoding VMD reads a script in


def arrow_length(snapshot: Snapshot) -> float:
    """Return the median distance to the nearest neighbour, so that arrows hardly meet; 1 for a single agent."""
    from scipy.spatial import cKDTree

    if len(snapshot.positions) < 2:
        return 1.0
    lengths = snapshot.lengths
    places = snapshot.positions if lengths is None else np.mod(snapshot.positions, lengths) % lengths
    distances, _ = cKDTree(places, boxsize=lengths).query(places, k=2)
    return float(np.median(distances[:, 1])) or 1.0
