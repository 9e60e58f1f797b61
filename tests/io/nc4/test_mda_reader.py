"""MDAnalysis' own suite for readers, all of it, on the reader of .nc4."""

import warnings

import pytest

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from MDAnalysisTests.coordinates.base import MultiframeReaderTest

# while tests are collected, and not longer: how the suite writes its fixtures is not ours to mend
warnings.filterwarnings("ignore", message="fixture .* is wrapped by @staticmethod", category=pytest.PytestWarning)
pytestmark = [
    pytest.mark.filterwarnings(f"ignore:{what}")
    for what in (
        "there is no reference attributes",  # in a file without topology
        "Reader has no dt information",  # the suite's own Timestep
        "asel argument to timeseries",  # which the suite tries, old as it is
    )
]


class TestNC4Reader(MultiframeReaderTest):
    """Every test is inherited; of one that skips slices beyond the suite's own 5 frames, with slices that are not."""

    @pytest.mark.parametrize("slice", [(0, 2, 1), (0, 5, 2), (1, 5, 3)])
    def test_timeseries_values(self, reader, slice):
        super().test_timeseries_values(reader, slice)
