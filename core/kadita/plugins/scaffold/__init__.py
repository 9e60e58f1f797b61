"""New plugins, created from the templates in this folder."""

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

USED_IN_FILES = (
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
USED_IN_RESULTS = ("agent", "frame", "space", "time")
FILES = {  # by template
    "plugin/pyproject.toml": "pyproject.toml",
    "plugin/README.md": "README.md",
    "plugin/init.py": "$module/__init__.py",
    "metric.py": "$module/$metric.py",
    "plugin/test_metric.py": "tests/test_$metric.py",
}


def new_distribution(name: str, folder: Path) -> tuple[Path, str]:
    """Create a folder with a plugin ready to install and test; return the folder and the name of its metric.

    Raises:
        KaditaError: a name that a metric cannot have or that is taken, or a folder that exists.
    """
    metric = _metric_name(name)
    values = {
        "metric": metric,
        "module": f"kadita_{metric}",
        "distribution": f"kadita-{metric.replace('_', '-')}",
        "imports": "metric",
    }
    if importlib.util.find_spec(values["module"]) is not None:
        raise KaditaError(f"a module {values['module']} is installed; choose another name")
    target = folder / name
    if os.path.lexists(target):
        raise KaditaError(f"{target} exists; choose another name, or remove it")
    with tempfile.TemporaryDirectory(dir=folder, prefix=f".{metric}-") as unfinished:
        project = Path(unfinished) / name
        for template, path in FILES.items():
            file = project / Template(path).substitute(values)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(_filled(template, values), encoding="utf-8", newline="\n")
        shutil.move(project, target)
    return target, metric


def new_file(name: str, folder: Path) -> Path:
    """Create a plugin in a single file, and return its path.

    Raises:
        KaditaError: a name that a metric cannot have or that is taken, or a file that exists.
    """
    metric = _metric_name(name.removesuffix(".py"))
    file = folder / f"{metric}.py"
    text = _filled("metric.py", {"metric": metric, "imports": "Metric, hookimpl, metric"})
    try:
        with file.open("x", encoding="utf-8", newline="\n") as out:
            out.write(text + _filled("hook.py", {"metric": metric}))
    except FileExistsError:
        raise KaditaError(f"{file} exists; choose another name, or remove it") from None
    return file


def _metric_name(name: str) -> str:
    metric = re.sub(r"^kadita[-_]", "", name).replace("-", "_")
    if not re.fullmatch(r"[a-z][a-z0-9_]*", metric) or keyword.iskeyword(metric):
        raise KaditaError(f"expected a name in lower case, of letters, digits and _ or -; got '{name}'")
    if re.fullmatch(r"con|prn|aux|nul|com\d|lpt\d", metric):
        raise KaditaError(f"the name '{metric}' cannot be that of a file on Windows; choose another name")
    registry = load_registry()
    for what, shelf in (("metric", registry.metrics), ("analysis", registry.analyses)):
        if metric in shelf:
            owner = registry.plugin_of(what, metric)
            raise KaditaError(f"the {what} name '{metric}' is taken by plugin {owner}; choose another name")
    if metric in (*USED_IN_FILES, *USED_IN_RESULTS):
        raise KaditaError(f"the name '{metric}' is used for something else in the file; choose another name")
    return metric


def _filled(template: str, values: dict[str, str]) -> str:
    text = (resources.files(__name__) / f"{template}.tmpl").read_text(encoding="utf-8")
    return Template(text).substitute(values)
