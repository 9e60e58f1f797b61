"""Tasks, computed in this process, in other processes of this machine, or on a cluster.

Tasks and results are small; the function is pickled by name, so it must be defined in a module. Results are the same
for any number of workers, and are yielded in the order in which they are completed.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from kadita.base.errors import KaditaError
from kadita.base.parallel.tasks import Function, Run

AT_MOST = 60 if os.name == "nt" else sys.maxsize  # for so many processes Windows can wait at a time


def worker_pool(workers: int = 1, scheduler: str | None = None) -> AbstractContextManager[Run]:
    """Provide ``run(function, tasks)``, which yields the number and result of each task as it is completed.

        with worker_pool(workers=4) as run:
            for number, result in run(function, tasks):
                ...

    An error of the function ends the run and is raised unchanged. A worker that dies is replaced, and its task is
    repeated. Only slightly more tasks are submitted than there are workers, even if results are consumed slowly. Worker
    processes of this machine end with the ``with`` block, and with this process, even if it is killed.

    Args:
        workers: number of processes of this machine, with one thread each; 1 computes in this process, one task
            whenever the next result is requested.
        scheduler: address of a dask.distributed scheduler, such as ``tcp://host:8786``, instead of local processes.

    Raises:
        KaditaError: if `workers` is invalid, the scheduler does not answer, or three workers died on one task.
    """
    if isinstance(workers, bool) or not isinstance(workers, int) or workers < 1:
        raise KaditaError(f"workers: expected a number of at least 1; got {workers!r}")
    if scheduler is not None and workers != 1:
        raise KaditaError("expected workers of this machine or a scheduler's; got both --workers and --scheduler")
    if scheduler is not None:
        from kadita.base.parallel.dask import cluster

        return cluster(scheduler)
    if workers > AT_MOST:
        raise KaditaError(f"workers: expected at most {AT_MOST} on Windows; got {workers}; a scheduler can have more")
    if workers > 1:
        from kadita.base.parallel.processes import processes

        return processes(workers)
    return nullcontext(one_by_one)


def one_by_one(function: Function, tasks: Sequence[Any]) -> Iterator[tuple[int, Any]]:
    """Compute each task in this process when its result is requested."""
    for number, task in enumerate(tasks):
        yield number, function(task)
