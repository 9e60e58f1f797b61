"""A module that has moved: see `kadita.base.renamed`."""

from kadita.base.renamed import old_name

__getattr__ = old_name(__name__)
