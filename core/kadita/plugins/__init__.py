"""Plugins: how metrics, analyses, importers, models and scenarios are declared, found and loaded.

A plugin needs a single module beside `kadita` itself: `kadita.plugins.metrics`, `kadita.plugins.analyses`,
`kadita.plugins.importers` or `kadita.models`. `kadita.plugins.hooks` explains how plugins are found, with an example of
each kind.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from kadita.base.renamed import old_name

if TYPE_CHECKING:
    from kadita.plugins.registry import Plugin


def installed(plugins: Iterable[str | Path] = ()) -> list[Plugin]:
    """Return the plugins that are installed, and these plugin files: name, distribution, version and title of each.

    >>> from kadita import plugins
    >>> "order" in [plugin.name for plugin in plugins.installed()]
    True
    """
    from kadita.plugins.loading import load_registry

    return list(dict.fromkeys(load_registry(plugins).plugins.values()))


def new(name: str, *, folder: str | Path = ".", single_file: bool = False) -> Path:
    """Create a plugin in a folder, as `kadita plugins new` does; return its folder, or its file.

    Args:
        name: of its first metric.
        folder: in which it is created.
        single_file: create one file, for ``plugins=[...]``, instead of a distribution.

    Raises:
        KaditaError: a name that a metric cannot have or that is taken, or one that exists.

    >>> from kadita import plugins
    >>> plugins.new("crowding", single_file=True).name
    'crowding.py'
    """
    from kadita.plugins.scaffold import new_distribution, new_file

    return new_file(name, Path(folder)) if single_file else new_distribution(name, Path(folder))[0]


__getattr__ = old_name(__name__)
