"""Packages that are not installed."""

from kadita import KaditaError


class MissingPackageError(KaditaError):
    """A file needs a package that is not installed; the message says how to install it."""
