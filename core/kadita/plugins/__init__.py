"""Plugins: how metrics, analyses, importers, models and scenarios are declared, found and loaded.

A plugin needs a single module beside `kadita` itself: `kadita.plugins.metrics`, `kadita.plugins.analyses`,
`kadita.plugins.importers` or `kadita.models`. `kadita.plugins.hooks` explains how plugins are found, with an example of
each kind.
"""

from kadita.base.renamed import old_name

__getattr__ = old_name(__name__)
