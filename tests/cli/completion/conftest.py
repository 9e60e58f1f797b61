"""An environment whose shells find `kadita` and the names of its plugins."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def known(tmp_path_factory):
    """Variables of an environment in which the names of all plugins have been written."""
    folder = tmp_path_factory.mktemp("known")
    environment = os.environ | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "XDG_CACHE_HOME": str(folder / "cache"),
        "HOME": str(folder),
        "TERM": "xterm",
    }
    code = "from kadita.cli.completion.names import write_now; write_now()"
    subprocess.run([sys.executable, "-c", code], check=True, env=environment)
    return environment


@pytest.fixture
def answers(known, tmp_path):
    """The candidates for the last word of a line, as kind and value."""

    def answers(line, shell="zsh", **variables):
        asked = known | {"_KADITA_COMPLETE": f"complete_{shell}", "_TYPER_COMPLETE_ARGS": line} | variables
        done = subprocess.run(["kadita"], env=asked, cwd=tmp_path, capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, "")
        return [tuple(row.split("\t")[:2]) for row in done.stdout.splitlines()]

    return answers


@pytest.fixture
def shell(known):
    """Skip where a shell is not installed; return its path."""

    def shell(name):
        found = shutil.which(name)
        if found is None:
            pytest.skip(f"{name} is not installed (apt-get install {name})")
        return found

    return shell
