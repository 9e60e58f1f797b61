"""What tests of workers share: a module that workers find by name, and a cluster of processes of their own."""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import pytest

HERE = Path(__file__).resolve().parent


class Cluster(NamedTuple):
    """A scheduler, its address, its workers, and how to hire another."""

    scheduler: subprocess.Popen[bytes]
    address: str
    workers: list[subprocess.Popen[bytes]]
    hire: Callable[[], subprocess.Popen[bytes]]


@pytest.fixture
def crafts(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The module crafts.py, which workers find on the path of this process."""
    monkeypatch.syspath_prepend(str(HERE))
    return importlib.import_module("crafts")


@pytest.fixture(scope="module")  # one that waits for the end of all tests takes a tenth of a processor meanwhile
def start_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Cluster]]:
    """Start a scheduler and workers, TCP on loopback, that end with the tests of a module."""
    with contextlib.ExitStack() as ends:

        def start(workers: int = 2, **settings: str) -> Cluster:
            folder = tmp_path_factory.mktemp("cluster")
            where = folder / "scheduler.json"
            soon = {"DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "4s"}  # until a worker that was killed is missed
            environment = os.environ | {"PYTHONPATH": str(HERE)} | soon | settings

            def program(name: str, *words: str) -> subprocess.Popen[bytes]:
                log = ends.enter_context((folder / f"{name}-{time.monotonic_ns()}.log").open("wb"))
                process = subprocess.Popen(
                    [sys.executable, "-m", f"distributed.cli.dask_{name}", "--scheduler-file", str(where), *words],
                    stdout=log,
                    stderr=log,
                    env=environment,
                    cwd=folder,
                )
                ends.callback(process.wait)
                ends.callback(process.kill)
                return process

            def hire() -> subprocess.Popen[bytes]:
                return program("worker", "--nthreads", "1", "--no-nanny", "--no-dashboard")

            scheduler = program("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")
            hired = [hire() for _ in range(workers)]
            until = time.monotonic() + 60
            while time.monotonic() < until:
                with contextlib.suppress(OSError, ValueError):
                    address = json.loads(where.read_text())["address"]
                    if all(b"Registered to" in log.read_bytes() for log in folder.glob("worker-*.log")):
                        return Cluster(scheduler, address, hired, hire)
                time.sleep(0.05)
            raise TimeoutError("the cluster did not start")

        yield start


@pytest.fixture(scope="module")
def kept() -> list[Cluster]:
    """The clusters that were started for the tests of a module."""
    return []


@pytest.fixture
def cluster(start_cluster: Callable[..., Cluster], kept: list[Cluster]) -> Cluster:
    """A cluster with two workers; a new one where a test before killed one of them."""
    if not kept or any(worker.poll() is not None for worker in kept[-1].workers):
        kept.append(start_cluster())
    return kept[-1]
