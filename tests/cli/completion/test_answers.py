"""What can stand at the cursor."""

import re
import subprocess
import sys

import pytest

from kadita.cli.commands import COMMANDS, command_of
from kadita.cli.completion.candidates import FILES, LITERAL, NAMED, SETTINGS
from kadita.cli.early_options import OPTIONS
from kadita.plugins.loading import load_registry

OWN = {  # what only the user knows
    *(
        "N",
        "K",
        "TIME",
        "RATE",
        "LENGTH",
        "LENGTHS",
        "FRAME",
        "UNIT",
        "NUMBER",
        "MM",
        "TEXT",
        "SIZE",
        "SECONDS",
        "1..6",
    ),
    *("X,Y,Z", "FROM:TO", "POINT", "ADDRESS", "PARAMETER", "FRAMES", "FRAMES[,ORDER", "WIDTHxHEIGHT", "FORM:NUMBERS"),
    *("ROLE=NAME", "QUALITY=NUMBER", "PARAMETER=NUMBER", "species=NAME", "agent=NAME", "NAME", ".gro", ".psf", ".tcl"),
}


def all_parameters():
    yield from (("kadita", option) for option in OPTIONS)
    for name in COMMANDS:
        command = command_of(name)
        for path, c in {name: command, **getattr(command, "commands", {})}.items():
            yield from ((path, p) for p in c.params)


def test_commands_and_their_options(answers):
    assert answers("kadita an") == [("plain", "analyze"), ("plain", "animate")]
    assert {value for _, value in answers("kadita ")} == set(COMMANDS)
    assert answers("kadita analyze --equi") == [("plain", "--equilibration")]
    assert answers("kadita plugins ") == [("plain", "list"), ("plain", "new"), ("plain", "check")]
    assert answers("kadita no-such-command ") == []
    assert answers("kadita --lo") == [("plain", "--log")]
    assert ("plain", "fish") in answers("kadita --show-completion ")
    assert answers("kadita --log ") == [("file", "*")]
    assert answers("kadita --log a.log met") == [("plain", "metrics")]


def test_an_option_that_is_given_is_offered_again_if_it_can_be_repeated(answers):
    found = answers("kadita analyze school.nc --force -m spread -")
    assert ("plain", "--metric") in found
    assert ("plain", "--force") not in found


def test_names_of_plugins(answers):
    registry = load_registry()
    offered = {value for _, value in answers("kadita analyze school.nc -m ")}
    assert offered == {*registry.metrics, *registry.analyses}
    assert ("plain", "polarization") in answers("kadita metrics pol")
    assert {v for k, v in answers("kadita run ") if k == "plain"} == set(registry.scenarios)
    assert ("file", "toml") in answers("kadita run ")
    assert {value for _, value in answers("kadita info x.csv --from ")} == set(registry.importers)
    assert ("plain", "couzin") in answers("kadita plugins check co")
    assert ("plain", "torus") in answers("kadita scenarios to")


def test_parameters(answers):
    assert ("plain", "polarization.definition=") in answers("kadita analyze school.nc --set pol")
    assert answers("kadita analyze school.nc --set polarization.definition=") == [
        ("plain", "polarization.definition=corrected"),
        ("plain", "polarization.definition=published"),
    ]
    assert ("plain", "noise=") in answers("kadita run torus --set noi")
    assert ("plain", "noise=") not in answers("kadita analyze school.nc --set noi")


@pytest.mark.parametrize(
    ("line", "words"),
    {
        "kadita analyze --profile ": ["published"],
        "kadita analyze --by ": ["species"],
        "kadita analyze --equilibration ": ["auto", "half", "none"],
        "kadita analyze --equilibration=h": ["--equilibration=half"],
        "kadita convert a.csv --velocities ": ["difference", "none"],
        "kadita convert a.nc a.nc --to c": ["cf"],
        "kadita plot school.nc --kind s": ["series", "states", "snapshot"],
        "kadita plot school.nc --color s": ["speed", "species"],
        "kadita analyze --dimensions ": ["2", "3"],
        "kadita analyze --select sp": ["species="],
        "kadita analyze --start ": [],
    }.items(),
)
def test_words_that_an_option_knows(answers, line, words):
    assert [value for kind, value in answers(line) if kind == "plain"] == words


def test_files(answers):
    assert answers("kadita analyze sch") == [("file", "*")]
    assert answers("kadita sweep ") == [("file", "toml")]
    assert answers("kadita analyze --plugin ") == [("file", "py")]
    assert answers("kadita topology school.nc ") == [("file", "*")]
    assert answers("kadita topology school.nc school.pdb ") == []


def test_bash_splits_words_at_equals_signs(answers):
    def in_bash(*words):
        return answers("", "bash", COMP_WORDS=" ".join(words), COMP_CWORD=str(len(words) - 1))

    assert in_bash("kadita", "plot", "--color", "=", "sp") == [("plain", "speed"), ("plain", "species")]
    set_option = ("kadita", "analyze", "--set", "polarization.definition", "=")
    assert in_bash(*set_option) == [("plain", "corrected"), ("plain", "published")]
    assert in_bash(*set_option, "pub") == [("plain", "published")]
    assert in_bash("kadita", "analyze", "'a file.nc'", "--by", "") == [("plain", "species")]


@pytest.mark.parametrize(
    "line", ["", "kadita", "kadita 'an", "kadita analyze \\", "kadita --log", "kadita -- ", "kadita analyze -- -"]
)
def test_unfinished_lines_are_no_error(answers, line):
    answers(line)
    answers("", "bash", COMP_WORDS=line, COMP_CWORD="1")


def test_what_every_option_takes_is_known_to_completion():
    """A new word in capitals is to be put into one of these tables."""
    for path, p in all_parameters():
        if p.param_type_name == "option" and p.is_flag:
            continue
        assert p.metavar, f"{path} {p.name} has no name of its value"
        for piece in [p.metavar] if p.metavar in SETTINGS else p.metavar.strip("[]").split("|"):
            assert piece in FILES or piece in NAMED or piece in SETTINGS or piece in OWN or LITERAL.fullmatch(piece), (
                f"{path} {p.opts}: {piece}"
            )


def test_every_option_has_a_whole_sentence_and_a_group():
    for path, p in all_parameters():
        assert re.fullmatch(r"[A-Z`].*\.", p.help or "", re.DOTALL), f"{path} {p.name}: {p.help!r}"
        if p.param_type_name == "option" and path != "kadita":
            assert p.rich_help_panel, f"{path} {p.name}"


def test_the_list_of_commands_has_what_the_commands_say():
    for name, text in COMMANDS.items():
        assert " ".join(command_of(name).help.partition("\n\n")[0].split()) == text


@pytest.mark.parametrize("line", ["kadita ", "kadita analyze -m pol", "kadita run torus --set "])
def test_completion_imports_nothing_heavy(known, line):
    code = "import sys; from kadita.cli import main; main([]); print(*sorted(sys.modules), file=sys.stderr)"
    asked = known | {"_KADITA_COMPLETE": "complete_fish", "_TYPER_COMPLETE_ARGS": line}
    done = subprocess.run([sys.executable, "-c", code], env=asked, capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in done.stderr.split()}
    assert not loaded & {"numpy", "numba", "MDAnalysis", "matplotlib", "xarray", "pandas", "scipy", "pydantic", "rich"}
