"""A plugin file: what it holds is what is run and what is recorded, and no copy of it that Python keeps.

A module that lies beside a plugin file and that it imports is a part of it, told in its checksum. Python imports such a
module once a process, so that one that was edited since is refused; a plugin of several modules is better installed.
"""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import sys
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any

from kadita.base.errors import KaditaError

_imported: dict[Path, tuple[Any, str]] = {}  # modules beside plugin files: which import it was, and what they held then


def import_file(file: Path) -> tuple[ModuleType, str]:
    """Import a plugin file anew; return its module, and the checksum of what was run.

    Raises:
        KaditaError: there is no such file, it is no Python, or a module beside it was edited since it was imported.
    """
    if not file.is_file():
        raise KaditaError("there is no such file")
    content = file.read_bytes()
    checksum = f"sha256 {hashlib.sha256(content).hexdigest()}"
    name = f"kadita_plugin_file_{file.stem}_{checksum[-16:]}"  # another one where it holds something else
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or not isinstance(spec.loader, SourceFileLoader):
        raise KaditaError("expected a Python file, named *.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # annotations are resolved through it
    try:
        # not by the loader, which takes compiled code from disk where size and second of the last change are the same
        exec(spec.loader.source_to_code(content, str(file)), vars(module))
        beside: dict[Path, tuple[Any, str]] = {}
        _find_beside(file.parent.resolve(), content, beside)
        for path, (spec, held) in sorted(beside.items()):
            if _imported.get(path, (None,))[0] is not spec:
                _imported[path] = spec, held
            elif _imported[path][1] != held:
                raise KaditaError(f"it imports {path.name}, which was edited since it was imported; start Python anew")
            checksum += f", {path.name} {held}"
    except BaseException:
        del sys.modules[name]
        raise
    return module, checksum


def _find_beside(folder: Path, content: bytes, found: dict[Path, tuple[Any, str]]) -> None:
    """Find modules of a folder that some code has imported, those that they import among them; specs and sha256."""
    for node in ast.walk(ast.parse(content)):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [node.module]
        for name in names:
            module = sys.modules.get(name.partition(".")[0])
            path = Path(getattr(module, "__file__", None) or "").resolve()
            if module is not None and path.parent == folder and path.suffix == ".py" and path not in found:
                held = path.read_bytes()
                found[path] = module.__spec__, hashlib.sha256(held).hexdigest()  # another one where it is imported anew
                _find_beside(folder, held, found)
