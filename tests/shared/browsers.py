"""A real browser for tests: chromium, with what it logs and asks for."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

CHROMIUM, DRIVER = "/usr/bin/chromium", "/usr/bin/chromedriver"
SOFTWARE = ("--headless=new", "--no-sandbox", "--enable-unsafe-swiftshader", "--window-size=1200,820")


class Browser:
    """Chromium with a report in it."""

    def __init__(self, *options: str) -> None:
        from selenium import webdriver
        from selenium.webdriver.chrome.service import Service

        chosen = webdriver.ChromeOptions()
        chosen.binary_location = CHROMIUM
        for option in (*SOFTWARE, *options):
            chosen.add_argument(option)
        chosen.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        self.driver = webdriver.Chrome(chosen, Service(DRIVER))

    def open(self, page: Path) -> None:
        """Open a page from its file, and wait until it is ready."""
        self.messages(), self.requests()
        self.driver.get(page.as_uri())
        self.until("return document.body && document.body.dataset.ready")

    def run(self, script: str, *arguments: Any) -> Any:
        return self.driver.execute_script(script, *arguments)

    def until(self, script: str, seconds: float = 30.0) -> Any:
        """Run a script until it returns something true, and return that."""
        end = time.monotonic() + seconds
        while not (found := self.run(script)):
            assert time.monotonic() < end, (script, self.messages())
            time.sleep(0.02)
        return found

    def wait_for(self, happened: Callable[[], Any], seconds: float = 30.0) -> None:
        """Wait for something outside of the page."""
        end = time.monotonic() + seconds
        while not happened():
            assert time.monotonic() < end
            time.sleep(0.02)

    def messages(self) -> list[str]:
        """Errors of the console since this was asked last."""
        return [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] == "SEVERE"]

    def requests(self) -> list[str]:
        """Addresses that were asked for since this was asked last."""
        events = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        return [e["params"]["request"]["url"] for e in events if e["method"] == "Network.requestWillBeSent"]

    def picture(self, selector: str = "#view") -> bytes:
        from selenium.webdriver.common.by import By

        return self.driver.find_element(By.CSS_SELECTOR, selector).screenshot_as_png

    def keys(self, selector: str, *keys: str) -> None:
        from selenium.webdriver.common.by import By

        self.driver.find_element(By.CSS_SELECTOR, selector).send_keys(*keys)

    def settle(self) -> None:
        """Wait until two frames have been drawn."""
        self.driver.execute_async_script("requestAnimationFrame(() => requestAnimationFrame(arguments[0]))")


def started(*options: str) -> Iterator[Browser]:
    pytest.importorskip("selenium")
    if not Path(CHROMIUM).exists() or not Path(DRIVER).exists():
        pytest.skip("no browser; on Debian: apt-get install chromium chromium-driver")
    browser = Browser(*options)
    yield browser
    browser.driver.quit()
