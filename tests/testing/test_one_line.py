"""Adding a metric to a package of ours touches one file and one line of another."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import kadita_field

NEW = '''"""How many there are."""

import numpy as np

from kadita import Block, metric


@metric(formula="N", range=(1, np.inf), symmetries=("translation", "rotation", "images", "scale"))
def headcount(block: Block):
    """Number of agents, (T,)."""
    return np.full(len(block), float(block.shape[1]))
'''


@pytest.fixture
def package(tmp_path):
    """The package as it lies in the tree, in a place where Python finds it first."""
    shutil.copytree(Path(kadita_field.__file__).parent, tmp_path / "kadita_field")
    return tmp_path / "kadita_field"


def kadita(package, *words):
    environment = {**os.environ, "PYTHONPATH": str(package.parent)}
    command = [sys.executable, "-m", "kadita", *words]
    return subprocess.run(command, env=environment, cwd=package.parent, capture_output=True, text=True)


@pytest.mark.slow
def test_a_new_file_and_its_import(package):
    done = kadita(package, "metrics", "headcount")
    assert (done.returncode, "there is no metric 'headcount'" in done.stderr) == (2, True)
    (package / "headcount.py").write_text(NEW)
    lines = (package / "__init__.py").read_text().splitlines()
    last = max(n for n, line in enumerate(lines) if line.startswith("from kadita_field."))
    lines.insert(last + 1, "from kadita_field.headcount import headcount")
    (package / "__init__.py").write_text("\n".join(lines) + "\n")
    assert "plugin:          field (kadita" in kadita(package, "metrics", "headcount").stdout
    done = kadita(package, "plugins", "check", "kadita_field", "-m", "headcount")
    assert done.returncode == 0, done.stdout + done.stderr
