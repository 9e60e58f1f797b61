"""What all tests share: reference data, schools with known answers, and no silent skips."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Generator, Iterable, Mapping
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:  # as it is in the background of a shell: so would it be in all
    signal.signal(signal.SIGINT, signal.default_int_handler)  # processes that tests start and interrupt
REFERENCE = Path(__file__).resolve().parents[2] / "shared" / "data"

PROJECT = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "kadita-{name}"
version = "3.1"

[project.entry-points.kadita]
{entry_points}

[tool.hatch.build]
dev-mode-dirs = ["."]

[tool.hatch.build.targets.wheel]
packages = ["kadita_{name}"]
"""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With KADITA_REQUIRE_ALL=1 a test that skips has failed."""
    return fail_if_skipped((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The same for a module that skips as a whole."""
    return fail_if_skipped((yield))


def fail_if_skipped(report: Report) -> Report:
    if report.skipped and os.environ.get("KADITA_REQUIRE_ALL") == "1":
        report.outcome = "failed"
        report.longrepr = f"skipped although KADITA_REQUIRE_ALL=1: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def reference() -> Path:
    """The folder of reference data that others made."""
    if not REFERENCE.is_dir():
        pytest.skip(f"no reference data beside the project ({REFERENCE.parent.name}/{REFERENCE.name})")
    return REFERENCE


@pytest.fixture
def rng() -> np.random.Generator:
    """The same random numbers in every run."""
    return np.random.default_rng(20260207)


@pytest.fixture(scope="session")
def distribution() -> Callable[..., Path]:
    """Write the source of a distribution that brings plugins, kadita-NAME 3.1, and return its folder."""

    def distribution(folder: Path, name: str, files: Mapping[str, str | bytes], modules: Iterable[str] = ()) -> Path:
        """`files` are those of its package, kadita_NAME; plugins are the package, or these `modules` of it."""
        entry_points = [f'{module} = "kadita_{name}.{module}"' for module in modules] or [f'{name} = "kadita_{name}"']
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "pyproject.toml").write_text(PROJECT.format(name=name, entry_points="\n".join(entry_points)))
        for file, text in files.items():
            place = folder / f"kadita_{name}" / file
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(text if isinstance(text, bytes) else text.encode())
        return folder

    return distribution
