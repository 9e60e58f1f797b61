"""Importers for tracks of animals."""

from kadita import Importer, hookimpl
from kadita_tracks.gps.geojson import geojson
from kadita_tracks.gps.gpx import gpx
from kadita_tracks.gps.movebank import movebank
from kadita_tracks.tables.fixed_columns import movekit, trackdf
from kadita_tracks.video.animalta import animalta
from kadita_tracks.video.ctrax import ctrax
from kadita_tracks.video.ethovision import ethovision
from kadita_tracks.video.flytracker import flytracker
from kadita_tracks.video.idtrackerai import idtrackerai
from kadita_tracks.video.idtrackerai_csv import idtrackerai_csv
from kadita_tracks.video.matlab import matlab
from kadita_tracks.video.mot import mot
from kadita_tracks.pose.movement import movement
from kadita_tracks.tables.table import table
from kadita_tracks.video.toxtrac import toxtrac
from kadita_tracks.video.trackmate import trackmate
from kadita_tracks.video.trackpy import trackpy
from kadita_tracks.video.trex import trex
from kadita_tracks.video.trx import trx


@hookimpl
def kadita_importers() -> list[Importer]:
    """Return the importers of this package."""
    return [
        animalta, ctrax, ethovision, flytracker, geojson, gpx, idtrackerai, idtrackerai_csv, matlab, mot, movebank,
        movekit, movement, table, toxtrac, trackdf, trackmate, trackpy, trex, trx,
    ]  # fmt: skip
