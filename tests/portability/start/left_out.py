"""A plugin of pytest that leaves out tests of what Windows lacks: `-p left_out`.

Each is named by the beginning of its node id, with what it is about.
"""

import pytest

SIGNALS = "signals from other processes, which end a process at once"
LIMITS = "limits of memory and of computing time, which the system does not have"
PROC = "processes or memory, looked up in /proc"
TERMINAL = "terminals of POSIX"
FORK = "copies of a process"
DELETED = "a file that is open is removed or replaced"
LEFT_OUT: dict[str, str] = {}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave them out, and count them among the deselected."""
    left_out = [item for item in items if item.nodeid.startswith(tuple(LEFT_OUT))] if LEFT_OUT else []
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]
