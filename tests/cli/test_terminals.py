"""Commands in terminals that are narrow, that have no colours or can draw nothing, and where no terminal is."""

import os
import re
import sys

import pytest
from terminals import Terminal

from kadita.cli.commands import COMMANDS, command_of
from kadita.cli.tables import Column, print_table

KADITA = [sys.executable, "-m", "kadita"]
DRAWN = re.compile("[\u2500-\u259f]")  # lines of boxes and blocks
COLOURED = re.compile(r"\x1b\[[0-9;]*[1-9][0-9;]*m")  # escapes that set a colour or a weight
ESCAPE = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")
PATHS = [
    path
    for name in COMMANDS
    for path in ([name], *([name, inner] for inner in getattr(command_of(name), "commands", {})))
]


def shown(*words, columns=80, **variables):
    """What a command draws in a terminal."""
    free = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "KADITA_PLAIN")}
    with Terminal([*KADITA, *words], columns, env=free | {"TERM": "xterm-256color"} | variables) as terminal:
        return terminal.end()


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_help_fits_the_terminal(command, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", str(columns))
    for path in ([], *PATHS):
        text = command(*path, "--help").stdout
        assert max(map(len, text.splitlines())) <= columns, path
        assert "--help" in text


def test_a_long_help_has_its_options_in_groups(command):
    text = command("analyze", "--help").stdout
    groups = re.findall(r"^(\S.*):$", text, re.MULTILINE)
    assert groups == [
        *("Arguments", "What is measured", "Frames", "How the file is read", "How tracks are read", "Statistics"),
        *("Parallel", "Output", "Other options"),
    ]
    assert re.search(r"^Frames:\n(  .*\n)*  -b, --begin TIME", text, re.MULTILINE)


@pytest.mark.parametrize("columns", [40, 100])
@pytest.mark.parametrize("words", [["metrics"], ["analyze", "-m", "polarization", "-m", "state"], ["plugins"]])
def test_a_table_fits_and_loses_nothing(school, words, columns):
    words = [words[0], str(school), *words[1:]] if words[0] == "analyze" else words
    drawn = ESCAPE.sub("", shown(*words, columns=columns)).replace("\r\n", "\n")
    assert max(map(len, re.split("[\r\n]", drawn))) <= columns
    assert "…" not in drawn
    together = re.sub(r"[\s│]+", "", drawn)
    if words[0] == "analyze":
        assert all(word in drawn for word in ("polarization", "mean", "SE", "std", "n_eff"))
    else:
        assert "polarization" in together
        assert "oceanic_schooling_index" in together


def test_a_terminal_that_can_draws_lines(school):
    assert DRAWN.search(shown("analyze", str(school), "-m", "polarization", columns=100))


@pytest.mark.parametrize("variables", [{"KADITA_PLAIN": "1"}, {"TERM": "dumb"}], ids=str)
@pytest.mark.parametrize("words", [["metrics"], ["plugins"], ["analyze"], ["validate"], ["run"]], ids=str)
def test_plain_text_where_it_is_asked_for(school, tmp_path, words, variables):
    arguments = {
        "analyze": [str(school)],
        "validate": [str(school)],
        "run": ["torus", "--agents", "5", "--steps", "20", "--live", "-o", str(tmp_path / "a.nc")],
    }
    drawn = shown(*words, *arguments.get(words[0], []), columns=100, **variables)
    assert not DRAWN.search(drawn)
    assert "\x1b" not in drawn
    assert "\r" not in drawn.replace("\r\n", "\n")


@pytest.mark.parametrize("words", [["metrics"], ["analyze"], ["run"]], ids=str)
def test_no_colour_is_no_colour(school, tmp_path, words):
    arguments = {
        "analyze": [str(school)],
        "run": ["torus", "--agents", "5", "--steps", "20", "--live", "-o", str(tmp_path / "a.nc")],
    }
    drawn = shown(*words, *arguments.get(words[0], []), columns=100, NO_COLOR="1")
    colours = [code for code in COLOURED.findall(drawn) if not re.fullmatch(r"\x1b\[[1237]m", code)]
    assert colours == []


def test_a_plain_terminal_is_told_what_the_program_waits_for(tmp_path):
    words = ["run", "torus", "--agents", "5", "--steps", "20", "-o", str(tmp_path / "a.nc")]
    assert "kadita: compiling the model" in shown(*words, KADITA_PLAIN="1")


def test_a_plain_terminal_has_progress_as_lines(capsys, monkeypatch):
    from kadita.cli import progress

    monkeypatch.setenv("KADITA_PLAIN", "1")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setattr(progress, "REPORTED", 0.0)
    with progress.progress("simulating") as bar:
        bar(3, 12)
        bar(0, 0)
    assert capsys.readouterr().err == "kadita: simulating: 25 %, 3 of 12\nkadita: simulating: 0\n"


def test_without_a_terminal_each_row_is_one_line(command):
    lines = command("metrics").stdout.splitlines()
    assert not DRAWN.search("\n".join(lines))
    assert len([line for line in lines if re.match(r"[* ] polarization ", line)]) == 1
    rows = command("plugins").stdout.splitlines()
    assert rows[0].split() == ["plugin", "distribution", "version", "provides"]
    assert len([row for row in rows if row.startswith("order ")]) == 1


def test_columns_are_aligned(capsys):
    print_table(
        [Column("file"), Column("mean", right=True)], [("school.nc", "0.5"), ("鳥.nc", "12.25"), ("a\x1b[1m", "")]
    )
    assert capsys.readouterr().out.splitlines() == [
        "file        mean",
        "school.nc    0.5",
        "鳥.nc      12.25",
        "a\\x1b[1m",
    ]
