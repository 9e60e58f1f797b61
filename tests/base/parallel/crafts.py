"""What workers of the tests do; a module, because they find it by name."""

import os
import signal
import time
from pathlib import Path

from kadita.base.errors import Interrupted, KaditaError


class Unsendable(Exception):
    """An error that cannot be made again from what it says of itself."""

    def __init__(self, one, two):
        super().__init__(f"{one} and {two}")


def square(number):
    return number * number


def large(number):
    return bytes([number]) * 5_000_000


def noted(task):
    """Leave a file that says that this task was begun, and by whom."""
    folder, number = task
    (Path(folder) / f"{number}-{os.getpid()}").touch()
    return number


def sleep(task):
    noted(task)
    time.sleep(60)


def killed_once(task):
    """Square a number, but die of the first attempt at 3."""
    folder, number = task
    mark = Path(folder) / "died"
    if number == 3 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return number * number


def killed(number):
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return number * number


def fails(kind):
    if kind == "kadita":
        raise KaditaError("r_a: expected a length; got -1")
    if kind == "interrupted":
        raise Interrupted("enough", 15)
    if kind == "disk":
        raise OSError(28, "No space left on device", "some.csv")
    if kind == "unsendable":
        raise Unsendable("this", "that")
    raise SystemExit(3)


def threads(_):
    import numba

    return numba.get_num_threads(), os.environ.get("OMP_NUM_THREADS")
