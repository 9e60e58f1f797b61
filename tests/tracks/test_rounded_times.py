"""Times that a recorder rounded to its digits are even, others are refused; --frame-rate overrides them."""

import numpy as np
import pytest

from kadita import KaditaError
from kadita_dynamics.lags import time_step

FRAMES = np.arange(200)


@pytest.mark.parametrize(("rate", "digit"), [(30, 1e-3), (30, 1e-2), (25, 1e-2), (59.94, 1e-3), (24, 1e-3)])
@pytest.mark.parametrize("rounding", [np.rint, np.floor])
@pytest.mark.parametrize("precision", [np.float64, np.float32])
def test_times_rounded_to_the_digits_of_the_recorder_are_even(rate, digit, rounding, precision):
    times = (rounding(FRAMES / rate / digit) * digit).astype(precision).astype(np.float64)
    assert time_step(times) == pytest.approx(1 / rate, rel=1e-3)


def test_frames_without_a_time_leave_the_step_as_it_is():
    times = np.rint(FRAMES / 0.03)
    times[50:60] = np.nan
    assert time_step(times) == pytest.approx(100 / 3, rel=1e-4)


@pytest.mark.parametrize(
    "times",
    [
        np.delete(np.rint(FRAMES / 0.03), 100),  # a frame is left out
        np.delete(np.rint(FRAMES[:4] / 0.3), 2),
        np.array([0.0, 1.0, 3.0, 4.0]),
        np.rint(FRAMES / 0.03 + 0.05 * FRAMES**2),  # the clock slows down
    ],
)
def test_what_rounding_does_not_explain_is_uneven(times):
    with pytest.raises(KaditaError, match="evenly spaced"):
        time_step(times)


def write(path, times):
    path.write_text("agent,time,x,y\n" + "".join(f"1,{t},{2 * k},0\n" for k, t in enumerate(times)))
    return path


def test_a_frame_rate_overrides_times_and_keeps_gaps(tmp_path, converted, said):
    frames = np.array([0, 1, 2, 3, 4, 8, 9, 10])
    path = write(tmp_path / "t.csv", 5 + np.round(frames / 30, 3))
    read = converted(path, length_unit="mm", time_unit="s", frame_rate=30.0)
    expected = 5 + frames / 30
    assert np.abs(read["times"][:, None] - expected).min(axis=0).max() < 1e-6
    assert said(read, "times of the file are replaced by frame / ")


def test_two_times_in_one_frame_are_refused(tmp_path, converted):
    path = write(tmp_path / "t.csv", [0, 0.1, 0.2, 0.3])
    with pytest.raises(KaditaError, match="fall on one"):
        converted(path, length_unit="mm", time_unit="s", frame_rate=3.0)
