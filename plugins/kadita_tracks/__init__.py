"""Importers for tracks of animals."""

from kadita import Importer, hookimpl
from kadita_tracks.tables.fixed_columns import movekit, trackdf
from kadita_tracks.video.idtrackerai import idtrackerai
from kadita_tracks.video.matlab import matlab
from kadita_tracks.video.mot import mot
from kadita_tracks.pose.anipose import anipose
from kadita_tracks.pose.coco import coco
from kadita_tracks.pose.deeplabcut import deeplabcut
from kadita_tracks.pose.movement import movement
from kadita_tracks.pose.nwb import nwb
from kadita_tracks.pose.sleap import sleap
from kadita_tracks.pose.via_tracks import via_tracks
from kadita_tracks.tables.table import table
from kadita_tracks.video.trex import trex


@hookimpl
def kadita_importers() -> list[Importer]:
    """Return the importers of this package."""
    pose = [anipose, coco, deeplabcut, movement, nwb, sleap, via_tracks]
    return [idtrackerai, matlab, mot, movekit, *pose, table, trackdf, trex]
