"""A pipe to another process through the loopback interface, for systems where a process inherits no pipe.

The key, by which both ends prove that they belong together, is in the environment of the process, not in its arguments.
"""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import time
from multiprocessing import AuthenticationError, Pipe
from multiprocessing.connection import Connection, answer_challenge, deliver_challenge
from typing import Any, Self

HOST, KEY = "127.0.0.1", "KADITA_PIPE_KEY"
LOOK = 0.1  # seconds between looks at a process that has not connected
STARTING = 60.0  # seconds for a process to connect


class Listener:
    """Waits for one process to connect."""

    def __init__(self) -> None:
        self._socket = socket.create_server((HOST, 0), backlog=4)
        self._socket.settimeout(LOOK)
        self._key = secrets.token_bytes(32)
        self.address = str(self._socket.getsockname()[1])
        self.environment = {KEY: self._key.hex()}

    def accept(self, process: subprocess.Popen[bytes]) -> Connection[Any, Any]:
        """Return the pipe to a process that calls `connected`; an ended pipe if it ends before, or never calls."""
        until = time.monotonic() + STARTING
        while process.poll() is None and time.monotonic() < until:
            try:
                accepted, _ = self._socket.accept()
            except TimeoutError:
                continue
            pipe = _pipe(accepted)
            try:
                deliver_challenge(pipe, self._key)
                answer_challenge(pipe, self._key)
                return pipe
            except (AuthenticationError, EOFError, OSError):  # another program tries this port, or the process has died
                pipe.close()
        process.kill()
        pipe, other = Pipe()
        other.close()
        return pipe

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()


def connected(address: str) -> Connection[Any, Any]:
    """Return the pipe to the process that listens; its key is removed from the environment."""
    key = bytes.fromhex(os.environ.pop(KEY))
    connection = socket.socket()
    connection.connect((HOST, int(address)))
    pipe = _pipe(connection)
    answer_challenge(pipe, key)
    deliver_challenge(pipe, key)
    return pipe


def _pipe(connection: socket.socket) -> Connection[Any, Any]:
    connection.settimeout(None)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # a short message is not kept for the next one
    return Connection(connection.detach())
