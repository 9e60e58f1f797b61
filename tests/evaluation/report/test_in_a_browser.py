"""Reports of all kinds of schools in a real browser: they play, they are read, and nothing leaves the page."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from reports import Page

import kadita
from kadita import KaditaWarning, metric
from kadita.plugins.loading import load_registry
from kadita.school.chunk import Chunk
from kadita.school.in_memory import InMemoryTrajectory


def mill(frames=40, number=30, **options):
    """Agents on circles about the z axis, each at its own height."""
    rng = np.random.default_rng(1)
    radius, phase = rng.uniform(3, 6, number), rng.uniform(0, 2 * np.pi, number)
    angle = phase + np.arange(frames)[:, None] * 0.5 / radius
    height = np.tile(rng.normal(size=number), (frames, 1))
    positions = np.stack([radius * np.cos(angle), radius * np.sin(angle), height], -1)
    velocities = np.stack([-np.sin(angle), np.cos(angle), np.zeros_like(angle)], -1)
    return kadita.Block(positions, velocities, times=np.arange(frames) * 0.5, **options)


def in_memory(positions, velocities=None, lengths=None, **options):
    """A school in which NaN is nobody."""
    chunk = Chunk(positions, velocities, np.arange(len(positions)) * 0.5, lengths)
    return InMemoryTrajectory("school.nc", chunk, np.arange(positions.shape[1]), {}, **options)


@metric()
def never(block):
    """A number that is undefined in every frame."""
    return np.full(len(block), np.nan)


def with_an_undefined_series():
    return mill(), {"metrics": ["polarization", "rotation", "never"], "registry": load_registry().including([never])}


def two_species_in_a_tank():
    rng = np.random.default_rng(2)
    steps = np.cumsum(rng.normal(size=(30, 24, 3)) * [0.1, 0.1, 0], axis=0)
    positions = steps / (1 + np.abs(steps)) * 4 + 5
    positions[..., 2] = 0
    species = np.array(["pike", "roach"])[[0, *[1] * 23]]
    attributes = {"arena": "circle:5,5,6", "length_unit": "cm", "time_unit": "s"}
    velocities = np.gradient(positions, axis=0)
    return kadita.Block(positions, velocities, dimensions=2, species=species, attributes=attributes), ORDER


def changing_cell():
    rng = np.random.default_rng(3)
    edges = 10 + 0.2 * np.arange(20.0)[:, None] * np.ones(3)
    positions = rng.uniform(0, 1, size=(20, 50, 3)) * edges[:, None]
    return in_memory(positions, rng.normal(size=(20, 50, 3)), edges), ORDER


def some_frames_without_anybody():
    block = mill()
    positions, velocities = block.positions.copy(), block.velocities.copy()
    positions[10:15], positions[:, 3] = np.nan, np.nan
    return in_memory(positions, np.where(np.isnan(positions), np.nan, velocities)), ORDER


ORDER = {"metrics": ["polarization", "rotation"]}
SCHOOLS = {
    "mill": lambda: (mill(), {"metrics": ["polarization", "rotation", "state"], "colors": ["local_order"]}),
    "a thousand": lambda: (mill(20, 1000), ORDER),
    "two species in a tank": two_species_in_a_tank,
    "one agent": lambda: (mill(20, 1), ORDER),
    "two frames": lambda: (mill(2), ORDER),
    "one frame": lambda: (mill(1), ORDER),
    "no velocities": lambda: (in_memory(mill().positions), {"metrics": ["spread"]}),
    "undefined series": with_an_undefined_series,
    "all at one point": lambda: (in_memory(np.ones((10, 5, 3)), np.ones((10, 5, 3)), dimensions=3), ORDER),
    "a cell that changes": changing_cell,
    "frames without anybody": some_frames_without_anybody,
}
HOME, END = "\ue011", "\ue010"
CURSOR = "return document.querySelector('.now')?.style.transform"
AXE = """
const done = arguments[0];
axe.run(document, { resultTypes: ["violations"] }).then((r) => done(r.violations.map((v) =>
  [v.impact, v.id, v.nodes.length, v.nodes[0].html.slice(0, 120)].join(" "))));
