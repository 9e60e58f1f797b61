"""Plugins: how metrics, analyses, importers, models and scenarios are declared, found and loaded.

Whoever writes one imports a single module: `kadita.plugins.metrics`, `kadita.plugins.analyses`,
`kadita.plugins.importers` or `kadita.models`. `kadita.plugins.hooks` says how plugins are found, and has an example of
each kind.
"""

from kadita.base.renamed import old_name

__getattr__ = old_name(__name__)
