"""Positions at evenly spaced times, interpolated between the sightings of each agent."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kadita.base.errors import KaditaError
from kadita.school.box import Floats, minimum_image
from kadita.school.chunk import BLOCK_ROWS, Chunk, concatenated
from kadita.school.neighbors import Integers
from kadita.school.trajectory import Trajectory
from kadita.school.transforms import View
from kadita.school.transforms.resampling import Resampling
from kadita.school.variables import Variables

EQUAL = 1e-9  # of the new time step: a sighting so near to a new time is at that time
NEAR = 1e-3  # of the new time step: how far single precision may at most have moved a sighting
MOST_FRAMES = 100_000_000
RESAMPLED = Variables(lost="lost where positions are resampled")


class Resampled(View):
    """A trajectory at even times, t0 + k / rate, from the first time of a source to its last.

    An agent is where the straight line between its own sightings before and after has it, if these are at most
    `most_gap` apart in time; otherwise it is absent. A sighting at a new time is kept as it is. In a periodic cell the
    line is that to the nearest image. There are no velocities: they are to be computed again. Where later agents reuse
    columns, both sightings are in one column.

    Raises:
        KaditaError: times of the source do not increase, or there would be too many frames.
    """

    def __init__(self, source: Trajectory, resampling: Resampling) -> None:
        super().__init__(source)
        self.resampling = resampling
        self.has_velocities = False
        given = {key: value for key, value in source.attributes.items() if key not in ("velocities", "smoothing")}
        self._unit = str(given.get("time_unit") or "unit of time")
        self.attributes = given | {"resampled": resampling.stated(self._unit)}
        self._old = np.asarray(source.times, dtype=np.float64)
        steps = np.diff(self._old)
        if not (steps > 0).all():
            raise KaditaError(
                f"{self.name}: expected times that increase, to resample; found a step of {steps.min():g}"
            )
        # stored in single precision, times of the file are as near to the new ones as that allows
        single = (self._old == self._old.astype(np.float32)).all()
        rounding = float(np.spacing(np.float32(np.abs(self._old).max()))) if single else 0.0
        self._equal = EQUAL / resampling.rate
        self._near = min(rounding, NEAR / resampling.rate) + 2 * self._equal
        count = np.floor((self._old[-1] - self._old[0] + self._near) * resampling.rate) + 1
        if count > MOST_FRAMES:
            raise KaditaError(f"--resample: expected at most {MOST_FRAMES} frames; got {count:.3g}")
        self.n_frames = int(count)
        self._kept: tuple[int, int, Chunk] | None = None  # frames from, to before, and what is in them

    @property
    def variables(self) -> tuple[str, ...]:  # type: ignore[override]
        """No names: a clock that is set back between two frames cannot be interpolated."""
        return ()

    @property
    def times(self) -> Floats:
        """Time of every frame, (n_frames,)."""
        return self._times(np.arange(self.n_frames))

    def _times(self, frames: Integers) -> Floats:
        times: Floats = self._old[0] + frames / self.resampling.rate
        return times

    def refresh(self) -> bool:
        """Raise: frames depend on later sightings."""
        raise KaditaError(f"{self.name}: interpolation needs later frames and cannot be used with --follow")

    def fingerprint(self) -> dict[str, Any]:
        """Return what identifies the source, and how it is resampled."""
        return self.source.fingerprint() | {"resampled": self.resampling.stated(self._unit)}

    def read(self, frames: Integers) -> Chunk:
        """Return these frames."""
        if len(frames) and frames[-1] - frames[0] == len(frames) - 1 and (run := self._run(frames)) is not None:
            return run
        parts = [self._interpolated(part)[0] for part in self._parts(frames)]
        return parts[0] if len(parts) == 1 else concatenated(parts)

    def _run(self, frames: Integers) -> Chunk | None:
        """Return successive frames where many frames of the source matter to each; None where few do.

        Frames after them, about as many as those that are read for them, are interpolated together, and kept.
        """
        first, stop = int(frames[0]), int(frames[-1]) + 1
        if self._kept is None or not self._kept[0] <= first < stop <= self._kept[1]:
            low, high = self._around(frames)
            if (high[-1] - low[0]) * self.n_columns <= BLOCK_ROWS:
                return None
            end = max(stop, min(self.n_frames, first + int(high[-1] - low[0])))
            self._kept = first, end, self._interpolated(np.arange(first, end))[0]
        begin, _, chunk = self._kept
        return chunk.at(np.arange(first - begin, stop - begin))

    def _own_remarks(self) -> tuple[str, ...]:
        return self._on_positions

    @cached_property
    def _on_positions(self) -> tuple[str, ...]:
        """How many positions are interpolated; all frames are computed once to count them."""
        kept = known = 0
        for part in self._parts(np.arange(self.n_frames)):
            chunk, at_sighting = self._interpolated(part)
            kept, known = kept + int(at_sighting.sum()), known + int((~np.isnan(chunk.positions[..., 0])).sum())
        unit, gap = self._unit, self.resampling.most_gap
        names = ", ".join(self.source.variables)
        gone = f", and what agents keep ({names})," if names else ""
        return (
            f"{self.name}: resampled from {len(self._old)} to {self.n_frames} frames, {self.resampling.rate:.10g} per "
            f"{unit}: {known - kept} positions are interpolated linearly between sightings at most {gap:.10g} apart, "
            f"{kept} are sightings; velocities and qualities of the file{gone} are gone",
        )

    def _parts(self, frames: Integers) -> Iterator[Integers]:
        """Yield frames a few at a time, so that the frames of the source around them fit into memory."""
        first, last = self._around(frames)
        usual = max(1, BLOCK_ROWS // max(1, self.n_columns))
        start = 0
        while start < len(frames):
            most = max(usual, 2 * int(last[start] - first[start]))  # or each frame would read all of these again
            fit = np.searchsorted(last[start:], first[start] + most, side="right")
            stop = start + max(1, int(fit))
            yield frames[start:stop]
            start = stop
        if not len(frames):
            yield frames

    def _around(self, frames: Integers) -> tuple[Integers, Integers]:
        """Return the first and the last + 1 frame of the source that can matter to these frames."""
        times, reach = self._times(frames), self.resampling.most_gap + 2 * self._near
        first = np.searchsorted(self._old, times - reach, side="left")
        last = np.searchsorted(self._old, times + reach, side="right")
        nearest = np.minimum(np.searchsorted(self._old, times), len(self._old) - 1)  # for its cell
        return np.minimum(first, nearest), np.maximum(last, nearest + 1)

    def _interpolated(self, frames: Integers) -> tuple[Chunk, NDArray[np.bool_]]:
        """Return these frames, and which positions are sightings, (T, C)."""
        first, last = self._around(frames)
        low, high = (int(first[0]), int(last[-1])) if len(frames) else (0, 1)
        source = self.source.read(np.arange(low, high))
        x, t, new = source.positions, self._old[low:high], self._times(frames)
        i, k = self._ends(~np.isnan(x[..., 0]), t, new)
        known = (i >= 0) & (k < len(x))
        i, k, columns = np.where(known, i, 0), np.where(known, k, 0), np.arange(x.shape[1])
        elapsed = t[k] - t[i]
        share = np.divide(new[:, None] - t[i], elapsed, out=np.zeros_like(elapsed), where=elapsed > 0)
        start, end = x[i, columns], x[k, columns]
        lengths = None
        if source.lengths is not None:
            lengths = source.lengths[np.clip(np.searchsorted(t, new), 0, len(t) - 1)]
            step = minimum_image(end - start, lengths[:, None, :])
            positions = _wrapped(start + share[..., None] * step, lengths[:, None, :], start, end)
        else:
            positions = start + share[..., None] * (end - start)
        identities = None
        if source.identities is not None:
            known &= source.identities[i, columns] == source.identities[k, columns]
            identities = np.where(known, source.identities[i, columns], -1)
        positions[~known] = np.nan
        return Chunk(positions, None, new, lengths, identities, RESAMPLED), known & (i == k)

    def _ends(self, seen: NDArray[np.bool_], t: Floats, new: Floats) -> tuple[Integers, Integers]:
        """Return the rows of the sightings between which each agent is interpolated at new times, (T, C) each.

        Both are the same row at a sighting; they are -1 and the number of rows where the agent is absent.
        """
        count, rows = len(t), np.arange(len(t))[:, None]
        latest = np.maximum.accumulate(np.where(seen, rows, -1), axis=0)  # the sighting at or before each row
        soonest = np.minimum.accumulate(np.where(seen, rows, count)[::-1], axis=0)[::-1]
        nobody = np.full((1, seen.shape[1]), -1)
        i = np.concatenate([nobody, latest])[np.searchsorted(t, new + self._equal, side="right")]
        k = np.concatenate([soonest, nobody + count + 1])[np.searchsorted(t, new - self._equal, side="left")]
        before, after = np.append(t, -np.inf)[i], np.append(t, np.inf)[k]
        apart = ~(after - before <= self.resampling.most_gap + self._near)
        # single precision may have moved a sighting at the edge of a gap to just beside the new time
        kept_before = apart & (new[:, None] - before <= self._near)
        kept_after = apart & ~kept_before & (after - new[:, None] <= self._near)
        none = apart & ~kept_before & ~kept_after
        return (
            np.where(none, -1, np.where(kept_after, k, i)),
            np.where(none, count, np.where(kept_before, i, k)),
        )


def _wrapped(positions: Floats, lengths: Floats, *ends: Floats) -> Floats:
    """Return positions wrapped into the cell along axes on which both ends of their lines are in it."""
    within = np.logical_and.reduce([(end >= 0) & (end < lengths) for end in ends])
    wrapped = np.mod(positions, np.where(lengths > 0, lengths, 1.0))
    result: Floats = np.where(within, np.where(wrapped >= lengths, 0.0, wrapped), positions)
    return result