"""


def film(path):
    return Page(path.read_text(encoding="utf-8"))


def opened(browser, path):
    browser.open(path)
    assert browser.messages() == []
    browser.run("const play = document.querySelector('#play'); if (play.ariaLabel === 'Pause') play.click();")


@pytest.fixture
def quiet():
    """What is assumed or left out of these schools is not what these tests are about."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", KaditaWarning)
        yield


@pytest.fixture
def axe(web):
    return (web / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


def plays_and_scrubs(browser, made):
    times, positions = made.runs[0]["times"], made.film()[0]
    browser.keys("#seek", HOME)
    browser.settle()
    before, cursor = browser.picture(), browser.run(CURSOR)
    browser.keys("#seek", END)
    browser.settle()
    assert float(browser.run("return document.body.dataset.time")) == pytest.approx(times[-1])
    assert (browser.run(CURSOR) != cursor) or not made.runs[0]["series"]
    moved = not np.allclose(positions[0], positions[-1], equal_nan=True)
    assert browser.picture() != before or not moved
    browser.keys("#seek", HOME)
    browser.run("document.querySelector('#play').click()")
    browser.until(f"return Number(document.body.dataset.time) > {times[0]}")
    browser.run("document.querySelector('#play').click()")


def check(browser, path, axe):
    """Open a page; it plays and scrubs, its cursors follow, it shows what it holds, and axe finds nothing."""
    opened(browser, path)
    made = film(path)
    frames = made.runs[0]["film"]["frames"]
    shown = np.array(
        browser.run("return Array.from(kadita.positions(0, arguments[0]), (x) => x === x ? x : null)", frames - 1),
        float,
    )
    np.testing.assert_allclose(shown.reshape(-1, 3), made.film()[0][-1], rtol=1e-9, atol=1e-9)
    if frames > 1:
        plays_and_scrubs(browser, made)
    asked = [url for url in browser.requests() if not url.startswith(("file:", "data:", "blob:"))]
    assert asked == []
    assert browser.messages() == []
    browser.driver.execute_cdp_cmd("Page.setBypassCSP", {"enabled": True})
    browser.driver.refresh()
    browser.until("return document.body && document.body.dataset.ready")
    for scheme in ("light", "dark"):
        media = [{"name": "prefers-color-scheme", "value": scheme}]
        browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": media})
        browser.run(axe)
        assert browser.driver.execute_async_script(AXE) == []
    browser.driver.execute_cdp_cmd("Page.setBypassCSP", {"enabled": False})


@pytest.mark.slow
@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize("kind", SCHOOLS)
def test_a_school_of_any_kind_plays(browser, written, axe, kind):
    school, options = SCHOOLS[kind]()
    check(browser, written(school, **options), axe)


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize(
    ("animals", "tracks", "plane"),
    [
        ("jackdaws/transit_05.mat", {"length_unit": "m", "time_unit": "s"}, False),
        ("idtrackerai/zebrafish_8.npy", {}, True),
    ],
)
def test_tracked_animals_play(browser, written, axe, reference, animals, tracks, plane):
    path = written(reference / animals, ["polarization", "rotation", "spread"], tracks=tracks, budget="3MB")
    assert film(path).runs[0]["plane"] is plane
    check(browser, path, axe)


@pytest.fixture
def torus(browser, written):
    """A page of a mill, paused at its first frame."""
    path = written(mill(), ["polarization", "rotation", "state"])
    opened(browser, path)
    browser.keys("#seek", HOME)
    browser.settle()
    return film(path)


@pytest.mark.usefixtures("torus")
def test_keys_step_turn_and_choose(browser):
    now = "return Number(document.body.dataset.time)"
    browser.keys("body", "\ue014")  # right
    assert browser.run(now) == 0.5
    browser.keys("body", "\ue008\ue014")  # shift and right: ten
    assert browser.run(now) == 5.5
    browser.keys("body", " ")
    browser.until(f"{now} > 6")
    browser.keys("body", " ")
    browser.settle()
    still, before = browser.run(now), browser.picture()
    browser.keys("#view", "\ue012\ue012")  # left: turns the picture, not the time
    browser.settle()
    assert browser.picture() != before
    assert browser.run(now) == still
    browser.keys("#view", "]")
    assert "agent" in browser.until("return document.querySelector('#pick').textContent").lower()


@pytest.mark.usefixtures("torus")
def test_where_a_curve_is_pointed_at_the_film_goes(browser):
    from selenium.webdriver import ActionChains
    from selenium.webdriver.common.by import By

    over = browser.driver.find_element(By.CSS_SELECTOR, ".u-over")
    ActionChains(browser.driver).move_to_element_with_offset(over, over.size["width"] // 4, 0).click().perform()
    assert browser.run("return Number(document.body.dataset.time)") == pytest.approx(0.75 * 19.5, abs=0.3)


@pytest.mark.usefixtures("torus")
@pytest.mark.parametrize("control", ["paint", "trail", "shape"])
def test_every_choice_changes_the_picture(browser, control):
    browser.run("document.querySelector('#seek').focus()")
    browser.keys("#seek", END)
    browser.settle()
    seen = set()
    options = browser.run(f"return [...document.querySelector('#{control}').options].map((o) => o.value)")
    for option in options:
        browser.run(
            "const c = document.getElementById(arguments[0]); c.value = arguments[1];"
            "c.dispatchEvent(new Event('input')); c.dispatchEvent(new Event('change'));",
            control,
            option,
        )
        browser.settle()
        seen.add(browser.picture())
    assert len(seen) >= min(len(options), 3)  # of a short film the longest trails are one
    assert len(options) > 1


def test_the_saved_numbers_are_those_of_the_analysis(browser, torus, tmp_path):
    browser.driver.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(tmp_path)})
    browser.run("document.querySelector('#save').click()")
    browser.wait_for(lambda: list(tmp_path.glob("*.csv")))
    (saved,) = tmp_path.glob("*.csv")
    table = np.genfromtxt(saved, delimiter=",", names=True, usecols=(0, 1, 2))
    results = kadita.analyze(mill(), ["polarization", "rotation"])
    assert (table["time"] == results.times).all()
    for name in ("polarization", "rotation"):
        assert (table[name] == results[name]).all()
    assert [row["name"] for row in torus.runs[0]["series"]] == ["polarization", "rotation"]


