"""Second moments of vectors, and their principal axes."""

import numpy as np

from kadita.plugins.metrics import Floats, kernel


def second_moments(vectors: Floats) -> Floats:
    """Return the sum over agents of a a^T, (T, N, 3) -> (T, 3, 3)."""
    sums = np.zeros((len(vectors), 3, 3))
    _second_moments(np.ascontiguousarray(vectors), sums)
    return sums


@kernel
def _second_moments(vectors, sums):  # type: ignore[no-untyped-def]
    for t in range(vectors.shape[0]):
        for i in range(vectors.shape[1]):
            for a in range(3):
                for b in range(a + 1):
                    sums[t, a, b] += vectors[t, i, a] * vectors[t, i, b]
        for a in range(3):
            for b in range(a):
                sums[t, b, a] = sums[t, a, b]


def principal_axes(tensors: Floats) -> tuple[Floats, Floats]:
    """Return eigenvalues, ascending, (T, d), and unit eigenvectors in columns, (T, d, d); NaN where a tensor is NaN."""
    unknown = np.isnan(tensors[:, 0, 0])
    values, axes = np.linalg.eigh(np.where(unknown[:, None, None], 0.0, tensors))
    values[unknown], axes[unknown] = np.nan, np.nan
    return values, axes
