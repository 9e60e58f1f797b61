"""Read the .mat file of Ctrax, "Save Tracks as Matlab File": sightings one after the other, frame by frame.

``ntargets`` says how many sightings each frame has; ``x_pos``, ``y_pos`` and ``identity`` have a value for each of
them, ``timestamps`` one for each frame, in seconds. Ctrax counts y from the bottom of the image.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from kadita import KaditaError, Tracks, importer
from kadita_tracks.files.matlab import shapes, variables, vector
from kadita_tracks.rows.arrange import frames_of_rows

NEEDED = ("ntargets", "x_pos", "y_pos", "identity")
READ = (*NEEDED, "timestamps", "startframe")


@importer(
    endings=(".mat",),
    binary=True,
    recognizes=lambda path: set(NEEDED) <= shapes(path).keys(),
    source="Branson et al. 2009, doi:10.1038/nmeth.1328; ctrax.sourceforge.net",
)
def ctrax(path: Path) -> Tracks:
    """Tracks of Ctrax as it saves them for MATLAB, in pixels and seconds; y points up.

    An identity of Ctrax is a track: an animal that was lost and found again has several.

    Raises:
        KaditaError: the file is not Ctrax's, or its variables contradict each other.
    """
    content = variables(path, READ)
    counts, x, y, identity = (vector(path, content, name) for name in NEEDED)
    whole = (counts >= 0).all() and np.array_equal(counts, np.rint(counts)) and counts.sum() == len(x)
    if not whole or not len(x) == len(y) == len(identity):
        raise KaditaError(
            f"{path}: expected as many positions and identities as ntargets counts; found {len(x)}, {len(y)} and "
            f"{len(identity)} for {counts.sum():.10g}"
        )
    if not np.array_equal(identity, np.rint(identity)) or not (np.abs(identity) < 2**53).all():
        raise KaditaError(f"{path}: expected whole numbers as identity; found others")
    frame = np.repeat(np.arange(len(counts)), counts.astype(np.int64))
    times = vector(path, content, "timestamps") if "timestamps" in content else np.empty(0)
    timed = len(times) == len(counts) and np.isfinite(times).all() and bool((np.diff(times) > 0).all())
    start = vector(path, content, "startframe") if "startframe" in content else np.zeros(1)
    return frames_of_rows(
        str(path),
        identity.astype(np.int64),
        times[frame] if timed else frame + (start[0] if len(start) == 1 else 0.0),
        np.stack([x, y], axis=1),
        None,
        counts_frames=not timed,
        length_unit="px",
        time_unit="s",
        y_down=False,
    )
