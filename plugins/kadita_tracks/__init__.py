"""Importers for tracks of animals."""

from kadita import Importer, hookimpl
from kadita_tracks.fixed_columns import movekit, trackdf
from kadita_tracks.idtrackerai import idtrackerai
from kadita_tracks.matlab import matlab
from kadita_tracks.mot import mot
from kadita_tracks.movement import movement
from kadita_tracks.table import table
from kadita_tracks.trex import trex


@hookimpl
def kadita_importers() -> list[Importer]:
    """Return the importers of this package."""
    return [idtrackerai, matlab, mot, movekit, movement, table, trackdf, trex]
