"""The distributions: the same bytes twice, a version from the tag, and a wheel that runs where nothing else is."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
UV = Path(sys.executable).with_name("uv")
HISTORY = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b"}


def copy(folder, tag=""):
    """A copy of the tracked files as a repository of one commit."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    for name in filter(None, listed.decode().split("\0")):
        if (ROOT / name).is_file() or (ROOT / name).is_symlink():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name, follow_symlinks=False)
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "all"], *([["tag", tag]] if tag else [])):
        subprocess.run(["git", *words], cwd=folder, check=True, env=os.environ | HISTORY, capture_output=True)
    return folder


def built(folder, out):
    """Build the sdist, and the wheel from it, without the network."""
    script = (
        "import sys, os; from hatchling.build import build_sdist, build_wheel; out = sys.argv[1]; "
        "print(build_sdist(out)); print(build_wheel(out))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(out)], cwd=folder, capture_output=True, text=True, check=True
    )
    return [out / line for line in done.stdout.split()]


def sums(files):
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


@pytest.fixture(scope="module")
def distributions(tmp_path_factory):
    """Built from a copy whose commit has a tag."""
    folder = copy(tmp_path_factory.mktemp("tagged"), "v7.8.9")
    out = tmp_path_factory.mktemp("dist")
    return folder, built(folder, out)


@pytest.mark.slow
def test_two_builds_have_the_same_bytes(distributions, tmp_path):
    folder, files = distributions
    os.utime(folder / "README.md", (1, 1))  # times of files are no part of it
    assert sums(built(folder, tmp_path)) == sums(files)


@pytest.mark.slow
def test_the_version_is_that_of_the_tag(distributions):
    assert [file.name for file in distributions[1]] == ["kadita-7.8.9.tar.gz", "kadita-7.8.9-py3-none-any.whl"]


@pytest.mark.slow
def test_a_wheel_from_the_sdist_is_the_wheel(distributions, tmp_path):
    """Without the history, from which the version is in the sdist."""
    _, (sdist, wheel) = distributions
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    out = tmp_path / "out"
    out.mkdir()
    assert sums(built(tmp_path / "kadita-7.8.9", out)[1:]) == sums([wheel])


@pytest.mark.slow
def test_what_is_in_them(distributions):
    _, (sdist, wheel) = distributions
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    top = {name.partition("/")[0] for name in names}
    assert {"kadita/schemas/trajectory.toml", "kadita/py.typed", "kadita_couzin/scenarios/torus.toml"} <= set(names)
    plugins = {path.name for path in (ROOT / "plugins").iterdir() if path.is_dir()}
    assert top == {"kadita", "kadita-7.8.9.dist-info", *plugins} - {"__pycache__"}
    assert not [name for name in names if "report/web" in name or name.startswith(("docs", "tests"))]
    with tarfile.open(sdist) as archive:
        held = {name.split("/")[1] for name in archive.getnames() if "/" in name}
    assert {"CITATION.cff", "CHANGELOG.md", "LICENSE", "docs", "core", "plugins"} <= held


@pytest.mark.slow
def test_uvx_runs_the_wheel(distributions, tmp_path):
    """With the packages of this machine's cache."""
    wheel = distributions[1][1]
    run = [str(UV), "tool", "run", "--python", sys.executable, "--from", str(wheel), "kadita"]
    for words in (["--version"], ["run", "torus", "--agents", "20", "--steps", "20", "--analyze"]):
        done = subprocess.run([*run, *words], cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    assert "polarization" in done.stdout
    assert (tmp_path / "torus.nc").exists()


def test_lower_bounds_are_stated_for_all():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for requirement in project["dependencies"]:
        assert re.fullmatch(r"[\w-]+>=[\d.]+(; sys_platform == 'win32')?", requirement), requirement


def test_the_citation_can_be_read():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["cff-version"] == "1.2.0"
    assert {"message", "title", "authors", "license"} <= citation.keys()
    dois = [i["value"] for r in citation["references"] for i in r["identifiers"]]
    assert dois == ["10.48550/arXiv.2602.07948"]
