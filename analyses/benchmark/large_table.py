"""Convert and analyze a CSV larger than the memory that is allowed: ``python large_table.py``.

Tables are made on the fly, with the rows sorted by time, by animal, and in random order. For each, the wall time and
the peak resident memory of the command are printed; the exit status is 1 where a limit is missed.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np

ANIMALS, ROWS_AT_ONCE = 100, 1_000_000
BYTES_A_ROW = 37  # about, of the rows that `make` writes
MEMORY, SPEED = 500, 40  # MiB at most, MB/s at least
ORDERS = ("time", "animal", "random")
UNITS = ("--length-unit", "mm", "--time-unit", "s")


def main() -> int:
    """Measure; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gigabytes", type=float, default=2.0, help="size of each table")
    parser.add_argument("--order", choices=ORDERS, action="append", help="one order alone; may be repeated")
    options = parser.parse_args()
    frames = max(2, int(options.gigabytes * 1e9 / BYTES_A_ROW / ANIMALS))
    missed = False
    with tempfile.TemporaryDirectory() as folder:
        for order in options.order or ORDERS:
            table, output = Path(folder, "table.csv"), Path(folder, "table.nc")
            with ProcessPoolExecutor(1, get_context("spawn")) as apart:  # a child's peak is at least its parent's size
                apart.submit(make, table, frames, order).result()
            size = table.stat().st_size / 1e6
            convert = ("convert", str(table), str(output), *UNITS, "--force")
            analyze = ("analyze", str(table), *UNITS, "-m", "polarization")
            for words, fast in ((convert, True), (analyze, False)):
                seconds, peak, status = measured(folder, *words)
                speed = size / seconds
                good = status == 0 and peak < MEMORY and (speed >= SPEED or not fast)
                missed |= not good
                print(
                    f"{words[0]:8} by {order:6} {size:6.0f} MB  {seconds:6.1f} s  {speed:6.1f} MB/s  "
                    f"peak {peak:4.0f} MiB{'' if good else '  MISSED'}",
                    flush=True,
                )
    return int(missed)


def make(path: Path, frames: int, order: str) -> None:
    """Write a table of animals that walk at random."""
    import pandas

    rng = np.random.default_rng(1)
    rows = frames * ANIMALS
    number = rng.permutation(rows) if order == "random" else None
    names = np.array([f"fish {i:02d}" for i in range(ANIMALS)])
    with path.open("w", encoding="utf-8") as file:
        file.write("agent,time,x,y\n")
        for first in range(0, rows, ROWS_AT_ONCE):
            here = (
                np.arange(first, min(first + ROWS_AT_ONCE, rows)) if number is None else number[first:][:ROWS_AT_ONCE]
            )
            agent, frame = divmod(here, frames) if order == "animal" else divmod(here, ANIMALS)[::-1]
            x, y = (10 * agent + 300 * np.sin(frame / 5e3 + k) + rng.normal(size=len(here)) for k in (0, 1))
            part = pandas.DataFrame({"agent": names[agent], "time": frame / 25, "x": x, "y": y})
            part.to_csv(file, header=False, index=False, float_format="%.4f")


def measured(folder: str, *words: str) -> tuple[float, float, int]:
    """Run kadita; return seconds, the peak resident memory of its process in MiB, and its exit status."""
    with Path(folder, "said").open("w") as said:
        start = time.perf_counter()
        child = os.posix_spawn(
            sys.executable,
            [sys.executable, "-m", "kadita", *words],
            os.environ,
            file_actions=[(os.POSIX_SPAWN_DUP2, said.fileno(), 1), (os.POSIX_SPAWN_DUP2, said.fileno(), 2)],
        )
        _, status, usage = os.wait4(child, 0)
    code = os.waitstatus_to_exitcode(status)
    if code:
        print(Path(folder, "said").read_text()[-500:])
    return time.perf_counter() - start, usage.ru_maxrss / 1024, code


if __name__ == "__main__":
    sys.exit(main())
