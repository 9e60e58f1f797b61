"""What runs in the child process: it calls the functions that are asked of it, one after the other."""

from __future__ import annotations

import os
import pickle
import warnings
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from queue import SimpleQueue
from threading import Thread
from typing import Any

from kadita.base.errors import describe_error
from kadita.base.parallel.interpreter import pipe_of
from kadita.io.isolated import shared_memory
from kadita.io.isolated.limits import Allowance, Limits


def serve(name: str, memory_number: str | None = None) -> None:
    """Answer the requests from the pipe of this name until the pipe ends, also in the midst of a request."""
    pipe = pipe_of(name)
    memory = shared_memory.mapped(int(memory_number)) if memory_number is not None else None
    messages: SimpleQueue[bytes] = SimpleQueue()
    Thread(target=_receive, args=(pipe, messages), daemon=True).start()
    limits = Limits()
    with suppress(OSError):
        while True:
            half, *request = pickle.loads(messages.get())
            outcome = _outcome(limits, *request)
            try:
                shared_memory.send(pipe, memory, half, outcome, messages.get)
            except (BrokenPipeError, ConnectionResetError):
                break
            except Exception as error:  # not every result can be pickled
                shared_memory.send(pipe, memory, half, (False, RuntimeError(describe_error(error)), []), messages.get)
    os._exit(0)


def _receive(pipe: Connection[Any, Any], messages: SimpleQueue[bytes]) -> None:
    """Receive requests until the pipe ends, and end this process then."""
    with suppress(EOFError, OSError):
        while True:
            messages.put(pipe.recv_bytes())
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
