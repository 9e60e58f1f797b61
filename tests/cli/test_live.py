"""`kadita run --live`: in a terminal of its own, through a pipe, and stopped; the file is that of a run without it."""

from __future__ import annotations

import math
import os
import re
import signal
import struct
import subprocess
import sys
import time
from pathlib import Path

import pytest

import kadita
from kadita.cli.live import duration
from kadita.cli.sparkline import KEPT, History, sparkline

fcntl, pty, termios = (pytest.importorskip(name, reason="terminals of POSIX") for name in ("fcntl", "pty", "termios"))
KADITA = [sys.executable, "-m", "kadita"]
RUN = ["run", "torus", "--agents", "30", "--every", "2", "--seed", "4"]
SHOWN = ("polarization", "rotation", "oceanic_schooling_index")
LONG = ["--steps", "4000000", "--checkpoint", "0"]
CONTROL = re.compile(rb"\x1b\[[0-9;?]*[A-Za-z]")


def in_terminal(words, folder, stop=None, when=b"rotation", columns=100, term="xterm-256color", encoding="utf-8"):
    """Run `kadita` in a terminal, send it signals once it has printed something; what it printed, and its status."""
    number, terminal = pty.openpty()
    own = {key: value for key, value in os.environ.items() if key not in ("COLUMNS", "LINES")}  # rich trusts these
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 30, columns, 0, 0))
    process = subprocess.Popen(
        [*KADITA, *words],
        cwd=folder,
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        start_new_session=True,
        env=own | {"TERM": term, "PYTHONIOENCODING": encoding},
    )
    os.close(terminal)
    printed, signals = b"", list(stop or ())
    while True:
        try:
            part = os.read(number, 65536)
        except OSError:  # the terminal is closed at its other end
            break
        if not part:
            break
        printed += part
        if signals and when in printed:
            process.send_signal(signals.pop(0))
            time.sleep(0.2)
    os.close(number)
    return printed, process.wait(60)


def pictures(printed):
    """What was drawn, without colours: a text for each picture."""
    drawn = re.split(rb"(?:\r?\x1b\[1A\x1b\[2K|\r\x1b\[2K)+", printed)
    return [text for d in drawn if "frame" in (text := CONTROL.sub(b"", d).decode().replace("\r", ""))]


def ends_clean(printed):
    """Whether the picture was erased, nothing drawn after that, and the cursor is shown."""
    cursor = re.findall(rb"\x1b\[\?25([hl])", printed)
    erased = printed.rpartition(b"\x1b[?25h")[2]
    return cursor[-1:] == [b"h"] and not re.search(rb"frame \d", CONTROL.sub(b"", erased))


@pytest.fixture
def without(tmp_path):
    """The bytes of the file of a run without ``--live``."""

    def without(*words):
        folder = tmp_path / "without"
        folder.mkdir(exist_ok=True)
        subprocess.run([*KADITA, *RUN, *words], cwd=folder, check=True, capture_output=True)
        return (folder / "torus.nc").read_bytes()

    return without


@pytest.mark.slow
def test_in_a_terminal(tmp_path, without):
    printed, status = in_terminal([*RUN, "--steps", "3000", "--live"], tmp_path)
    assert status == 0
    assert ends_clean(printed)
    assert CONTROL.sub(b"", printed).decode().rstrip().endswith("wrote torus.nc (1.1 MB)")
    assert (tmp_path / "torus.nc").read_bytes() == without("--steps", "3000")
    last = pictures(printed)[-1].splitlines()
    assert re.match(r"torus +\S+ +100 %", last[0])
    results = kadita.analyze(tmp_path / "torus.nc", SHOWN)
    for name, line in zip(SHOWN, last[1:4], strict=True):
        found, value = line.split()[0], line.split()[-1]
        assert found == name
        assert float(value) == pytest.approx(results[name][-1], abs=6e-4)
        assert set(line.split()[1]) <= set("▁▂▃▄▅▆▇█")
    level = "▁▂▃▄▅▆▇█".index(last[2].split()[1][-1])  # of rotation, from 0 to 1
    assert level == min(int(results["rotation"][-1] * 8), 7)
    assert "frame 1,501 of 1,501" in last[4]
    assert "1.1 MB in torus.nc" in last[4]


