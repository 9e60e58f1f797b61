"""The workflow of a hosted service is well-formed, and calls what exists."""

import re
import runpy
from pathlib import Path

import pytest

from kadita.cli.commands import COMMANDS

ROOT = Path(__file__).resolve().parents[2]
yaml = pytest.importorskip("yaml")


@pytest.fixture(scope="module")
def jobs():
    return yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))["jobs"]


def commands(job):
    return " ".join(step.get("run", "") for step in job["steps"])


def test_it_tries_three_systems_and_every_python(jobs):
    matrix = jobs["core"]["strategy"]["matrix"]
    assert [system.partition("-")[0] for system in matrix["system"]] == ["ubuntu", "macos", "windows"]
    least = re.search(r'requires-python = ">=3\.(\d+)"', (ROOT / "pyproject.toml").read_text(encoding="utf-8"))[1]
    assert matrix["python"] == [f"3.{minor}" for minor in range(int(least), 15)]


def test_steps_are_of_a_known_version_or_commands(jobs):
    assert set(jobs) >= {"gate", "core"}
    for job in jobs.values():
        assert all(re.fullmatch(r"actions/[a-z-]+@v\d+", step["uses"]) for step in job["steps"] if "uses" in step)
        assert all("uses" in step or "run" in step for step in job["steps"])


def test_commands_and_folders_exist(jobs):

    targets = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    known = COMMANDS
    text = " ".join(map(commands, jobs.values()))
    for found, exists in (
        (re.findall(r"\bmake ([\w-]+)", text), targets.__contains__),
        (re.findall(r"\bkadita ([a-z]+) ", text), known.__contains__),
        (re.findall(r"\btests/[\w/.]+", text), lambda name: (ROOT / name).exists()),
        (re.findall(r"(?<!\S)\.ci/\w+", text), lambda name: (ROOT / name).exists()),
    ):
        assert found
        assert [name for name in found if not exists(name)] == []
    extras = re.search(r"\.whl\)\[([\w,]+)\]", text)[1].split(",")
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert all(re.search(rf"^{extra} = \[", project, re.MULTILINE) for extra in extras)


def test_the_gate_is_the_one_of_the_project(jobs):
    assert commands(jobs["gate"]).endswith(".ci/run")
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o100


def test_what_is_left_out_is_there():
    place = ROOT / "tests" / "portability" / "start" / "left_out.py"
    left_out = runpy.run_path(str(place))["LEFT_OUT"]
    for name in left_out:
        file, *tests = re.split("::|\\[", name)
        text = (ROOT / file).read_text(encoding="utf-8")
        assert all(test.partition("[")[0] in text for test in tests if test.startswith(("test_", "Test"))), name