def test_the_value_beside_a_long_curve_is_that_of_the_frame(browser, written, tmp_path):
    rng = np.random.default_rng(5)
    positions = rng.normal(size=(9000, 2, 3))
    school = kadita.Block(positions, times=np.arange(9000.0), dimensions=3)
    path = written(school, ["spread"], budget="1.4MB")
    opened(browser, path)
    made, spread = film(path).runs[0], kadita.analyze(school, ["spread"])["spread"]
    assert len(made["numbers"]) < 9000
    for index in (1, 57, len(made["numbers"]) - 1):
        browser.run("kadita.seek(arguments[0])", index)
        shown = float(browser.until("return document.querySelector('#curves b').textContent"))
        assert shown == pytest.approx(spread[made["numbers"][index]], rel=5e-3)
    browser.driver.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(tmp_path)})
    browser.run("document.querySelector('#save').click()")
    browser.wait_for(lambda: list(tmp_path.glob("*.csv")))
    table = np.genfromtxt(next(tmp_path.glob("*.csv")), delimiter=",", skip_header=1)
    assert (table[:, 0] == made["numbers"]).all()
    assert (table[:, 1] == spread[made["numbers"]]).all()


def test_without_webgl_the_school_is_drawn_all_the_same(browser_without_webgl, written):
    browser = browser_without_webgl
    path = written(mill(), ["polarization", "rotation"])
    opened(browser, path)
    assert "WebGL" in browser.run("return document.querySelector('#sorry').textContent")
    browser.keys("#seek", HOME)
    browser.settle()
    before = browser.picture()
    browser.keys("#seek", END)
    browser.settle()
    assert browser.picture() != before