def test_the_picture_fits_a_narrow_terminal_without_its_characters(tmp_path):
    printed, status = in_terminal(
        [*RUN, "--steps", "1500", "--live"], tmp_path, columns=50, encoding="ascii:backslashreplace"
    )
    assert status == 0
    assert ends_clean(printed)
    last = pictures(printed)[-1].splitlines()
    assert max(map(len, last)) <= 50
    drawn = printed.rpartition(b"compiling")[2].partition(b"torus")[2]  # without the spinner of rich
    assert CONTROL.sub(b"", drawn).isascii()
    assert b"\\u" not in drawn


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "status", "word"), [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "terminated")]
)
def test_a_signal_leaves_a_clean_terminal_and_a_file_that_resumes(tmp_path, number, status, word):
    printed, found = in_terminal([*RUN, *LONG, "--live"], tmp_path, [number])
    assert found == status
    assert ends_clean(printed)
    message = CONTROL.sub(b"", printed).decode().rstrip().splitlines()[-1]
    assert re.search(rf"kadita: error: {word}; \d+ of 2000001 frames are in the file torus.nc; .*--resume", message)
    before = (tmp_path / "torus.nc").stat().st_size
    printed, found = in_terminal([*RUN, *LONG, "--live", "--resume"], tmp_path, [signal.SIGINT])
    assert found == 130
    assert ends_clean(printed)
    assert (tmp_path / "torus.nc").stat().st_size > before


@pytest.mark.slow
def test_resumed_to_the_end_the_file_is_that_of_one_run(tmp_path, without):
    words = [*RUN, "--steps", "8000", "--checkpoint", "0", "--live"]
    printed, status = in_terminal(words, tmp_path, [signal.SIGINT])
    assert status == 130, printed
    printed, status = in_terminal([*words, "--resume"], tmp_path)
    assert status == 0
    assert (tmp_path / "torus.nc").read_bytes() == without("--steps", "8000")


@pytest.mark.parametrize("signals", [[signal.SIGTERM], [signal.SIGINT], [signal.SIGTERM, signal.SIGTERM]])
def test_without_a_trajectory_the_terminal_is_clean_too(tmp_path, signals):
    words = [*RUN, *LONG[:2], "--live", "--analyze", "--no-trajectory", "-m", "rotation"]
    printed, status = in_terminal(words, tmp_path, signals)
    assert status == (130 if signals == [signal.SIGINT] else -signal.SIGTERM)
    assert printed.count(b"\x1b[?25l") == printed.count(b"\x1b[?25h")
    assert [*tmp_path.iterdir()] == []


def through_a_pipe(words, folder):
    return subprocess.run([*KADITA, *words], cwd=folder, capture_output=True, text=True, timeout=100)


def test_through_a_pipe_there_are_lines(tmp_path, without):
    done = through_a_pipe([*RUN, "--steps", "3000", "--live", "--checkpoint", "0"], tmp_path)
    assert (done.returncode, done.stdout) == (0, "wrote torus.nc (1.1 MB)\n")
    assert "\x1b" not in done.stderr
    assert "\r" not in done.stderr
    assert (tmp_path / "torus.nc").read_bytes() == without("--steps", "3000")
    lines = done.stderr.splitlines()
    assert 8 <= len(lines) <= 10
    results = kadita.analyze(tmp_path / "torus.nc", SHOWN)
    for line in lines:
        frame = int(re.search(r"frame ([\d,]+) of 1,501", line)[1].replace(",", "")) - 1
        for name in SHOWN:
            assert float(re.search(rf"\b{name} ([\d.]+)", line)[1]) == pytest.approx(results[name][frame], abs=6e-4)
    assert re.match(r"kadita: 100 %: frame 1,501 of 1,501; polarization", lines[-1])
    assert re.search(r"[\d,]+ steps/s, \d+ s left, [\d.]+ .B in torus.nc$", lines[3])


def test_a_reader_that_goes_away_does_not_end_the_run(tmp_path):
    words = [*KADITA, *RUN, "--steps", "3000", "--live"]
    buffered = {key: value for key, value in os.environ.items() if key != "PYTHONUNBUFFERED"}
    process = subprocess.Popen(words, cwd=tmp_path, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, env=buffered)
    process.stderr.close()
    assert process.wait(100) == 0
    assert len(kadita.open(tmp_path / "torus.nc").times) == 1501


