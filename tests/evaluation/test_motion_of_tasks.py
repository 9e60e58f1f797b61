"""Smoothed and resampled tracks are the same, bit for bit, however their frames are shared among processes."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

import kadita

HOW = {"columns": ["agent=id", "time=t"], "length_unit": "m", "time_unit": "s"}
NAMES = ["polarization", "spread", "mean_squared_displacement"]


@pytest.mark.filterwarnings("ignore::kadita.KaditaWarning")
def test_workers_change_no_bit(tmp_path, rng):
    how = {"resample": 7.0, "most_gap": 0.5, "smooth": 5}
    x = rng.normal(size=(3000, 5, 2)).cumsum(axis=0)
    lost = rng.random((3000, 5)) < 0.05
    lines = [f"{i},{t / 10:.1f},{x[t, i, 0]},{x[t, i, 1]}" for t, i in np.argwhere(~lost).tolist()]
    path = tmp_path / "tracks.csv"
    path.write_text("id,t,x,y\n" + "\n".join(lines) + "\n")
    alone = kadita.analyze(path, NAMES, tracks=HOW, **how)
    shared = kadita.analyze(path, NAMES, tracks=HOW, workers=2, **how)
    for name in NAMES[:2]:
        assert_array_equal(shared[name], alone[name])
    assert shared.notes == alone.notes
    assert not np.isnan(alone["polarization"]).all()
