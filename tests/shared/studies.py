"""Modules of studies, which import their neighbours as scripts do."""

import importlib
import sys
from contextlib import contextmanager
from pathlib import Path

ANALYSES = Path(__file__).resolve().parents[2] / "analyses"


@contextmanager
def modules_of(study):
    """Give a function that imports a module of a study by its name."""
    folder = str(ANALYSES / study)
    sys.path.insert(0, folder)
    before = set(sys.modules)
    try:
        yield importlib.import_module
    finally:
        sys.path.remove(folder)
        for name in set(sys.modules) - before:
            if folder in str(getattr(sys.modules[name], "__file__", "")):
                del sys.modules[name]


def module_of(study, name):
    """Import a module of a study."""
    with modules_of(study) as modules:
        return modules(name)
