"""README and the pages of docs are true: their commands run and print what they say, their links lead somewhere."""

import builtins
import dis
import math
import re
import shlex
from typing import ClassVar

import manual
import numpy as np
import pytest

from kadita import models

EXCERPT = re.compile(r"^```py\n(.*?)^```$", re.MULTILINE | re.DOTALL)  # of a plugin, without its imports
SHELL = re.compile(r"[|&;<>()$`*?\[\]{}~!]")  # what a shell reads in the words of a command
PAGES = manual.pages()
TEXT = {page: path.read_text(encoding="utf-8") for page, path in PAGES.items()}
SLOW = ("tutorials/", "running", "figures", "thermodynamics", "measuring", "writing-a-metric")  # the README always runs
RUNNING = [
    pytest.param(page, marks=[pytest.mark.slow] if page.startswith(tuple(f"docs/{slow}" for slow in SLOW)) else [])
    for page in TEXT
    if manual.blocks_of(TEXT[page])
]


def words_of(code):
    """The words of a block whose lines are commands of kadita that need no shell, by line; None of any other."""
    lines = [shlex.split(line, comments=True) for line in code.replace("\\\n", " ").splitlines()]
    lines = [line for line in lines if line]
    plain = all(line[0] == "kadita" and not SHELL.search(" ".join(line)) for line in lines)
    return [line[1:] for line in lines] if plain else None


def run_here(code, folder, command):
    """What commands of kadita print that run in this process, which spares each a second of imports."""
    ended = [command(*words, cwd=folder) for words in words_of(code)]
    for process in ended:
        assert process.returncode == 0, f"{code}\n{process.stderr}"
    return "".join(process.stdout + process.stderr for process in ended)


@pytest.mark.parametrize("page", RUNNING)
def test_every_block_runs(page, tmp_path, command):
    """And prints what the page says of it. Commands whose output is not there run here, but for those of the README."""
    (folder := tmp_path / "page").mkdir()
    done = {}
    with manual.Session(folder, own_environment=manual.installs(TEXT[page])) as session:
        for block in manual.blocks_of(TEXT[page]):
            here = block.output is None and block.language == "sh" and page != "README.md" and words_of(block.code)
            printed = run_here(block.code, folder, command) if here else session.run(block)
            assert "is now" not in printed, printed  # a name that has changed
            if block.output is not None:
                assert manual.same(block.output, printed), f"{block.code}\n{block.output}\n--- prints\n{printed}"
            done[block.code] = printed
    if page == "README.md":  # its plugin has twenty lines
        plugin = (folder / "crowding.py").read_text(encoding="utf-8").splitlines()
        assert len([line for line in plugin if line.strip()]) <= 20
        (table,) = [printed for code, printed in done.items() if "--plugin crowding.py" in code]
        assert "tightness" in table
        assert "crowding" in table
    if page == "docs/writing-a-model.md":
        (printed,) = [printed for code, printed in done.items() if "--plugin follow.py" in code]
        assert "51 frames, time 0 to 50" in printed


def test_outputs_of_pages_may_differ_as_machines_do_and_no_further():
    said = "wrote a.nc (12.3 kB)\n┃ mean ┃ 0.1026 ┃ 21 frames ┃ sha 0123456789abcdef0 \n2 passed in 0.31s\n"
    other = "wrote a.nc (14 kB)\nmean  0.1030  21 frames  sha fedcba98765432100\n2 passed in 12.04s\n"
    assert manual.same(said, other)
    for old, new in [("0.1030", "0.1060"), ("0.1030", "-0.1030"), ("21", "22"), ("2 passed", "1 passed"), ("mean", "")]:
        assert not manual.same(said, other.replace(old, new))
    assert not manual.same("", "kadita: error: no such file\n")
    assert not manual.same("rotation 0.9\n", "rotation 0.9\nrotation 0.9\n")


def test_python_of_a_page_is_one_notebook(tmp_path):
    """Names stay, what a block ends with is shown, and a block that fails is told with its error."""
    with manual.Session(tmp_path) as session:
        assert session.run(manual.Block("python", "x = 21\n", None)) == ""
        assert session.run(manual.Block("sh", "echo to both; echo errors >&2\n", None)) == "to both\nerrors\n"
        assert session.run(manual.Block("python", "print('twice')\n2 * x\n", None)) == "twice\n42\n"
        with pytest.raises(AssertionError, match="ZeroDivisionError"):
            session.run(manual.Block("python", "1 / 0\n", None))
        with pytest.raises(AssertionError, match="exit status 3"):
            session.run(manual.Block("sh", "exit 3\n", None))


@pytest.mark.parametrize("page", TEXT)
def test_every_link_leads_somewhere(page):
    for target in re.findall(r"\]\(([^)#:]+)\)", TEXT[page]):
        if not manual.MADE & {*target.split("/")}:  # of pages that the site makes, the site looks at links
            assert (PAGES[page].parent / target).is_file(), target


def test_the_page_on_verification_names_tests_and_studies_that_exist():
    named = re.findall(r"`((?:tests|analyses)/[^`]+)`", TEXT["docs/verification.md"])
    assert len(named) > 20
    for path in named:
        assert (PAGES["README.md"].parent / path).exists(), path


def test_the_readme_is_short_and_every_page_is_in_the_sidebar():
    """Pages of models are named by the page of the models, all others by the sidebar of the site."""
    assert len(TEXT["README.md"].splitlines()) <= 220
    trees = re.findall(r"```{toctree}.*?```", TEXT["docs/index.md"], re.DOTALL)
    sidebar = {line.strip() for tree in trees for line in tree.split("\n")}
    for page in TEXT:
        name = page.removeprefix("docs/").removesuffix(".md")
        if name.startswith("models/"):
            assert f"]({name}.md)" in TEXT["docs/models.md"]
        elif name not in ("README", "index"):
            assert name in sidebar


@pytest.mark.parametrize("excerpt", EXCERPT.findall(TEXT["docs/writing-a-model.md"]))
def test_excerpts_of_models_know_all_names(excerpt):
    """Names of globals that their code reads are those of `kadita.models`, NumPy, math or built in."""
    known = {name: getattr(models, name) for name in models.__all__} | {"ClassVar": ClassVar, "math": math, "np": np}
    exec(excerpt, known)
    for rule in [known[name] for name in ("pair", "turn", "accelerate", "displacement", "remember") if name in known]:
        reads = [i.argval for i in dis.get_instructions(rule) if i.opname == "LOAD_GLOBAL"]
        assert set(reads) <= known.keys() | vars(builtins).keys()


def test_every_command_is_documented_and_every_documented_command_exists():
    from kadita.cli.commands import COMMANDS

    known = set(COMMANDS)
    code = "\n".join(b.code for text in TEXT.values() for b in manual.blocks_of(text) if b.language == "sh")
    assert set(re.findall(r"^kadita (?:--log \S+ )?([a-z]\w*)", code, re.MULTILINE)) <= known
    assert known <= set(re.findall(r"kadita (\w+)", code))
