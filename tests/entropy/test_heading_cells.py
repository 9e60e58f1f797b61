"""The published polarization entropy: every heading in the cell of theta and phi where NumPy has it."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from kadita_entropy.polarization import _cells, _count

ANGLES = np.arange(0, 25) * np.pi / 12


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.integers(0, 2**32 - 1), st.sampled_from([0.0, 1e-16, 1e-12, 1e-8, 1.0]))
def test_cells_are_those_of_numpy(seed, off):
    """Those that the quick way counts are in their cells, and it counts all that are not on an edge."""
    rng = np.random.default_rng(seed)
    theta, phi = rng.choice(ANGLES[:13], 300), rng.choice(ANGLES, 300)
    theta, phi = theta + off * rng.normal(size=300), phi + off * rng.normal(size=300)
    headings = np.stack([np.sin(theta) * np.cos(phi), np.sin(theta) * np.sin(phi), np.cos(theta)], 1)
    headings[:20] = np.concatenate([np.eye(3), -np.eye(3), np.zeros((14, 3))])
    counts, near = np.zeros((1, 288), np.int64), np.empty((1, 300), bool)
    inner = ANGLES[1:12]
    _count(headings[None], np.cos(inner), np.sin(inner), counts, near)
    np.testing.assert_array_equal(counts[0], np.bincount(_cells(headings[~near[0]]), minlength=288))
    assert near[0, :20].all()
    assert near.all() if off < 1e-9 else near.sum() < (40 if off == 1.0 else 150)
