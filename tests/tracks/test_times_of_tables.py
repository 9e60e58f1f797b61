"""Times of tables: dates, clock times and epoch times become seconds; what a recorder rounded is even."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import kadita
from kadita.school.transforms.even_times import common_step, decimal_unit
from kadita_tracks.rows import streamed
from kadita_tracks.rows.frame_grid import grid_of_times

LAGGED = ("mean_squared_displacement", "velocity_autocorrelation", "heading_autocorrelation")
TIMED = (*LAGGED, "directional_correlation_delay", "turning_rate", "state_residence")


@pytest.fixture
def timed(tmp_path):
    """A table of two agents that have a row at each of these times, in order of time or of agents."""

    def write(times, *, by_agent=False, agents=("a", "b")):
        rng = np.random.default_rng(2)
        steps = {a: rng.normal(1, 0.3, (len(times), 2)).cumsum(axis=0) for a in agents}
        keys = [(a, i) for a in agents for i in range(len(times))]
        keys = keys if by_agent else sorted(keys, key=lambda key: key[1])
        rows = [f"{a},{times[i]},{steps[a][i, 0]},{steps[a][i, 1]}" for a, i in keys]
        path = tmp_path / "t.csv"
        path.write_text("\n".join(["agent,time,x,y", *rows, ""]))
        return path

    return write


KINDS = {
    "dates": (["2015-09-10 23:59:59.5", "2015-09-11 00:00:00", "2015-09-11 00:00:00.5"], "2015-09-10T23:59:59.5"),
    "zoned": (["2015-09-10T23:59:59.5+02:00", "2015-09-10T22:00:00Z", "2015-09-10T22:00:00.5Z"], "UTC"),
    "midnight": (["23:59:59.5", "00:00:00", "00:00:00.5"], "in s from 23:59:59.5; they pass midnight"),
    "past 24": (["24:59:59.5", "25:00:00", "25:00:00.5"], "clock times, HH:MM:SS, in s from 24:59:59.5"),
    "minutes": (["59:59.5", "60:00", "60:00.5"], "clock times, MM:SS, in s from 00:59:59.5"),
    "hours": (["59:59.5", "00:00", "00:00.5"], "they pass the full hour"),
    "ms": ([1441922399500, 1441922400000, 1441922400500], "epoch times in ms, in s from 2015-09-10T21:59:59.5"),
    "us": ([1441922399500000, 1441922400000000, 1441922400500000], "taken as epoch times in us"),
    "ns": ([1441922399500000000, 1441922400000000000, 1441922400500000000], "taken as epoch times in ns"),
    "s": ([1441922399.5, 1441922400, 1441922400.5], "taken as epoch times in s, in s from 2015-09-10T21:59:59.5"),
}


@pytest.mark.parametrize("large", [False, True], ids=["in memory", "streamed"])
@pytest.mark.parametrize("by_agent", [False, True], ids=["by time", "by agent"])
@pytest.mark.parametrize("kind", KINDS)
def test_times_become_seconds_from_the_first(timed, converted, said, monkeypatch, kind, by_agent, large):
    times, words = KINDS[kind]
    if large:
        monkeypatch.setattr(streamed, "LARGE", 0)
        monkeypatch.setattr("kadita_tracks.tables.table.CHUNK_ROWS", 2)
    read = converted(timed(times, by_agent=by_agent), length_unit="m")
    np.testing.assert_allclose(read["times"], [0, 0.5, 1], atol=1e-9)
    assert read["attributes"]["time_unit"] == "s"
    assert said(read, words)


def test_the_first_row_need_not_be_the_earliest(timed, converted, said):
    read = converted(timed(["2015-09-10 00:00:02", "2015-09-10 00:00:00", "2015-09-10 00:00:01"]), length_unit="m")
    np.testing.assert_array_equal(read["times"], [0, 1, 2])
    assert said(read, "dates, in s from 2015-09-10T00:00:00, of which no zone is stated")


def test_an_agent_that_comes_after_midnight_is_not_a_day_early(tmp_path, converted):
    path = tmp_path / "t.csv"
    rows = ["a,23:59:58,0,0", "a,23:59:59,1,0", "a,00:00:00,2,0", "b,00:00:00,0,5", "a,00:00:01,3,0", "b,00:00:01,1,5"]
    path.write_text("\n".join(["agent,time,x,y", *rows, ""]))
    read = converted(path, length_unit="m")
    np.testing.assert_array_equal(read["times"], [0, 1, 2, 3])
    np.testing.assert_array_equal(np.isnan(read["positions"][:, 1, 0]), [True, True, False, False])


@pytest.mark.parametrize(
    ("times", "words"),
    [
        (["2015-09-10 00:00:00", "0.5"], "line 4 has '0.5'"),
        (["2015-09-10 00:00:00", "2015-09-10 00:00:01Z"], "expected times without a zone, as in the first row"),
        (["00:00:01", "2015-09-10 00:00:01"], "expected a clock time such as 07:00:59.5 in column time; line 4"),
        (["00:00:01", "00:61:00"], "line 4 has '00:61:00'"),
        (["1.5", "00:00:01"], "expected a number in column time; line 4 has '00:00:01'"),
        (["23:59:59", "00:00:01", "23:59:58"], "expected rows in order of time, since clock times pass midnight"),
    ],
)
def test_mixed_times_are_refused_with_their_line(timed, refused, times, words):
    assert words in refused(timed(times), "--length-unit", "m")


def test_numbers_that_look_like_epoch_times_can_stay_numbers(timed, converted, refused):
    path = timed([700_000_000, 700_040_000, 700_080_000])  # microseconds since a computer was started
    assert "its unit of time is s; --time-unit us contradicts it" in refused(
        path, "--length-unit", "m", "--time-unit", "us"
    )
    read = converted(path, length_unit="m", time_unit="us", parameters={"epoch": False})
    np.testing.assert_allclose(np.diff(read["times"]), 40_000, atol=64)  # digits of float32


@pytest.mark.parametrize("name", TIMED)
@pytest.mark.parametrize("digits", [3, 2])
def test_lags_of_thirty_frames_per_second_in_rounded_seconds(timed, converted, measured, name, digits):
    read = converted(timed(np.round(np.arange(300) / 30, digits)), length_unit="m", time_unit="s")
    found = measured(read, name).analyses
    assert found
    for lags in (result.axes["lag"] for result in found.values() if "lag" in result.axes):
        np.testing.assert_allclose(lags, np.arange(len(lags)) / 30, rtol=1e-4)


@given(st.floats(1.0, 300.0), st.integers(1, 4), st.floats(0, 1000), st.integers(3, 400))
def test_an_even_clock_is_even_after_rounding(rate, digits, start, frames):
    times = np.round(start + np.arange(frames) / rate, digits)
    if 10.0**-digits > 0.3 / rate:
        return  # too coarse to tell
    step = common_step(times, np.arange(frames))
    assert step == pytest.approx(1 / rate, abs=1.01 * 10.0**-digits / (frames - 1))


@given(st.integers(3, 60), st.data())
def test_a_missing_frame_is_never_taken_for_rounding(frames, data):
    missing = data.draw(st.integers(1, frames - 1))
    times = np.delete(np.rint(np.arange(frames + 1) * 1000 / 30), missing)
    assert common_step(times, np.arange(frames)) is None or frames == 2


def test_gaps_are_found_between_times_in_hundredths_of_a_second():
    times = np.round(np.arange(60) / 30, 2)
    assert decimal_unit(times, 1 / 30) == 0.01
    found = np.delete(times, [20, 21, 40])
    grid = grid_of_times("t", found)
    assert len(grid.instants) == 60
    np.testing.assert_array_equal(grid.instants[grid.row], found)


def test_a_frame_rate_replaces_the_times_of_a_file(timed, converted, said, refused):
    times = np.delete(np.rint(np.arange(40) * 1000 / 30) / 1000, [10, 11])
    path = timed(times)
    read = converted(path, length_unit="m", time_unit="s", frame_rate=30)
    frames = np.rint(np.asarray(read["times"]) * 30)
    np.testing.assert_allclose(read["times"], frames / 30, atol=1e-6)
    assert said(read, "times of the file are replaced by frame / 30; they differ by at most 0.000333")
    words = ("--length-unit", "m", "--time-unit", "s", "--frame-rate", "15")
    assert "expected a frame of its own for each time at --frame-rate 15; 0 and 0.033" in refused(path, *words)


def test_dcd_holds_the_even_times_of_a_rounded_clock(timed, converted, tmp_path):
    read = converted(timed(np.rint(np.arange(30) * 1000 / 30)), length_unit="m", time_unit="ms")
    line = kadita.io.convert.convert(read["path"], tmp_path / "t.dcd")
    assert any(".dcd stores times as multiples of 33.3" in remark for remark in line)
