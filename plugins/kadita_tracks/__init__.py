"""Importers for tracks of animals."""

from kadita import Importer, hookimpl
from kadita_tracks.gps.geojson import geojson
from kadita_tracks.gps.gpx import gpx
from kadita_tracks.gps.movebank import movebank
from kadita_tracks.pose.anipose import anipose
from kadita_tracks.pose.coco import coco
from kadita_tracks.pose.deeplabcut import deeplabcut
from kadita_tracks.pose.movement import movement
from kadita_tracks.pose.nwb import nwb
from kadita_tracks.pose.sleap import sleap
from kadita_tracks.pose.via_tracks import via_tracks
from kadita_tracks.tables.fixed_columns import movekit, trackdf
from kadita_tracks.tables.table import table
from kadita_tracks.video.animalta import animalta
from kadita_tracks.video.ctrax import ctrax
from kadita_tracks.video.ethovision import ethovision
from kadita_tracks.video.flytracker import flytracker
from kadita_tracks.video.idtrackerai import idtrackerai
from kadita_tracks.video.idtrackerai_csv import idtrackerai_csv
from kadita_tracks.video.matlab import matlab
from kadita_tracks.video.mot import mot
from kadita_tracks.video.toxtrac import toxtrac
from kadita_tracks.video.trackmate import trackmate
from kadita_tracks.video.trackpy import trackpy
from kadita_tracks.video.trex import trex
from kadita_tracks.video.trx import trx


@hookimpl
def kadita_importers() -> list[Importer]:
    """Return the importers of this package."""
    gps = [geojson, gpx, movebank]
    pose = [anipose, coco, deeplabcut, movement, nwb, sleap, via_tracks]
    tables = [movekit, table, trackdf]
    video = [
        animalta,
        ctrax,
        ethovision,
        flytracker,
        idtrackerai,
        idtrackerai_csv,
        matlab,
        mot,
        toxtrac,
        trackmate,
        trackpy,
        trex,
        trx,
    ]
    return [*gps, *pose, *tables, *video]
