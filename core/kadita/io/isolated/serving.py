"""What runs in the child process: it calls the functions that are asked of it, one after the other."""

from __future__ import annotations

import os
import pickle
import select
import warnings
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from threading import Thread
from typing import Any

from kadita.base.errors import describe_error
from kadita.io.isolated import shared_memory
from kadita.io.isolated.limits import Allowance, Limits


def serve(number: int, memory_number: int) -> None:
    """Answer the requests from the pipe with this file descriptor until the pipe ends."""
    pipe: Connection[Any, Any] = Connection(number)
    memory = shared_memory.mapped(memory_number)
    Thread(target=_end_with_parent, args=(number,), daemon=True).start()
    limits = Limits()
    with suppress(EOFError, OSError):
        while True:
            half, *request = pickle.loads(pipe.recv_bytes())
            outcome = _outcome(limits, *request)
            try:
                shared_memory.send(pipe, memory, half, outcome)
            except (EOFError, BrokenPipeError, ConnectionResetError):
                break
            except Exception as error:  # not every result can be pickled
                shared_memory.send(pipe, memory, half, (False, RuntimeError(describe_error(error)), []))
    os._exit(0)


def _end_with_parent(number: int) -> None:
    """End this process as soon as the other end of the pipe is closed, also in the midst of a request."""
    poll = select.poll()
    poll.register(number, 0)  # the end of the pipe is always reported
    poll.poll()
    os._exit(0)


def _outcome(
    limits: Limits, folder: str | None, function: Callable[..., Any], arguments: tuple[Any, ...], allowance: Allowance
) -> tuple[bool, Any, list[tuple[str, Any]]]:
    """Return whether a call succeeded, its result or error, and the warnings in it."""
    with warnings.catch_warnings(record=True) as caught:
        try:
            limits.begin(allowance)
            if folder is not None:
                os.chdir(folder)  # where the caller is, for relative paths
            succeeded, result = True, function(*arguments)
        except Exception as error:
            succeeded, result = False, _sendable(error)
    return succeeded, result, [(str(w.message), w.category) for w in caught]


def _sendable(error: Exception) -> Exception:
    try:
        pickle.loads(pickle.dumps(error.with_traceback(None)))
    except Exception:
        return RuntimeError(describe_error(error))
    return error
