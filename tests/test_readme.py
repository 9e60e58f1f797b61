"""The README is true: its commands run, and its plugins are plugins."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FENCE = re.compile(r"^```(sh|python|toml)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BLOCKS = FENCE.findall((ROOT / "README.md").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def transcript(tmp_path_factory):
    """Every shell and Python block of the README, run in its order in one empty folder."""
    folder = tmp_path_factory.mktemp("reader")
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    done = []
    for language, code in BLOCKS:
        name = re.match(r"# (\w+\.(py|toml))\n", code)
        if name:
            (folder / name[1]).write_text(code, encoding="utf-8")
        if name or language == "toml":
            continue
        command = ["bash", "-euc", code] if language == "sh" else [sys.executable, "-c", code]
        done.append((code, subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)))
    return folder, done


def test_every_command_of_the_readme_works(transcript):
    _, done = transcript
    assert len(done) >= 8
    for code, process in done:
        assert process.returncode == 0, f"{code}\n{process.stderr}"


def test_the_plugin_has_twenty_lines_and_its_metrics_are_computed(transcript):
    folder, done = transcript
    plugin = (folder / "crowding.py").read_text(encoding="utf-8").splitlines()
    assert len([line for line in plugin if line.strip()]) <= 20
    (table,) = [p.stdout for code, p in done if "--plugin crowding.py" in code]
    assert "tightness" in table
    assert "crowding" in table


def test_the_model_is_run_and_measured(transcript):
    _, done = transcript
    (process,) = [p for code, p in done if "--plugin follow.py" in code]
    assert "51 frames, time 0 to 50" in process.stdout


def test_every_command_that_the_readme_names_exists():
    from kadita.cli import app

    known = {command.callback.__name__ for command in app.registered_commands}
    known |= {group.typer_instance.info.name for group in app.registered_groups}
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^kadita (\w+)", text, re.MULTILINE)) <= known
    assert known <= set(re.findall(r"kadita (\w+)", text))