def test_runs_stand_side_by_side_at_one_time(browser, written):
    runs = {"few": mill(20, 5), "many": mill(40, 30)}
    path = written(runs, ["polarization", "rotation"])
    opened(browser, path)
    assert [run["name"] for run in film(path).runs] == ["few", "many"]
    browser.keys("#seek", HOME)
    browser.settle()
    before = [browser.picture(view) for view in ("#view", "#view-1")]
    browser.keys("#seek", END)
    browser.settle()
    after = [browser.picture(view) for view in ("#view", "#view-1")]
    assert all(a != b for a, b in zip(before, after, strict=True))
    left, right = (
        browser.run(f"return document.querySelector('{v}').getBoundingClientRect().left") for v in ("#view", "#view-1")
    )
    assert left < right


def test_in_the_frame_of_a_notebook_it_plays_and_reaches_nothing_outside(browser, tmp_path):
    shown = kadita.show(mill(), ["polarization", "rotation"])
    notebook = tmp_path / "notebook.html"
    notebook.write_text(f"<!doctype html><title>notebook</title>{shown._repr_html_()}", encoding="utf-8")
    browser.driver.get(notebook.as_uri())
    browser.driver.switch_to.frame(0)
    try:
        browser.until("return document.body && document.body.dataset.ready")
        browser.until("return Number(document.body.dataset.time) > 0")
        assert (
            browser.run("try { return parent.document.title } catch (error) { return error.name }") == "SecurityError"
        )
    finally:
        browser.driver.switch_to.default_content()
    assert [message for message in browser.messages() if "Blocked a frame" not in message] == []


def test_a_phone_shows_all_of_it_in_its_width(browser, written):
    path = written(mill(), ["polarization", "rotation", "state"])
    phone = {"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": True}
    browser.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", phone)
    opened(browser, path)
    assert browser.run("return document.documentElement.scrollWidth") <= 390
    browser.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_who_asked_for_less_motion_gets_none_unasked(browser, written):
    path = written(mill(), ["polarization"])
    reduced = [{"name": "prefers-reduced-motion", "value": "reduce"}]
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": reduced})
    browser.open(path)
    assert browser.run("return document.querySelector('#play').ariaLabel") == "Play"
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


EVIL = """</script><script>window.evil = 1</script><img src=x onerror="window.evil = 2">'"&{{title}}"""


@pytest.mark.usefixtures("quiet")
def test_names_of_the_user_are_text_and_nothing_else(browser, written):
    attributes = {"note": EVIL, "length_unit": EVIL}
    school = mill(10, 3, agents=[EVIL, "b", "c"], species=[EVIL, "x", "x"], attributes=attributes)
    path = written({EVIL: school, "other": mill(10, 3, attributes=attributes)}, ["polarization"], title=EVIL)
    opened(browser, path)
    assert browser.run("return window.evil") is None
    assert browser.run("return document.querySelectorAll('img').length") == 0
    assert browser.run("return document.querySelector('h1').textContent") == EVIL
    assert film(path).runs[0]["ids"][0] == EVIL
    browser.keys("#view", "]")
    assert EVIL in browser.until("return document.querySelector('#pick').textContent")
    assert browser.messages() == []


@pytest.mark.usefixtures("torus")
def test_the_page_asks_for_nothing_and_runs_no_other_script(browser):
    told = browser.driver.execute_async_script(
        """const done = arguments[0], seen = [];
        addEventListener("securitypolicyviolation", (e) => seen.push(e.effectiveDirective));
        const other = document.createElement("script");
        other.textContent = "window.evil = 1";
        document.body.append(other);
        fetch("http://127.0.0.1:9/").catch(() => seen.push("fetch failed"));
        setTimeout(() => done([seen.sort(), window.evil]), 300);"""
    )
    assert told == [["connect-src", "fetch failed", "script-src-elem"], None]
    browser.messages(), browser.requests()  # of these attempts
