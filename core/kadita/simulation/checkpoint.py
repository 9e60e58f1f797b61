"""Checkpoints: the exact state of a run on disk, from which it continues as if it had never stopped.

Next to NAME.nc are NAME.cpt and the checkpoint before it, NAME_prev.cpt. Each holds its own sha256, so that a truncated
or damaged checkpoint is detected and the one before it is used.
"""

from __future__ import annotations

import glob
import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from kadita.base.files import discard, rename
from kadita.school.box import Floats

MAGIC = b"kadita checkpoint 1\n"


class Checkpoint(NamedTuple):
    """State after `step` steps, when `frames` frames were in the trajectory."""

    step: int
    frames: int
    positions: Floats  # (N, 3)
    headings: Floats  # (N, 3), or velocities, where these are the state
    variables: Floats = np.empty((0, 0))  # (V, N): numbers that agents keep


def paths_of(trajectory: Path) -> tuple[Path, Path]:
    """Return the paths of the newest checkpoint of a trajectory and of the one before it."""
    return trajectory.with_suffix(".cpt"), trajectory.with_name(f"{trajectory.stem}_prev.cpt")


def save(trajectory: Path, state: Checkpoint, made_by: Mapping[str, Any], rules: str) -> None:
    """Write a checkpoint; the newest one so far becomes the previous one."""
    newest, previous = paths_of(trajectory)
    facts = {"step": state.step, "frames": state.frames, "agents": len(state.positions)}
    header = facts | {"made_by": made_by, "rules": rules}
    parts: list[Any] = [MAGIC, json.dumps(header, sort_keys=True).encode(), b"\n"]
    parts += [np.ascontiguousarray(a, "<f8").data for a in (state.positions, state.headings, state.variables)]
    unfinished = newest.with_name(f".{newest.name}-{os.getpid()}")
    digest = hashlib.sha256()
    try:
        with unfinished.open("wb") as file:
            for part in parts:
                digest.update(part)
                file.write(part)
            file.write(digest.digest())
            file.flush()
            os.fsync(file.fileno())
        if newest.exists():
            rename(newest, previous)
        rename(unfinished, newest)
    finally:
        discard(unfinished)


def load(trajectory: Path, made_by: Mapping[str, Any], rules: str | None = None) -> Checkpoint | None:
    """Read the newest undamaged checkpoint of this run, with these rules; None if there is none."""
    for path in paths_of(trajectory):
        try:
            content = path.read_bytes()
        except OSError:
            continue
        body, digest = content[:-32], content[-32:]
        if body.startswith(MAGIC) and hashlib.sha256(body).digest() == digest:
            header, _, numbers = body[len(MAGIC) :].partition(b"\n")
            facts = json.loads(header)
            if facts["made_by"] == made_by and rules in (None, facts["rules"]):
                rows = np.frombuffer(numbers, "<f8").astype(np.float64)
                n = facts["agents"]
                x, u = rows[: 6 * n].reshape(2, n, 3)
                return Checkpoint(facts["step"], facts["frames"], x, u, rows[6 * n :].reshape(-1, n))
    return None


def remove(trajectory: Path) -> None:
    """Remove the checkpoints of a completed run, also one that a kill left unfinished."""
    newest, previous = paths_of(trajectory)
    for path in (newest, previous, *newest.parent.glob(f".{glob.escape(newest.name)}-*")):
        discard(path)
