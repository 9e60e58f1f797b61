"""An environment of its own, into which pip installs plugins as a stranger does."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path

import pytest

Stranger = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of a new environment, which sees what is installed in this one."""
    folder = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True, capture_output=True)
    python = folder / "bin" / "python"
    ask = [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    there = Path(subprocess.run(ask, check=True, capture_output=True, text=True).stdout.strip())
    here = sysconfig.get_path("purelib")
    (there / "all_of_this_one.pth").write_text(f"import site; site.addsitedir({here!r})\n")
    return python


@pytest.fixture
def stranger(environment: Path, tmp_path: Path) -> Stranger:
    """Run `python -m ...` of that environment in an empty folder."""

    def run(*words: object, cwd: Path = tmp_path, **options: str) -> subprocess.CompletedProcess[str]:
        command = [str(environment), "-m", *map(str, words)]
        return subprocess.run(
            command, capture_output=True, text=True, timeout=300, cwd=cwd, env=os.environ | {"COLUMNS": "120"} | options
        )

    return run


@pytest.fixture
def install(environment: Path) -> Callable[..., None]:
    """Install folders, editable, without asking any index."""

    def install(*folders: Path) -> None:
        pip = [sys.executable, "-m", "pip", "--python", str(environment), "--quiet", "--disable-pip-version-check"]
        options = ["install", "--no-deps", "--no-index", "--no-build-isolation"]
        places = [word for folder in folders for word in ("-e", str(folder))]
        done = subprocess.run([*pip, *options, *places], capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stderr

    return install
