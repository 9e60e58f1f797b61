"""Reports of many kinds of schools, and a browser that opens them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from browsers import Browser, started

from kadita.evaluation.report.report import page_of


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    yield from started()


@pytest.fixture(scope="module")
def chromium_without_webgl() -> Iterator[Browser]:
    yield from started("--disable-gpu", "--disable-3d-apis")


@pytest.fixture
def browser(chromium: Browser) -> Iterator[Browser]:
    """A browser, in which no page plays on after the test."""
    yield chromium
    chromium.driver.get("about:blank")


@pytest.fixture
def browser_without_webgl(chromium_without_webgl: Browser) -> Iterator[Browser]:
    yield chromium_without_webgl
    chromium_without_webgl.driver.get("about:blank")


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    """Write the report of anything that can be analyzed, and return its path."""

    def write(data: Any, metrics: list[str] | None = None, **options: Any) -> Path:
        text, _ = page_of(data, metrics, **options)
        path = tmp_path / f"report-{len(list(tmp_path.iterdir()))}.html"
        path.write_text(text, encoding="utf-8")
        return path

    return write
