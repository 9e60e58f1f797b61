"""A single call in the child process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from kadita.io.isolated.child import Asking, child
from kadita.io.isolated.limits import Allowance

Result = TypeVar("Result")


def called(function: Callable[..., Result], *arguments: Any, files: Sequence[Path], by: str) -> Result:
    """Return ``function(*arguments)``, called in the child process.

    Args:
        function: defined in a module.
        arguments: of the function.
        files: what it reads, for messages and limits; the first one is named.
        by: which library reads it.

    Raises:
        KaditaError: the function raised one, or the library crashed or took too much memory or time.
    """
    return child().request(function, arguments, Asking(str(files[0]), by, Allowance.of(files))).result()
