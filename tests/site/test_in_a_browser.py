"""The site that `make docs` built, in a real browser: it fits phones and wide screens, light and dark."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from browsers import started

import kadita

ROOT = Path(__file__).resolve().parents[2]
SITE = ROOT / "out" / "site"
PAGES = (
    "index",
    "tutorials/ten-minutes",
    "measuring",
    "models/vicsek",
    "gallery/index",
    "gallery/plot_4_neighbor_maps",
    "catalogue/metrics",
    "catalogue/metrics/polarization",
    "catalogue/models/couzin",
    "catalogue/importers",
    "catalogue/commands",
    "catalogue/python",
    "generated/kadita.Results",
    "reference/format",
    "changelog",
)
VIOLATIONS = """
const done = arguments[0];
axe.run(document, { resultTypes: ["violations"] }).then((r) => done(r.violations.map((v) =>
  [v.impact, v.id, v.nodes.slice(0, 3).map((n) => n.target.join(" ") + ": " + n.failureSummary).join(" | ")])));
"""

pytestmark = pytest.mark.skipif(not (SITE / "index.html").exists(), reason="make docs builds the site")


@pytest.fixture(scope="module")
def browser():
    yield from started()


@pytest.fixture(scope="module")
def axe(web):
    return (web / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


def look(browser, width, scheme):
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    browser.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [400, 800, 1440])
def test_pages_fit_and_nothing_is_fetched(browser, width, scheme):
    look(browser, width, scheme)
    for page in PAGES:
        browser.messages(), browser.requests()
        browser.driver.get((SITE / f"{page}.html").as_uri())
        wide, shown = browser.run("return [document.documentElement.scrollWidth, document.documentElement.clientWidth]")
        assert wide <= shown, f"{page} is {wide} wide on a screen of {shown}"
        assert not browser.messages(), page
        assert not [url for url in browser.requests() if not url.startswith(("file:", "data:"))], page
        dark = browser.run("return getComputedStyle(document.body).backgroundColor") != "rgb(255, 255, 255)"
        assert dark == (scheme == "dark"), page


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(browser, axe, scheme):
    look(browser, 1440, scheme)
    serious = {}
    for page in PAGES:
        browser.driver.get((SITE / f"{page}.html").as_uri())
        browser.run(axe)
        for impact, *violation in browser.driver.execute_async_script(VIOLATIONS):
            if impact in ("serious", "critical"):
                serious.setdefault(page, []).append(violation)
    assert not serious, json.dumps(serious, indent=1)


def test_every_metric_has_a_page_with_its_picture():
    for name in kadita.metrics():
        text = (SITE / "catalogue" / "metrics" / f"{name}.html").read_text(encoding="utf-8")
        assert f"{name}.svg" in text, name
        assert (SITE / "_images" / f"{name}.svg").stat().st_size > 5000, name


def test_the_wheel_has_no_site():
    assert not list(Path(kadita.__file__).parent.rglob("*.rst"))
