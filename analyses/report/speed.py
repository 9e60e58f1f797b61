"""How large reports are, how soon they can be used, and how many frames a second they draw, without a GPU."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from picture import browser, opened

import kadita
from kadita.evaluation.report.report import report

SCHOOLS = {200: 501, 1000: 501, 5000: 101}  # agents: frames
EVERY = 10  # steps between frames
WATCHED = 5.0  # seconds


def main() -> None:
    """Print a row for each school."""
    driver = browser()
    print("agents frames   MB  ready (ms)  unpacked (ms)  frames a second  shape")
    with tempfile.TemporaryDirectory() as folder:
        for agents, frames in SCHOOLS.items():
            run = kadita.run(
                "torus", agents=agents, steps=EVERY * (frames - 1), every=EVERY, seed=1, output=f"{folder}/{agents}.nc"
            )
            page = Path(folder) / f"{agents}.html"
            report(run, page, ["polarization", "rotation", "state"])
            opened(driver, page)
            ready, unpacked = (
                driver.execute_script(f"return Number(document.body.dataset.{k})") for k in ("ready", "unpacked")
            )
            time.sleep(1.0)
            drawn = [driver.execute_script("return [performance.now(), Number(document.body.dataset.drawn)]")]
            time.sleep(WATCHED)
            drawn.append(driver.execute_script("return [performance.now(), Number(document.body.dataset.drawn)]"))
            rate = 1000 * (drawn[1][1] - drawn[0][1]) / (drawn[1][0] - drawn[0][0])
            shape = driver.execute_script("return document.getElementById('shape').value")
            size = page.stat().st_size / 1e6
            print(f"{agents:6} {frames:6} {size:4.1f} {ready:10.0f} {unpacked:14.0f} {rate:16.0f}  {shape}", flush=True)
    driver.quit()


if __name__ == "__main__":
    main()
