"""The picture of the report of the README's first school, as a browser shows it: docs/report.png."""

from __future__ import annotations

import io
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from PIL import Image
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

HERE = Path(__file__).resolve().parent
OUTPUT = HERE.parents[1] / "docs" / "report.png"
KADITA = Path(sys.executable).parent / "kadita"
COMMANDS = (
    "run torus --every 20 --seed 1 -o school.nc",
    "report school.nc -o school.html",
)
SIZE = (1280, 900)  # pixels of the window
SECONDS = 88  # of the school's time


def browser() -> webdriver.Chrome:
    """Return Debian's Chromium without a window."""
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for flag in ("--headless=new", "--no-sandbox", "--enable-unsafe-swiftshader", f"--window-size={SIZE[0]},{SIZE[1]}"):
        options.add_argument(flag)
    return webdriver.Chrome(options, Service("/usr/bin/chromedriver"))


def opened(driver: webdriver.Chrome, page: Path) -> None:
    """Open a page and wait until it is ready."""
    driver.get(page.as_uri() + "#fixed")
    while not driver.execute_script("return document.body && document.body.dataset.ready"):
        time.sleep(0.05)


def main() -> None:
    """Run the README's commands in an empty folder, open the page, and write its picture."""
    with tempfile.TemporaryDirectory() as folder:
        for command in COMMANDS:
            subprocess.run([KADITA, *command.split()], cwd=folder, check=True)
        driver = browser()
        opened(driver, Path(folder) / "school.html")
        driver.execute_script(
            "document.documentElement.style.overflow = 'hidden';"
            "const { times } = JSON.parse(document.getElementById('data').textContent).runs[0];"
            f"kadita.seek(times.findIndex((t) => t >= {SECONDS}));"
        )
        time.sleep(2)  # at rest, edges are smoothed
        shot = Image.open(io.BytesIO(driver.get_screenshot_as_png())).convert("RGB")
        driver.quit()
    shot.save(OUTPUT, optimize=True)
    print(f"{OUTPUT.relative_to(HERE.parents[1])}: {OUTPUT.stat().st_size / 1e3:.0f} kB")


if __name__ == "__main__":
    main()
