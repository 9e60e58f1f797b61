"""Work that is cut into tasks, and who does it: this process, processes of this machine, or a cluster's.

Tasks and what a function makes of them are small; the function is a module's own, found there by name. Whoever does it,
the same results come, in the order in which they are done.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from kadita.base.errors import KaditaError
from kadita.base.parallel.tasks import Function, Run


@contextmanager
def worker_pool(workers: int = 1, scheduler: str | None = None) -> Iterator[Run]:
    """Yield ``run(function, tasks)``, which yields the number of each task and its result as they are done.

        with worker_pool(workers=4) as run:
            for number, result in run(function, tasks):
                ...

    An error that the function raises ends the run and is raised as it is. A worker that dies is replaced, and its task
    done again. However slowly results are taken, few more tasks are under way than there are workers. No process
    of this machine outlives the ``with``, nor this process, however that ends.

    Args:
        workers: processes of this machine, with one thread each; 1 is this process itself, task by task as the results
            are taken.
        scheduler: address of a dask.distributed scheduler, such as ``tcp://host:8786``, in the place of those.

    Raises:
        KaditaError: workers that cannot be, a scheduler that does not answer, or a task that three workers died over.
    """
    if isinstance(workers, bool) or not isinstance(workers, int) or workers < 1:
        raise KaditaError(f"workers: expected a number of at least 1; got {workers!r}")
    if scheduler is not None and workers != 1:
        raise KaditaError("expected workers of this machine or a scheduler's; got both --workers and --scheduler")
    if scheduler is not None:
        from kadita.base.parallel.dask import cluster

        with cluster(scheduler) as run:
            yield run
    elif workers > 1:
        from kadita.base.parallel.processes import processes

        with processes(workers) as run:
            yield run
    else:
        yield one_by_one


def one_by_one(function: Function, tasks: Sequence[Any]) -> Iterator[tuple[int, Any]]:
    """Do each task here when its result is asked for."""
    for number, task in enumerate(tasks):
        yield number, function(task)
