"""MDAnalysis' own suite for writers, all of it, on the writer of .nc4."""

import warnings

import pytest

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from MDAnalysisTests.coordinates.base import BaseWriterTest

# while tests are collected, and not longer: how the suite writes its fixtures is not ours to mend
warnings.filterwarnings("ignore", message="fixture .* is wrapped by @staticmethod", category=pytest.PytestWarning)
pytestmark = [
    pytest.mark.filterwarnings(f"ignore:{what}")
    for what in (
        "there is no reference attributes",
        "Element information is missing",  # in the topology of the suite
    )
]


class TestNC4Writer(BaseWriterTest):
    """Every test is inherited."""
