"""MDAnalysis, imported when it is needed and without its warnings."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def quiet_mdanalysis() -> Iterator[Any]:
    """Yield MDAnalysis; its warnings about missing masses, elements, charges and cells are ignored in the block."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import MDAnalysis

        warnings.simplefilter("ignore")  # again: importing MDAnalysis sets its own filters
        yield MDAnalysis
