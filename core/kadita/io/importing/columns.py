"""The animals of tracks, and the columns that hold them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from kadita.base.errors import KaditaError
from kadita.plugins.declaration.importer import Tracks
from kadita.school.box import Integers


def animals_of(name: str, tracks: Tracks, seen: NDArray[np.bool_], remarks: list[str]) -> Integers:
    """Return the animals that are seen, indices among those of the tracks.

    Args:
        name: name of the file, for messages.
        tracks: from an importer.
        seen: which animals are seen in any frame, (N,).
        remarks: a line is appended if there are animals without positions.

    Raises:
        KaditaError: identities that a file cannot tell apart.
    """
    agents = np.flatnonzero(seen)
    if len(agents) < len(tracks.agents):
        missing = np.delete(np.asarray(tracks.agents), agents)
        examples = ", ".join(str(a) for a in missing[:5])
        remarks.append(f"{name}: {len(missing)} animals without positions are left out: {examples}")
    _refuse_same(name, np.asarray(tracks.agents)[agents])
    return agents


def _refuse_same(name: str, agents: NDArray[Any]) -> None:
    """Raise for identities that a file cannot tell apart: it pads them with blanks."""
    if agents.dtype.kind in "iu":
        return
    first: dict[str, str] = {}
    for agent in agents.tolist():
        same = first.setdefault(str(agent).rstrip(" "), str(agent))
        if same != str(agent):
            raise KaditaError(
                f"{name}: expected identities that differ in more than blanks at their end; found {same!r} and "
                f"{agent!r}"
            )
