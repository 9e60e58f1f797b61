"""New plugins, made of the templates beside this module."""

from __future__ import annotations

import importlib.util
import keyword
import os
import re
import shutil
import tempfile
from importlib import resources
from pathlib import Path
from string import Template

from kadita.base.errors import KaditaError
from kadita.plugins.loading import load_registry

IN_THE_FILES = (
    "block",
    "check_metric",
    "hookimpl",
    "kadita",
    "kadita_metrics",
    "math",
    "metric",
    "np",
    "pytest",
    "test",
)
OF_RESULTS = ("agent", "frame", "space", "time")
FILES = {  # by template
    "plugin/pyproject.toml": "pyproject.toml",
    "plugin/README.md": "README.md",
    "plugin/init.py": "$module/__init__.py",
    "metric.py": "$module/$metric.py",
    "plugin/test_metric.py": "tests/test_$metric.py",
}


def new_distribution(name: str, folder: Path) -> tuple[Path, str]:
    """Make a folder with a plugin that can be installed and tested as it is; return it and its metric's name.

    Raises:
        KaditaError: a name that cannot be a metric's or is taken, or a folder that exists.
    """
    metric = _metric_name(name)
    words = {
        "metric": metric,
        "module": f"kadita_{metric}",
        "distribution": f"kadita-{metric.replace('_', '-')}",
        "imports": "metric",
    }
    if importlib.util.find_spec(words["module"]) is not None:
        raise KaditaError(f"a module {words['module']} is installed; choose another name")
    target = folder / name
    if os.path.lexists(target):
        raise KaditaError(f"{target} exists; choose another name, or remove it")
    with tempfile.TemporaryDirectory(dir=folder, prefix=f".{metric}-") as unfinished:
        whole = Path(unfinished) / name
        for template, place in FILES.items():
            file = whole / Template(place).substitute(words)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(_filled(template, words), encoding="utf-8")
        shutil.move(whole, target)
    return target, metric


def new_file(name: str, folder: Path) -> Path:
    """Make a plugin that is a single file, and return its path.

    Raises:
        KaditaError: a name that cannot be a metric's or is taken, or a file that exists.
    """
    metric = _metric_name(name.removesuffix(".py"))
    file = folder / f"{metric}.py"
    text = _filled("metric.py", {"metric": metric, "imports": "Metric, hookimpl, metric"})
    try:
        with file.open("x", encoding="utf-8") as out:
            out.write(text + _filled("hook.py", {"metric": metric}))
    except FileExistsError:
        raise KaditaError(f"{file} exists; choose another name, or remove it") from None
    return file


def _metric_name(name: str) -> str:
    metric = re.sub(r"^kadita[-_]", "", name).replace("-", "_")
    if not re.fullmatch(r"[a-z][a-z0-9_]*", metric) or keyword.iskeyword(metric):
        raise KaditaError(f"expected a name in lower case, of letters, digits and _ or -; got '{name}'")
    registry = load_registry()
    for what, shelf in (("metric", registry.metrics), ("analysis", registry.analyses)):
        if metric in shelf:
            owner = registry.plugin_of(what, metric)
            raise KaditaError(f"the {what} name '{metric}' is taken by plugin {owner}; choose another name")
    if metric in (*IN_THE_FILES, *OF_RESULTS):
        raise KaditaError(f"'{metric}' is what another thing in the file is called; choose another name")
    return metric


def _filled(template: str, words: dict[str, str]) -> str:
    text = (resources.files(__name__) / f"{template}.tmpl").read_text(encoding="utf-8")
    return Template(text).substitute(words)
