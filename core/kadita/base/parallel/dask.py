"""Workers of a dask.distributed cluster, on any number of machines.

The cluster is not started or stopped here. Each worker process computes one task at a time on one thread, whatever its
number of threads: two parallel compiled functions must not run in one process at the same time.
"""

from __future__ import annotations

import asyncio
import logging
import platform
import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError, ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from functools import partial
from importlib import import_module
from importlib.metadata import version
from itertools import count, islice
from threading import Lock
from typing import Any
from uuid import uuid4

from kadita.base.errors import KaditaError, KaditaWarning
from kadita.base.parallel.tasks import Function, Run, threads, too_many_deaths

TIMEOUT = 10.0  # seconds for a scheduler to answer
AHEAD = 2  # submitted tasks per thread of the cluster: one running, one waiting
LEAST = 64  # submitted tasks for any number of threads: more workers may join
NOISY = ("distributed", "tornado")
_one_at_a_time = Lock()


@contextmanager
def cluster(address: str) -> Iterator[Run]:
    """Yield a function that runs tasks on the workers of a scheduler; see `kadita.base.parallel.worker_pool`.

    Raises:
        KaditaError: if dask.distributed is not installed, or the scheduler does not answer.
    """
    try:
        distributed: Any = import_module("distributed")
    except ImportError:
        raise KaditaError(
            "--scheduler: expected the package dask.distributed, which is not installed; pip install 'kadita[dask]'"
        ) from None
    with _quiet():
        client = _connected(distributed, address)
        if not client.nthreads():
            warnings.warn(f"{address}: there are no workers yet; waiting for them", KaditaWarning, stacklevel=3)
        with closing(client):
            yield partial(_run, distributed, client, address)


def _connected(distributed: Any, address: str) -> Any:
    try:
        with ThreadPoolExecutor(1) as thread:  # in a notebook, this thread already runs an event loop
            thread.submit(asyncio.run, _answers(distributed, address)).result()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about different versions: those that matter are compared with every task
            return distributed.Client(address, timeout=TIMEOUT, set_as_default=False)
    except OSError:
        why = f"no scheduler answers within {TIMEOUT:g} s"
    except (ValueError, TypeError) as error:
        why = f"expected the address of a scheduler, such as tcp://host:8786; {error}"
    except Exception:  # the answer of another kind of server can raise anything
        why = "the server at this address is not a dask scheduler"
    raise KaditaError(f"--scheduler {address}: {why}")


async def _answers(distributed: Any, address: str) -> None:
    """Ask a scheduler for its identity: a client that cannot connect logs much and takes long to close."""

    async def ask() -> None:
        keys = distributed.Security().get_connection_args("client")
        comm = await distributed.comm.connect(address, timeout=TIMEOUT, **keys)
        try:
            await comm.write({"op": "identity", "reply": True})
            await comm.read()
        finally:
            await comm.close()

    await asyncio.wait_for(ask(), TIMEOUT)


def _run(
    distributed: Any, client: Any, address: str, function: Function, tasks: Sequence[Any]
) -> Iterator[tuple[int, Any]]:
    expected, name = versions(), f"kadita-{uuid4().hex}"
    waiting, submitted = iter(range(len(tasks))), dict[str, int]()
    futures = distributed.as_completed(loop=client.loop)

    def submit_up_to(most: int) -> None:
        for number in islice(waiting, most - len(submitted)):
            future = client.submit(_compute, expected, function, tasks[number], key=f"{name}-{number}", pure=False)
            submitted[future.key] = number
            futures.add(future)

    try:
        most = _most(client)
        submit_up_to(most)
        for completed in count(1):
            if not submitted:
                return
            future = next(futures)
            number = submitted.pop(future.key)
            try:
                result = future.result()
            except distributed.KilledWorker as error:
                deaths, last = error.allowed_failures + 1, f"on {error.last_worker.address}"
                raise too_many_deaths(number, tasks[number], deaths, last) from None
            except CancelledError:
                raise KaditaError(f"--scheduler {address}: the connection was lost, or the scheduler ended") from None
            except (ModuleNotFoundError, RuntimeError) as error:
                missing = _missing_module(error)
                if missing is None:
                    raise
                raise KaditaError(
                    f"--scheduler {address}: the cluster lacks a package installed here: {missing}"
                ) from None
            future.release()  # so that the worker deletes the result
            most = most if completed % LEAST else _most(client)
            submit_up_to(most)
            yield number, result
    finally:
        with suppress(Exception):  # the scheduler may have ended
            client.cancel([future for future in futures.futures if not future.done()])


def _missing_module(error: BaseException | None) -> ModuleNotFoundError | None:
    """Return the cause of an error that is a failed import on the scheduler or a worker, if there is one."""
    while error is not None and not isinstance(error, ModuleNotFoundError):
        error = error.__cause__
    return error


def _most(client: Any) -> int:
    """Return the largest number of submitted tasks, for the current workers."""
    return max(LEAST, AHEAD * sum(client.nthreads().values()))


def _compute(expected: dict[str, str], function: Function, task: Any) -> Any:
    """Compute a task on a worker.

    Raises:
        KaditaError: if its versions are not those of the client, because results could differ.
    """
    found = versions()
    if found != expected:
        differ = [key for key in expected if found[key] != expected[key]]
        raise KaditaError(
            f"a worker on {platform.node()} differs: expected {_list(expected, differ)}; found {_list(found, differ)}"
        )
    with _one_at_a_time, threads(1):
        return function(task)


def versions() -> dict[str, str]:
    """Return the versions that results depend on."""
    return {"python": platform.python_version()} | {name: version(name) for name in ("kadita", "numpy", "numba")}


def _list(versions: dict[str, str], names: list[str]) -> str:
    return ", ".join(f"{name} {versions[name]}" for name in names)


@contextmanager
def _quiet() -> Iterator[None]:
    """Disable the logs of dask.distributed, because kadita reports errors in one line."""
    loggers = [logging.getLogger(name) for name in logging.root.manager.loggerDict if name.split(".")[0] in NOISY]
    before = [logger.disabled for logger in loggers]
    for logger in loggers:
        logger.disabled = True
    try:
        yield
    finally:
        for logger, disabled in zip(loggers, before, strict=True):
            logger.disabled = disabled
