"""Run kadita again and again in forked processes, and kill each at a random moment.

    python killed_runs.py FOLDER SEED CASE...

A case is JSON: name, scenario, agents, frames, block (frames written together), checkpoints (one after each block),
and kills. Most kills come at any moment of a run. Writes are short and seldom hit so; every third child therefore holds
still in the midst of a random one, some of whose bytes are in the file, and is killed there.

Writes FOLDER/NAME.nc, which nobody interrupts, and FOLDER/NAME-K/school.nc for each kill, and prints a line of JSON for
each: what the child had reported, through shared memory, when it died. Imports and compiled code are paid for once.
"""

from __future__ import annotations

import json
import mmap
import os
import random
import signal
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

import kadita
from kadita.plugins.loading import load_registry

REPORTED, WRITES, HOLDS = 0, 1, 2  # frames written, writes begun, whether it holds still: what a child says of itself
NEVER = (0, 0.0)
REGISTRY = load_registry()
counts = np.frombuffer(mmap.mmap(-1, mmap.PAGESIZE), dtype=np.int64)  # shared with the children


def run(path: Path, case: dict[str, Any]) -> None:
    options = {"agents": case["agents"], "steps": case["frames"] - 1, "every": 1, "seed": case["seed"]}
    with kadita.simulate(case["scenario"], registry=REGISTRY, **options) as school:
        school.record(path, checkpoint_every=0 if case["checkpoints"] else 1e9)
        school.send_to(report)  # called once the block is written
        for _ in school.stream(case["block"]):
            pass


def report(block: kadita.Block) -> None:
    counts[REPORTED] = block.frames[-1] + 1


def count_writes(number: int, part: float) -> None:
    """Count writes; hold still in the one of this number, when this part of it is done."""
    write = os.pwrite

    def counted(file: int, content: Any, at: int) -> int:
        counts[WRITES] += 1
        if counts[WRITES] == number:
            few = len(content) <= 4  # one number is written at once, or not at all
            write(file, content[: round(part) * len(content) if few else int(part * len(content))], at)
            counts[HOLDS] = 1
            time.sleep(600)
        return write(file, content, at)

    os.pwrite = counted


def fork(path: Path, case: dict[str, Any], held: tuple[int, float]) -> int:
    counts[:3] = 0
    pid = os.fork()
    if pid == 0:
        try:
            count_writes(*held)
            run(path, case)
        finally:
            os._exit(0)
    return pid


def kill_runs(folder: Path, case: dict[str, Any]) -> None:
    name, chance = case["name"], random.Random(f"{case['name']} {case['seed']}")
    run(folder / f"{name}.nc", case)  # compiles what is not compiled
    began = time.perf_counter()
    (folder / f"{name}-trial").mkdir()
    os.waitpid(fork(folder / f"{name}-trial" / "school.nc", case, NEVER), 0)
    lasts, writes, killed = time.perf_counter() - began, int(counts[WRITES]), 0
    while killed < case["kills"]:
        path = folder / f"{name}-{killed}" / "school.nc"
        path.parent.mkdir(exist_ok=True)
        held = (chance.randint(1, writes), chance.random()) if killed % 3 == 0 else NEVER
        pid = fork(path, case, held)
        if held is NEVER:
            time.sleep(chance.uniform(0, lasts))
        else:
            ends = time.monotonic() + 60
            while not counts[HOLDS] and time.monotonic() < ends:
                time.sleep(1e-3)
        os.kill(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
        if not os.WIFSIGNALED(status):  # it had come to its end
            for left in path.parent.iterdir():
                left.unlink()
            continue
        said = {"case": name, "path": str(path), "pid": pid, "held": bool(counts[HOLDS])}
        print(json.dumps(said | {"reported": int(counts[REPORTED])}))
        killed += 1


for text in sys.argv[3:]:
    kill_runs(Path(sys.argv[1]), json.loads(text) | {"seed": int(sys.argv[2])})
