"""Numbers as text are the numbers themselves."""

import numpy as np
import pytest

from kadita.base.numerals import along_axis, in_full
from kadita.io.amber.writer import AmberWriter


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (12.5, "12.5"),
        (float(np.float32(20.1)), "20.1"),
        (1234567.5, "1234567.5"),
        (0.1 + 0.2, "0.3"),
        (-3.0, "-3"),
        (float("nan"), "nan"),
        (1e300, "1e+300"),
    ],
)
def test_a_number_is_written_in_as_many_digits_as_it_has(number, text):
    assert in_full(number) == text


@pytest.mark.parametrize("least", [2, 3, 6])
@pytest.mark.parametrize("start", [0.0, 1e5, -4e6, 0.037])
@pytest.mark.parametrize("step", [3.0, 0.25, 1 / 3])
def test_labels_along_an_axis_are_right_to_a_thousandth_of_a_step(start, step, least):
    numbers = start + step * np.arange(8)
    labels = along_axis(numbers.tolist(), least)
    assert len(set(labels)) == 8
    np.testing.assert_allclose([float(label) for label in labels], numbers, atol=1e-3 * step)


def test_words_and_integers_stay_as_they_are():
    assert along_axis(["0042", "1E2"]) == ["0042", "1E2"]
    assert along_axis([1234567, 1234568]) == ["1234567", "1234568"]
    assert along_axis([]) == []
    assert along_axis([1 / 3]) == ["0.333333"]


def test_info_rounds_neither_times_nor_edges(command, tmp_path):
    x = np.zeros((3, 2, 3))
    with AmberWriter(tmp_path / "late.nc", 2, periodic=True, dimensions=3) as writer:
        writer.write(x, x, 1234567.5 + np.arange(3.0), np.full((3, 3), 123456.75))
    lines = dict(line.split(":", 1) for line in command("info", "late.nc").stdout.splitlines())
    assert lines["times"].strip() == "1234567.5 to 1234569.5"
    assert lines["cell"].strip() == "123456.75 x 123456.75 x 123456.75"
