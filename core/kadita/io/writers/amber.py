"""Write a trajectory of any format as a kadita file (`.nc`)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from kadita.io.amber.writer import AmberWriter
from kadita.io.writers.formats import Progress
from kadita.school.trajectory import Trajectory


def write(trajectory: Trajectory, path: Path, *, origin: Mapping[str, Any], progress: Progress) -> None:
    """Write all frames; agents may be absent from frames. `origin` (name, checksum) is stored as the source."""
    chunks = (chunk for _, chunk in trajectory.chunks_of(np.arange(trajectory.n_frames)))
    first = next(chunks)  # a damaged input raises here, before the output file is touched
    identities = trajectory.agents
    species = None
    if trajectory.species is not None:
        names, numbers = np.unique(np.asarray(trajectory.species).astype(str), return_inverse=True)
        species = names.tolist(), numbers.astype(np.int32)
    with AmberWriter(
        path,
        len(identities) if np.array_equal(identities, np.arange(len(identities))) else identities,
        periodic=first.lengths is not None,
        velocities=trajectory.has_velocities,
        presence=True,
        configuration={"source": origin},
        attributes=trajectory.attributes,
        species=species,
        live=False,
        force=True,
    ) as writer:
        for chunk in (first, *chunks):
            writer.write(*chunk[:4])
            if progress is not None:
                progress(writer.n_frames, trajectory.n_frames)
