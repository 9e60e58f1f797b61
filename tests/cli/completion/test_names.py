"""The file of names: of the installation that is there, or of none."""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kadita.cli.completion.names import place, read_names


@pytest.fixture
def cache(known, tmp_path, monkeypatch):
    """A copy of the file of names, in a cache of its own."""
    before = Path(known["XDG_CACHE_HOME"])
    shutil.copytree(before, tmp_path / "cache")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert read_names(begin=False)["metrics"]
    return place()


def wait_for(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "nothing has been written"
        time.sleep(0.1)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe", b'{"fingerprint": 1, "packages": 2}', b"null"])
def test_a_damaged_file_has_no_names_and_is_written_anew(cache, content, known):
    cache.write_bytes(content)
    assert read_names(begin=False) == {}
    environment = known | {"XDG_CACHE_HOME": str(cache.parents[1])}
    done = subprocess.run(
        [sys.executable, "-m", "kadita", "scenarios"], env=environment, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert read_names(begin=False)["metrics"]


def test_another_installation_has_no_part_in_it(cache):
    kept = json.loads(cache.read_text())
    cache.write_text(json.dumps(kept | {"fingerprint": "of another"}))
    assert read_names(begin=False) == {}


def test_an_edited_plugin_and_an_installed_one_make_it_outdated(cache, tmp_path, monkeypatch):
    kept = json.loads(cache.read_text())
    package = tmp_path / "kadita_mine"
    package.mkdir()
    (package / "__init__.py").write_text("")
    from kadita.cli.completion.fingerprint import fingerprint

    packages = [*kept["packages"], str(package)]
    cache.write_text(json.dumps(kept | {"packages": packages, "fingerprint": fingerprint(packages)}))
    assert read_names(begin=False)
    (package / "more.py").write_text("")
    assert read_names(begin=False) == {}
    cache.write_text(json.dumps(kept))
    assert read_names(begin=False)
    (tmp_path / "site" / "kadita_mine-1.0.dist-info").mkdir(parents=True)
    monkeypatch.syspath_prepend(tmp_path / "site")
    assert read_names(begin=False) == {}


def test_the_first_completion_has_the_names_written(known, tmp_path):
    environment = known | {"XDG_CACHE_HOME": str(tmp_path / "new")}
    asked = environment | {"_KADITA_COMPLETE": "complete_zsh", "_TYPER_COMPLETE_ARGS": "kadita analyze -m pol"}
    began = time.monotonic()
    first = subprocess.run(["kadita"], env=asked, capture_output=True, text=True, check=True)
    assert (first.stdout, first.stderr) == ("", "")
    folder = tmp_path / "new" / "kadita"
    wait_for(lambda: list(folder.glob("names-*.json")))
    assert time.monotonic() - began < 60
    second = subprocess.run(["kadita"], env=asked, capture_output=True, text=True, check=True)
    assert "plain\tpolarization\t" in second.stdout
    wait_for(lambda: not list(folder.glob("*.begun")))


def test_a_cache_that_cannot_be_written_is_no_error(known, tmp_path, as_nobody):
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o555)
    environment = known | {"XDG_CACHE_HOME": str(folder), "HOME": "/nonexistent"}
    asked = environment | {"_KADITA_COMPLETE": "complete_zsh", "_TYPER_COMPLETE_ARGS": "kadita analyze -m pol"}
    done = subprocess.run([*as_nobody, "kadita"], env=asked, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    done = subprocess.run([*as_nobody, "kadita", "scenarios"], env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert not os.listdir(folder)
