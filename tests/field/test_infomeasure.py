"""Mutual information and transfer entropy of headings beside those of infomeasure."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

import kadita
from kadita.school.chunk import Chunk
from kadita.school.in_memory import InMemoryTrajectory

infomeasure = pytest.importorskip("infomeasure")  # Büth et al. 2025, doi:10.1038/s41598-025-14053-5

ESTIMATORS = pytest.mark.parametrize(
    ("estimator", "approach"),
    [
        ("plug-in", "discrete"),
        ("miller-madow", "miller_madow"),
        ("chao-shen", "chao_shen"),
        ("grassberger-1988", "grassberger"),
    ],
)
FRAMES, AGENTS, SECTORS = 120, 4, 5


@pytest.fixture
def headings(rng):
    """A school of velocities, and sectors of them, (T, N): each turns a little, and the last one after the first."""
    sectors = np.cumsum(rng.integers(-1, 2, (FRAMES, AGENTS)), axis=0) % SECTORS
    sectors[1:, -1] = np.where(rng.random(FRAMES - 1) < 0.6, sectors[:-1, 0], sectors[1:, -1])
    angle = (sectors + rng.uniform(0.1, 0.9, sectors.shape)) / SECTORS * 2 * np.pi - np.pi
    v = rng.uniform(0.5, 1.5, (*sectors.shape, 1)) * np.stack([np.cos(angle), np.sin(angle), 0 * angle], axis=2)
    times = np.arange(float(FRAMES))
    chunk = Chunk(np.cumsum(v, axis=0), v, times, None)
    return InMemoryTrajectory("school", chunk, np.arange(AGENTS), {}, dimensions=2), sectors


def information(name, school, **parameters):
    """Of all pairs, (N, N)."""
    given = {f"{name}.{key}": value for key, value in {"directions": SECTORS, "surrogates": 0, **parameters}.items()}
    return kadita.analyze(school, [name], parameters=given).analyses[f"{name}.information"].values


def of_pairs(function):
    """What a function of two different agents is of all of them, NaN for one alone."""
    return [[np.nan if i == j else function(i, j) for j in range(AGENTS)] for i in range(AGENTS)]


@ESTIMATORS
def test_mutual_information(estimator, approach, headings):
    school, x = headings
    found = information("heading_mutual_information", school, estimator=estimator)
    expected = of_pairs(lambda i, j: infomeasure.mutual_information(x[:, i], x[:, j], approach=approach))
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)


@ESTIMATORS
def test_transfer_entropy(estimator, approach, headings):
    school, x = headings
    found = information("heading_transfer_entropy", school, estimator=estimator)
    expected = of_pairs(lambda i, j: infomeasure.transfer_entropy(x[:, i], x[:, j], approach=approach))
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)


@ESTIMATORS
def test_transfer_entropy_some_frames_later_is_conditional_mutual_information(estimator, approach, headings):
    """With a lag the past of both is so many frames before, which transfer entropy there does not have."""
    school, x = headings
    found = information("heading_transfer_entropy", school, estimator=estimator, lag=3)
    told = partial(infomeasure.conditional_mutual_information, approach=approach)
    expected = of_pairs(lambda i, j: told(x[:-3, i], x[3:, j], cond=x[:-3, j]))
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)
