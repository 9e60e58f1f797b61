"""README and the pages of docs are true: their commands run, their plugins are plugins, their links lead somewhere."""

import builtins
import dis
import math
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from kadita import models

ROOT = Path(__file__).resolve().parents[1]
EXCERPT = re.compile(r"^```py\n(.*?)^```$", re.MULTILINE | re.DOTALL)  # of a plugin, without its imports
FENCE = re.compile(r"^```(sh|python|toml)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SHELL = re.compile(r"[|&;<>()$`*?\[\]{}~!]")  # what a shell reads in the words of a command
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
TEXT = {page.name: page.read_text(encoding="utf-8") for page in PAGES}


def words_of(code):
    """The words of a block whose lines are commands of kadita that need no shell, by line; None of any other."""
    lines = [shlex.split(line, comments=True) for line in code.replace("\\\n", " ").splitlines()]
    lines = [line for line in lines if line]
    plain = all(line[0] == "kadita" and not SHELL.search(" ".join(line)) for line in lines)
    return [line[1:] for line in lines] if plain else None


def run_blocks(page, folder, command):
    """What the blocks of a page print, by block, where they run in their order in one empty folder.

    Those of the README run as a reader runs them. On other pages commands that need no shell run in this process.
    """
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    done = {}
    for language, code in FENCE.findall(TEXT[page]):
        name = re.match(r"# (\w+\.(py|toml))\n", code)
        if name:
            (folder / name[1]).write_text(code, encoding="utf-8")
        if name or language == "toml":
            continue
        if page != "README.md" and language == "sh" and (lines := words_of(code)):
            ended = [command(*words, cwd=folder) for words in lines]
        else:
            shell = ["bash", "-euc", code] if language == "sh" else [sys.executable, "-c", code]
            ended = [subprocess.run(shell, cwd=folder, env=environment, capture_output=True, text=True)]
        for process in ended:
            assert process.returncode == 0, f"{code}\n{process.stderr}"
            assert "is now" not in process.stderr, process.stderr  # a name that has changed
        done[code] = "".join(process.stdout for process in ended)
    return done


@pytest.mark.parametrize("page", TEXT)
def test_every_block_runs(page, tmp_path, command):
    """And prints what the page says of it; once only, because some take a minute."""
    done = run_blocks(page, tmp_path, command)
    assert done
    if page == "README.md":  # its plugin has twenty lines
        plugin = (tmp_path / "crowding.py").read_text(encoding="utf-8").splitlines()
        assert len([line for line in plugin if line.strip()]) <= 20
        (table,) = [printed for code, printed in done.items() if "--plugin crowding.py" in code]
        assert "tightness" in table
        assert "crowding" in table
    if page == "writing-a-model.md":
        (printed,) = [printed for code, printed in done.items() if "--plugin follow.py" in code]
        assert "51 frames, time 0 to 50" in printed


@pytest.mark.parametrize("page", TEXT)
def test_every_link_leads_somewhere(page):
    folder = next(p.parent for p in PAGES if p.name == page)
    for target in re.findall(r"\]\(([^)#:]+)\)", TEXT[page]):
        assert (folder / target).is_file(), target


def test_the_readme_is_short_and_names_every_page():
    assert len(TEXT["README.md"].splitlines()) <= 220
    for page in PAGES[1:]:
        index = "models.md" if page.parent.name == "models" else "README.md"
        assert f"]({page.relative_to(ROOT / 'docs' if index == 'models.md' else ROOT)})" in TEXT[index]


@pytest.mark.parametrize("excerpt", EXCERPT.findall(TEXT["writing-a-model.md"]))
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
    text = "\n".join(TEXT.values())
    assert set(re.findall(r"^kadita (\w+)", text, re.MULTILINE)) <= known
    assert known <= set(re.findall(r"kadita (\w+)", text))
