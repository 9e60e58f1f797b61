"""Arrays from one process to the other, through a file in memory that both have mapped.

A reply is pickled; the memory of its arrays is not, but is copied through the shared memory, in pieces where there is
more. There are two halves, so that one is filled while the other is copied. The file has no name, so that nothing is
left behind, however the processes end. Where a process inherits no files, the pieces come through the pipe.
"""

from __future__ import annotations

import itertools
import mmap
import os
import pickle
import tempfile
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection
from typing import Any

import numpy as np

SIZE = 1 << 26  # bytes of a half: more than a block of positions and velocities
HALVES = 2


def create() -> int:
    """Return the file descriptor of a file in memory, or of an unlinked file where the system has none in memory."""
    if hasattr(os, "memfd_create"):
        number = os.memfd_create("kadita")
    else:
        with tempfile.TemporaryFile() as file:
            number = os.dup(file.fileno())
    os.ftruncate(number, HALVES * SIZE)
    return number


def mapped(number: int) -> mmap.mmap:
    """Map the file with this descriptor, which is closed."""
    memory = mmap.mmap(number, HALVES * SIZE)
    os.close(number)
    return memory


def send(
    pipe: Connection[Any, Any], memory: mmap.mmap | None, half: int, value: Any, copied: Callable[[], Any]
) -> None:
    """Send a value to the other process, through this half of the memory.

    Args:
        pipe: this end of the pipe.
        memory: the shared memory, if there is one.
        half: of the memory.
        value: what is sent.
        copied: function that returns when the other process has copied a piece.

    Raises:
        Exception: it cannot be pickled; nothing is sent then.
    """
    buffers: list[pickle.PickleBuffer] = []
    body = pickle.dumps(value, 5, buffer_callback=buffers.append)
    views = [buffer.raw() for buffer in buffers]
    pipe.send_bytes(pickle.dumps([len(view) for view in views]))
    pipe.send_bytes(body)
    for number, piece in enumerate(_pieces(views)):
        if memory is None:
            for part in piece:
                pipe.send_bytes(part)
            continue
        if number:
            copied()
        at = half * SIZE
        for part in piece:
            memory[at : at + len(part)] = part
            at += len(part)
        pipe.send_bytes(b"")


def receive(
    pipe: Connection[Any, Any],
    memory: mmap.mmap | None,
    half: int,
    wait: Callable[[], None],
    arrived: Callable[[], None],
) -> Any:
    """Return a value from the other process.

    Args:
        pipe: this end of the pipe.
        memory: the shared memory, if there is one.
        half: of the memory, through which it comes.
        wait: function that returns when there is something in the pipe, or raises.
        arrived: called when all is there and only remains to be copied; the pipe can then be used again.
    """
    wait()
    sizes = pickle.loads(pipe.recv_bytes())
    wait()
    body = pipe.recv_bytes()
    arrays = [np.empty(size, np.uint8) for size in sizes]
    pieces = list(_pieces([array.data for array in arrays]))
    if memory is None:
        for part in itertools.chain.from_iterable(pieces):
            wait()
            pipe.recv_bytes_into(part)
        pieces = []
    shared = memoryview(b"" if memory is None else memory)
    if not pieces:
        arrived()
    for number, piece in enumerate(pieces, 1):
        if number > 1:
            pipe.send_bytes(b"")
        wait()
        pipe.recv_bytes()
        if number == len(pieces):
            arrived()
        at = half * SIZE
        for part in piece:
            part[:] = shared[at : at + len(part)]
            at += len(part)
    return pickle.loads(body, buffers=arrays)


def _pieces(views: Sequence[memoryview]) -> Iterator[list[memoryview]]:
    """Yield parts of these views, in order, that fill the shared memory together."""
    piece: list[memoryview] = []
    room = SIZE
    for view in views:
        at = 0
        while at < len(view):
            part = view[at : at + room]
            piece.append(part)
            at, room = at + len(part), room - len(part)
            if room == 0:
                yield piece
                piece, room = [], SIZE
    if piece:
        yield piece
