"""An object that lives in the child process: opened there, asked there, and opened again if the process had to end."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path
from typing import Any
from weakref import finalize

import numpy as np

from kadita.io.isolated.child import Asking, Child, Reply, child
from kadita.io.isolated.limits import Allowance
from kadita.school.neighbors import Integers

_keys = count()
_closed: deque[int] = deque()  # keys of objects that are to be closed with the next request
_objects: dict[int, Any] = {}  # in the child process: its objects


class Remote:
    """A file that the child process has open.

    Args:
        opener: function that opens it, defined in a module.
        arguments: of `opener`.
        describe: function of the opened object; returns what this process needs to know, as `described`.
        files: what is read, for messages and limits; the first one is named.
        by: which library reads it.

    Raises:
        KaditaError: it cannot be opened.
    """

    def __init__(
        self,
        opener: Callable[..., Any],
        arguments: tuple[Any, ...],
        *,
        describe: Callable[[Any], Any],
        files: Sequence[Path],
        by: str,
    ) -> None:
        self._how = opener, arguments, describe
        self._asking = Asking(str(files[0]), by, Allowance.of(files))
        self._key = next(_keys)
        self._child: Child | None = None
        self._ahead: tuple[Integers, Reply] | None = None
        self._last = -1
        self._end = finalize(self, _closed.append, self._key)
        self.described = self._open()

    def _open(self) -> Any:
        process = child()
        opened = process.request(_open, (_taken(), self._key, *self._how), self._asking).result()
        self._child = process
        return opened

    def start(self, function: Callable[..., Any], *arguments: Any) -> Reply:
        """Ask for ``function(object, *arguments)``; the function is defined in a module."""
        if self._child is None or self._child is not child():  # it ended, for this file or another one
            self._open()
        assert self._child is not None
        return self._child.request(_call, (_taken(), self._key, function, *arguments), self._asking)

    def call(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Return ``function(object, *arguments)``.

        Raises:
            KaditaError: it raised one, or the process ended.
        """
        return self.start(function, *arguments).result()

    def read(self, function: Callable[[Any, Integers], Any], frames: Integers, n_frames: int) -> Any:
        """Return ``function(object, frames)``; what most likely comes next is read meanwhile.

        That is as many frames in the same steps, up to `n_frames`, where these frames follow the last ones or are the
        first ones of the file.
        """
        if len(frames) == 0:
            return self.call(function, frames)
        ahead, self._ahead = self._ahead, None
        if ahead is not None and np.array_equal(ahead[0], frames) and not ahead[1].lost:
            reply = ahead[1]
        else:
            reply = self.start(function, frames)
        step = int(frames[1] - frames[0]) if len(frames) > 1 else 1
        follows = int(frames[0]) == self._last + step or (frames[0] == 0 and len(frames) > 1)
        self._last = int(frames[-1])
        following = np.arange(self._last + step, min(n_frames, self._last + step * (len(frames) + 1)), step)
        if not follows or not len(following) or not (np.diff(frames) == step).all():
            return reply.result()

        def read_ahead() -> None:
            if self._child is not None and self._child.usable:
                self._ahead = following, self.start(function, following)

        return reply.result(read_ahead)

    def close(self) -> None:
        """Close the file; an object that is merely forgotten is closed with the next request to the process."""
        self._ahead = None
        if self._end.detach() and self._child is not None and self._child.usable:
            self._child.request(_close, ([*_taken(), self._key],), self._asking).result()


def _taken() -> list[int]:
    """Return the keys to be closed."""
    return [_closed.popleft() for _ in range(len(_closed))]


def _open(
    closed: list[int], key: int, opener: Callable[..., Any], arguments: tuple[Any, ...], describe: Callable[[Any], Any]
) -> Any:
    _close(closed)
    opened = opener(*arguments)
    described = describe(opened)
    _objects[key] = opened
    return described


def _call(closed: list[int], key: int, function: Callable[..., Any], *arguments: Any) -> Any:
    _close(closed)
    return function(_objects[key], *arguments)


def _close(keys: list[int]) -> None:
    for key in keys:
        opened = _objects.pop(key, None)
        if opened is not None:
            opened.close()
