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

from kadita.base.errors import KaditaError

_imported: dict[Path, str] = {}  # modules beside plugin files, and the sha256 of what they held when they were imported


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
        beside: dict[Path, str] = {}
        _find_beside(file.parent.resolve(), content, beside)
        for path, held in sorted(beside.items()):
            if _imported.setdefault(path, held) != held:
                raise KaditaError(f"it imports {path.name}, which was edited since it was imported; start Python anew")
            checksum += f", {path.name} {held}"
    except BaseException:
        del sys.modules[name]
        raise
    return module, checksum


def _find_beside(folder: Path, content: bytes, found: dict[Path, str]) -> None:
    """Find modules of a folder that some code has imported, those that they import among them, and their sha256."""
    for node in ast.walk(ast.parse(content)):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [node.module]
        for name in names:
            path = Path(getattr(sys.modules.get(name.partition(".")[0]), "__file__", None) or "").resolve()
            if path.parent == folder and path.suffix == ".py" and path not in found:
                held = path.read_bytes()
                found[path] = hashlib.sha256(held).hexdigest()
                _find_beside(folder, held, found)