def test_with_results_and_parameters_of_metrics(tmp_path):
    words = [*RUN, "--steps", "1000", "--live", "--analyze", "-m", "spread", "-b", "50"]
    setting = ["-m", "oceanic_schooling_index", "--set", "oceanic_schooling_index.weights.polarization=3"]
    done = through_a_pipe([*words, *setting, "--results", "r.csv"], tmp_path)
    assert done.returncode == 0
    parameters = {"oceanic_schooling_index.weights.polarization": 3}
    expected = kadita.analyze(tmp_path / "torus.nc", "oceanic_schooling_index", parameters=parameters)
    shown = [float(text) for text in re.findall(r"oceanic_schooling_index ([\d.]+)", done.stderr)]
    assert len(shown) >= 3
    assert shown[-1] == pytest.approx(expected["oceanic_schooling_index"][-1], abs=6e-4)
    other = kadita.analyze(tmp_path / "torus.nc", "oceanic_schooling_index")
    assert abs(other["oceanic_schooling_index"][-1] - shown[-1]) > 2e-3
    alone = through_a_pipe([*words, "--no-trajectory", "--results", "s.csv", "--set", "noise=0.2"], tmp_path)
    assert alone.returncode == 0
    assert "100 %: frame 501 of 501" in alone.stderr
    assert "torus.nc" not in alone.stderr
    assert Path(tmp_path / "s.csv").exists()


UNWELL = '''
from kadita import NotApplicable, hookimpl, metric


@metric(plotted=True)
def needy(block):
    """Cannot be computed."""
    raise NotApplicable("needs what is not there")


@metric(plotted=True)
def faulty(block):
    """Raises."""
    raise ZeroDivisionError


@metric(plotted=True, range=(0, 500))
def clock(block):
    """The time."""
    return block.times


@hookimpl
def kadita_metrics():
    return [needy, faulty, clock]
'''


def test_what_is_undefined_is_said_and_plugins_say_what_is_shown(tmp_path):
    (tmp_path / "unwell.py").write_text(UNWELL)
    words = ["run", "torus", "--agents", "1", "--steps", "400", "--every", "1", "--live", "--plugin", "unwell.py"]
    done = through_a_pipe(words, tmp_path)
    assert done.returncode == 0
    values = ", ".join(["polarization 1.000", *(f"{name} undefined" for name in ("rotation", "needy", "faulty"))])
    assert f"100 %: frame 401 of 401; {values}, clock 40.000, oceanic_schooling_index undefined" in done.stderr
    printed, status = in_terminal(words + ["--force"], tmp_path)
    assert status == 0
    last = pictures(printed)[-1].splitlines()
    assert [line.split()[-1] for line in last[1:7]] == ["1.000", *["undefined"] * 3, "40.000", "undefined"]


def test_sparklines():
    assert sparkline([0, 0.5, 1, math.nan, 2, -1], (0, 1)) == "▁▅█ █▁"
    assert sparkline([3, 3, 3]) == "▁▁▁"
    assert sparkline([1, 2, 3, math.inf], (0, math.inf)) == "▃▆█ "
    assert sparkline([math.nan] * 3, (0, 1)) == "   "
    assert sparkline([]) == ""
    assert sparkline([0, 1], (0, 1), ascii_only=True).isascii()


def test_a_long_history_has_its_last_value_and_its_shape():
    history = History()
    for frame in range(3 * KEPT):
        history.add(frame, float(frame))
        assert history.last == frame
    assert len(history.samples) <= KEPT + 1
    columns = history.columns(50)
    assert columns[-1] == history.last
    assert columns == sorted(columns)
    steps = [b - a for a, b in zip(columns[:-1], columns[1:], strict=True)]
    assert max(steps) < 1.2 * min(steps[:-1])
    few = History()
    for frame, value in enumerate([1.0, math.nan, 2.0]):
        few.add(100 * frame, value)
    assert few.columns(8)[::2] == [1.0, 2.0]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (44.2, "45 s"),
        (60, "1 min"),
        (130, "2 min 10 s"),
        (3600, "1 h"),
        (11100, "3 h 5 min"),
        (2e5, "2 d 7 h"),
    ],
)
def test_durations(seconds, text):
    assert duration(seconds) == text
