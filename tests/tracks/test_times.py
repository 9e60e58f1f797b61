"""Times of tables, however a recorder writes them: numbers, dates, times of day, and seconds since 1970."""

import numpy as np
import pytest


def table(tmp_path, times, agents=("a",), by_agent=False):
    """Animals that move by one length from each time to the next."""
    rows = [(i, t, f"{a},{time},{t},{i}") for i, a in enumerate(agents) for t, time in enumerate(times)]
    rows.sort(key=lambda row: (row[0], row[1]) if by_agent else (row[1], row[0]))
    (tmp_path / "t.csv").write_text("\n".join(["agent,time,x,y", *(row[2] for row in rows)]) + "\n")
    return tmp_path / "t.csv"


WRITTEN = {
    "dates": ["2015-09-10 07:00:00", "2015-09-10 07:00:00.5", "2015-09-10 07:00:01"],
    "dates with T and zone": ["2015-09-10T07:00:00+02:00", "2015-09-10T07:00:00.5+02:00", "2015-09-10T07:00:01+02:00"],
    "dates in UTC": ["2015-09-10T05:00:00Z", "2015-09-10T05:00:00.500Z", "2015-09-10T05:00:01.000Z"],
    "seconds since 1970": ["1441861200", "1441861200.5", "1441861201"],
    "milliseconds since 1970": ["1441861200000", "1441861200500", "1441861201000"],
    "microseconds since 1970": ["1441861200000000", "1441861200500000", "1441861201000000"],
    "nanoseconds since 1970": ["1441861200000000000", "1441861200500000000", "1441861201000000000"],
}


@pytest.mark.parametrize("how", WRITTEN)
def test_dates_are_seconds_from_the_first(how, converted, said, tmp_path):
    read = converted(table(tmp_path, WRITTEN[how], "ab"), length_unit="m")
    assert read["times"].tolist() == [0.0, 0.5, 1.0]
    assert read["attributes"]["time_unit"] == "s"
    assert np.allclose(read["velocities"][..., 0], 2.0)
    assert said(read, "in s from 2015-09-10T0")


def test_numbers_as_large_as_dates_can_be_left_as_they_are(converted, refused, tmp_path):
    path = table(tmp_path, WRITTEN["seconds since 1970"])
    read = converted(path, length_unit="m", time_unit="ms", parameters={"epoch": False})
    assert read["times"].tolist() == [1441861200, 1441861200.5, 1441861201]
    assert "its unit of time is s" in refused(path, "--length-unit", "m", "--time-unit", "ms")


OF_DAY = {
    "hours": (["07:00:00", "07:00:00.5", "07:00:01"], [0, 0.5, 1]),
    "hours with commas": (['"07:00:00,0"', '"07:00:00,5"', '"07:00:01,0"'], [0, 0.5, 1]),
    "minutes": (["59:58.5", "59:59.5", "60:00.5"], [0, 1, 2]),
    "more than a day": (["23:59:59", "24:00:00", "25:00:34"], [0, 1, 3635]),
    "past midnight": (["23:59:59", "00:00:00", "00:00:01"], [0, 1, 2]),
}


@pytest.mark.parametrize("by_agent", [False, True])
@pytest.mark.parametrize("how", OF_DAY)
def test_times_of_day_go_on_past_midnight(how, by_agent, converted, said, tmp_path):
    written, seconds = OF_DAY[how]
    read = converted(table(tmp_path, written, "abc", by_agent), length_unit="m")
    assert read["times"].tolist() == seconds
    assert read["attributes"]["time_unit"] == "s"
    assert said(read, "times are clock times")


@pytest.mark.parametrize(
    ("times", "why"),
    [
        (
            ["07:00:00", "2015-09-10 07:00:01"],
            "expected a clock time such as 07:00:59.5 in column time; line 3 has '2015-09-10 07:00:01'",
        ),
        (["2015-09-10 07:00:01", "8.5"], "in column time; line 3 has '8.5'"),
        (["0.5", "noon"], "in column time; line"),
        (["07:00:00", "07:01"], "in column time; line 3 has '07:01'"),
        (["dawn", "dusk"], "expected a number, or a time such as 2015-09-10 07:00:00,"),
    ],
)
def test_times_of_two_kinds_are_refused(times, why, refused, tmp_path):
    assert why in refused(table(tmp_path, times), "--length-unit", "m", "--time-unit", "s")


def test_dates_of_a_table_that_is_read_in_parts(converted, monkeypatch, tmp_path):
    path = table(tmp_path, WRITTEN["dates"][::-1], "ab")
    whole = converted(path, length_unit="m")
    monkeypatch.setattr("kadita_tracks.rows.streamed.LARGE", 10)
    monkeypatch.setattr("kadita_tracks.tables.table.CHUNK_ROWS", 2)
    parts = converted(path, length_unit="m")
    assert parts["times"].tolist() == whole["times"].tolist() == [0.0, 0.5, 1.0]
    assert np.array_equal(parts["positions"], whole["positions"])
    assert parts["remarks"] == whole["remarks"]
