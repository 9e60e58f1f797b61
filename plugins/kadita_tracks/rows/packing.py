"""Columns for short tracks: one that has ended leaves its column to a later one.

60,000 short identities in 10,000 frames are 6e8 places, of which almost all are empty. In columns that are reused there
are as many places in a frame as animals are tracked at once.
"""

from __future__ import annotations

import heapq

import numpy as np

from kadita.plugins.importers import Integers

TIMES_MORE = 4  # columns are reused where animals x frames are more than so many times the sightings,
PLACES = 1_000_000  # and more than these: 16 MB of positions in a plane


def is_sparse(animals: int, frames: int, sightings: int) -> bool:
    """Whether tracks are so short that their columns are to be reused."""
    return animals * frames > max(TIMES_MORE * sightings, PLACES)


def columns_of_tracks(first: Integers, last: Integers) -> Integers:
    """Return a column for each track, (N,), from its first and last frame; no two in a column overlap.

    Tracks take columns in the order of their first frames, each the column that has been free for longest. An empty
    frame stays between two tracks of a column, so that what compares a column in neighbouring frames compares one
    animal with itself. The number of columns is the least possible: the most tracks that exist at once, with that
    frame counted.
    """
    columns = np.empty(len(first), dtype=np.int64)
    free_from: list[tuple[int, int]] = []  # (frame, column), a heap
    count = 0
    order = np.argsort(first, kind="stable")
    for track, start, end in zip(order.tolist(), first[order].tolist(), last[order].tolist(), strict=True):
        if free_from and free_from[0][0] <= start:
            column = heapq.heappop(free_from)[1]
        else:
            column, count = count, count + 1
        columns[track] = column
        heapq.heappush(free_from, (end + 2, column))
    return columns
