"""Terminals of any size, and what programs draw in them."""

import codecs
import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import time


class Terminal:
    """A program that runs in a terminal of its own, to be used in a `with` statement.

    Args:
        words: the program and its arguments.
        columns: of the terminal; it has 24 lines.
        options: of `subprocess.Popen`, such as ``env``; streams that are not given are the terminal.
    """

    def __init__(self, words, columns=80, **options):
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        streams = {"stdin": slave, "stdout": slave, "stderr": slave} | options
        self.process = subprocess.Popen(list(map(str, words)), start_new_session=True, **streams)
        os.close(slave)
        self.shown = ""
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")  # what is read can end within a character

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        os.close(self._master)

    def type(self, text):
        """Press these keys."""
        os.write(self._master, text.encode())

    def until(self, text, seconds=30.0):
        """Wait until a text is shown; return all up to its end that has been shown since the last time."""
        deadline = time.monotonic() + seconds
        while text not in self.shown:
            assert time.monotonic() < deadline, f"{text!r} is not shown: {self.shown!r}"
            assert self._read(), f"it has ended without {text!r}: {self.shown!r}"
        found, _, self.shown = self.shown.partition(text)
        return found + text

    def end(self, seconds=120.0):
        """Wait until the program has ended; return what has been shown since the last time."""
        deadline = time.monotonic() + seconds
        while self._read():
            assert time.monotonic() < deadline, f"it does not end: {self.shown!r}"
        self.process.wait(seconds)
        return self.shown

    def _read(self):
        """Read what is shown within a tenth of a second; return whether anything can come."""
        if not select.select([self._master], [], [], 0.1)[0]:
            return True
        try:
            new = os.read(self._master, 65536)
        except OSError:  # so Linux tells that nobody has the other side open any more
            return False
        self.shown += self._decoder.decode(new)
        return bool(new)
