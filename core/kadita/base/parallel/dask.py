"""Workers of a dask.distributed cluster, on any number of machines.

The cluster is somebody else's: nothing of it is started or ended here. A worker's process does one task at a time, on
one thread, whatever threads it was given: compiled code that is parallel itself must not run twice at once in one.
"""

from __future__ import annotations

import asyncio
import logging
import platform
import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from importlib import import_module
from importlib.metadata import version
from itertools import count, islice
from threading import Lock
from typing import Any
from uuid import uuid4

from kadita.base.errors import KaditaError, KaditaWarning
from kadita.base.parallel.tasks import Function, Run, threads, too_many_deaths

PATIENCE = 10.0  # seconds in which a scheduler answers
AHEAD = 2  # tasks under way for each thread of the cluster: one at work, one at hand
LEAST = 64  # tasks under way, whatever their number: more workers may come
NOISY = ("distributed", "tornado")
_one_at_a_time = Lock()


@contextmanager
def cluster(address: str) -> Iterator[Run]:
    """Yield what runs tasks on the workers of this scheduler; see `kadita.base.parallel.crew`.

    Raises:
        KaditaError: dask.distributed is not installed, or the scheduler does not answer.
    """
    try:
        distributed: Any = import_module("distributed")
    except ImportError:
        raise KaditaError(
            "--scheduler: expected the package dask.distributed, and it is not installed; pip install 'kadita[dask]'"
        ) from None
    with _quiet():
        client = _connected(distributed, address)
        if not client.nthreads():
            warnings.warn(f"{address}: there are no workers yet; waiting for them", KaditaWarning, stacklevel=3)

        def run(function: Function, tasks: Sequence[Any]) -> Iterator[tuple[int, Any]]:
            return _run(distributed, client, address, function, tasks)

        try:
            yield run
        finally:
            client.close()


def _connected(distributed: Any, address: str) -> Any:
    try:
        with ThreadPoolExecutor(1) as thread:  # a notebook's own thread runs a loop already
            thread.submit(asyncio.run, _answers(distributed, address)).result()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of versions that differ: those that matter are compared task by task
            return distributed.Client(address, timeout=PATIENCE, set_as_default=False)
    except OSError:
        why = f"no scheduler answers within {PATIENCE:g} s"
    except (ValueError, TypeError) as error:
        why = f"expected the address of a scheduler, such as tcp://host:8786; {error}"
    except Exception:  # what somebody else's server says can be taken for anything
        why = "what answers there is no dask scheduler"
    raise KaditaError(f"--scheduler {address}: {why}")


async def _answers(distributed: Any, address: str) -> None:
    """Ask a scheduler who it is: a client that cannot connect says so at length, and is slow to go away."""

    async def ask() -> None:
        keys = distributed.Security().get_connection_args("client")
        comm = await distributed.comm.connect(address, timeout=PATIENCE, **keys)
        try:
            await comm.write({"op": "identity", "reply": True})
            await comm.read()
        finally:
            await comm.close()

    await asyncio.wait_for(ask(), PATIENCE)


def _run(
    distributed: Any, client: Any, address: str, function: Function, tasks: Sequence[Any]
) -> Iterator[tuple[int, Any]]:
    here, name = versions(), f"kadita-{uuid4().hex}"
    waiting, under_way = iter(range(len(tasks))), dict[str, int]()
    futures = distributed.as_completed(loop=client.loop)

    def hand_out(most: int) -> None:
        for number in islice(waiting, most - len(under_way)):
            future = client.submit(_do, here, function, tasks[number], key=f"{name}-{number}", pure=False)
            under_way[future.key] = number
            futures.add(future)

    try:
        most = _most(client)
        hand_out(most)
        for done in count(1):
            if not under_way:
                return
            future = next(futures)
            number = under_way.pop(future.key)
            try:
                result = future.result()
            except distributed.KilledWorker as error:
                deaths, last = error.allowed_failures + 1, f"on {error.last_worker.address}"
                raise too_many_deaths(number, tasks[number], deaths, last) from None
            except CancelledError:
                raise KaditaError(f"--scheduler {address}: the connection was lost, or the scheduler ended") from None
            except (ModuleNotFoundError, RuntimeError) as error:
                lacking = _lacking(error)
                if lacking is None:
                    raise
                raise KaditaError(
                    f"--scheduler {address}: the cluster lacks what is installed here: {lacking}"
                ) from None
            future.release()  # and with it what the worker keeps
            most = most if done % LEAST else _most(client)
            hand_out(most)
            yield number, result
    finally:
        with suppress(Exception):  # of a scheduler that is no more
            client.cancel([future for future in futures.futures if not future.done()])


def _lacking(error: BaseException | None) -> ModuleNotFoundError | None:
    """Return what of an error says that a scheduler or a worker could not import what it was given."""
    while error is not None and not isinstance(error, ModuleNotFoundError):
        error = error.__cause__
    return error


def _most(client: Any) -> int:
    """Return how many tasks are under way at most; workers come and go."""
    return max(LEAST, AHEAD * sum(client.nthreads().values()))


def _do(expected: dict[str, str], function: Function, task: Any) -> Any:
    """Do a task on a worker.

    Raises:
        KaditaError: its versions are not those that gave the task, so that neither might be its results.
    """
    found = versions()
    if found != expected:
        differ = [key for key in expected if found[key] != expected[key]]
        raise KaditaError(
            f"a worker on {platform.node()} differs: expected {_said(expected, differ)}; found {_said(found, differ)}"
        )
    with _one_at_a_time, threads(1):
        return function(task)


def versions() -> dict[str, str]:
    """What results depend on."""
    return {"python": platform.python_version()} | {name: version(name) for name in ("kadita", "numpy", "numba")}


def _said(versions: dict[str, str], names: list[str]) -> str:
    return ", ".join(f"{name} {versions[name]}" for name in names)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the package's log off stderr, where a line of our own says what is wrong."""
    loggers = [logging.getLogger(name) for name in logging.root.manager.loggerDict if name.split(".")[0] in NOISY]
    before = [logger.disabled for logger in loggers]
    for logger in loggers:
        logger.disabled = True
    try:
        yield
    finally:
        for logger, disabled in zip(loggers, before, strict=True):
            logger.disabled = disabled
