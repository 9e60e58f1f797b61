import importlib
import sys

import pytest


@pytest.fixture
def importable(monkeypatch, request):
    """Give a function of the test's module as the child process can import it: by the path of its folder."""
    monkeypatch.syspath_prepend(request.path.parent)
    monkeypatch.setitem(sys.modules, request.path.stem, request.module)
    module = importlib.import_module(request.path.stem)
    for name in ("grabs_memory", "computes_forever", "crashes", "raises"):
        monkeypatch.setattr(getattr(module, name), "__module__", request.path.stem)
    return lambda function: function
