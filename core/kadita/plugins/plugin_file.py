"""Imports plugin files: the content that runs is the content whose checksum is recorded, never a cached copy.

Modules in the same folder that a plugin file imports are part of it, and of its checksum. Python imports such a module
once per process, so that one that was edited afterwards is refused; a plugin of several modules is better installed.
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
from kadita.base.log import logger

_imported: dict[Path, tuple[Any, str]] = {}  # modules beside plugin files: their spec, and their sha256 when imported


def import_file(file: Path) -> tuple[ModuleType, str]:
    """Import a plugin file, even if it was imported before; return its module, and the checksum of what was run.

    Raises:
        KaditaError: there is no such file, it is not a Python file, or a module beside it was edited after its import.
    """
    if not file.is_file():
        raise KaditaError("there is no such file")
    logger.info("reading %s", file)
    content = file.read_bytes()
    checksum = f"sha256 {hashlib.sha256(content).hexdigest()}"
    name = f"kadita_plugin_file_{file.stem}_{checksum[-16:]}"  # differs if the content differs
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or not isinstance(spec.loader, SourceFileLoader):
        raise KaditaError("expected a Python file, named *.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # annotations are resolved through it
    try:
        # not by the loader, which uses compiled code from disk if size and time of the last change, in seconds, agree
        exec(spec.loader.source_to_code(content, str(file)), vars(module))
        beside: dict[Path, tuple[Any, str]] = {}
        _find_beside(file.parent.resolve(), content, beside)
        for path, (module_spec, digest) in sorted(beside.items()):
            if _imported.get(path, (None,))[0] is not module_spec:
                _imported[path] = module_spec, digest
            elif _imported[path][1] != digest:
                raise KaditaError(f"it imports {path.name}, which was edited after its import; restart Python")
            checksum += f", {path.name} {digest}"
    except BaseException:
        del sys.modules[name]
        raise
    return module, checksum


def _find_beside(folder: Path, content: bytes, found: dict[Path, tuple[Any, str]]) -> None:
    """Find the modules of a folder that some code imports, directly or through other modules: specs and sha256."""
    for node in ast.walk(ast.parse(content)):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [node.module]
        for name in names:
            module = sys.modules.get(name.partition(".")[0])
            path = Path(getattr(module, "__file__", None) or "").resolve()
            if module is not None and path.parent == folder and path.suffix == ".py" and path not in found:
                source = path.read_bytes()
                found[path] = module.__spec__, hashlib.sha256(source).hexdigest()  # a new import has a new spec
                _find_beside(folder, source, found)
