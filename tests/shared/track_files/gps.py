"""Files of receivers of satellite signals."""

from __future__ import annotations

from track_files import TrackFile

FILES: dict[str, TrackFile] = {}
