"""Importers of tracked animals."""

from kadita import Importer, hookimpl
from kadita_tracks.matlab import matlab
from kadita_tracks.table import table


@hookimpl
def kadita_importers() -> list[Importer]:
    """Return the importers of this package."""
    return [matlab, table]
