"""Files of programs that follow particles and cells in images: TrackMate and trackpy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from track_files import SECRETS, School, TrackFile, turning

RATE = 10.0
ALONE = 3  # spots that belong to no track


def sightings(school: School) -> list[tuple[int, int, float, float]]:
    """Frame, animal, x and y of each, by frame."""
    found = np.argwhere(~np.isnan(school.positions[..., 0])).tolist()
    return [(t, i, *school.positions[t, i, :2].tolist()) for t, i in found]


def trackmate_csv(folder: Path, school: School) -> Path:
    """Four rows of names, as TablePanel.exportToCsv writes them; spots of no track have an empty TRACK_ID."""
    path = folder / "spots.csv"
    with path.open("w", encoding="utf-8") as file:
        print("LABEL,ID,TRACK_ID,QUALITY,POSITION_X,POSITION_Y,POSITION_Z,POSITION_T,FRAME,VISIBILITY", file=file)
        print("Label,Spot ID,Track ID,Quality,X,Y,Z,T,Frame,Visibility", file=file)
        print("Label,Spot ID,Track ID,Quality,X,Y,Z,T,Frame,Visibility", file=file)
        print(",,,(quality),(micron),(micron),(micron),(sec),,", file=file)
        for spot in range(ALONE):
            print(f"ID{spot},{spot},,0.1,1.0,1.0,0.0,{spot / RATE},{spot},1", file=file)
        for spot, (t, i, x, y) in enumerate(sightings(school), ALONE):
            print(f"ID{spot},{spot},{school.agents[i]},0.8,{x},{y},0.0,{school.times[t]},{t},1", file=file)
    return path


def trackmate_tracks(folder: Path, school: School) -> Path:
    """As ExportTracksToXML writes them."""
    path = folder / "Tracks.xml"
    with path.open("w", encoding="utf-8") as file:
        print('<?xml version="1.0" encoding="UTF-8"?>', file=file)
        print('<Tracks nTracks="3" spaceUnits="micron" frameInterval="0.1" timeUnits="sec"', file=file)
        print(' generationDateTime="Mon, 1 Jan 2024 10:00:00" from="TrackMate v7.11.1">', file=file)
        for i in range(len(school.agents)):
            print('  <particle nSpots="12">', file=file)
            for t, animal, x, y in sightings(school):
                if animal == i:
                    print(f'    <detection t="{t}" x="{x}" y="{y}" z="0.0" />', file=file)
            print("  </particle>", file=file)
        print("</Tracks>", file=file)
    return path


def trackmate_session(folder: Path, school: School, *, height: int = 0, hidden: bool = True) -> Path:
    """As TmXmlWriter writes it: spots by frame, tracks as edges, those that are visible, and the image."""
    path = folder / "session.xml"
    found = sightings(school)
    spots: list[list[Any]] = [[] for _ in school.times]
    for spot, (t, _, x, y) in enumerate(found, 100):
        place = f'POSITION_X="{x}" POSITION_Y="{y}" POSITION_Z="0.0" POSITION_T="{school.times[t]}"'
        spots[t].append(f'<Spot ID="{spot}" name="ID{spot}" QUALITY="0.8" {place} FRAME="{t}" VISIBILITY="1" />')
    edges = []
    for i, agent in enumerate(school.agents):
        own = [spot for spot, (_, animal, _, _) in enumerate(found, 100) if animal == i]
        pairs = "".join(
            f'<Edge SPOT_SOURCE_ID="{a}" SPOT_TARGET_ID="{b}" LINK_COST="0.1" />'
            for a, b in zip(own[:-1], own[1:], strict=True)
        )
        edges.append(f'<Track name="Track_{agent}" TRACK_ID="{agent}" NUMBER_SPOTS="{len(own)}">{pairs}</Track>')
    if hidden:  # a track of two spots that a filter hides
        for t in (0, 1):
            place = 'POSITION_X="1.0" POSITION_Y="1.0" POSITION_Z="0.0"'
            spots[t].append(f'<Spot ID="{t}" name="x" QUALITY="0.1" {place} POSITION_T="{t / RATE}" FRAME="{t}" />')
        edges.append('<Track name="x" TRACK_ID="77"><Edge SPOT_SOURCE_ID="0" SPOT_TARGET_ID="1" /></Track>')
    frames = "".join(f'<SpotsInFrame frame="{t}">{"".join(inside)}</SpotsInFrame>' for t, inside in enumerate(spots))
    shown = "".join(f'<TrackID TRACK_ID="{agent}" />' for agent in school.agents)
    path.write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n<TrackMate version="7.11.1">\n'
        f"<Log>Saved as {SECRETS[0]}/{SECRETS[2]}</Log>\n"
        f'<Model spatialunits="micron" timeunits="sec"><AllSpots nspots="{len(found)}">{frames}</AllSpots>'
        f"<AllTracks>{''.join(edges)}</AllTracks><FilteredTracks>{shown}</FilteredTracks></Model>\n"
        f'<Settings><ImageData filename="{SECRETS[2]}" folder="{SECRETS[1]}" width="200" height="{height}" '
        'pixelwidth="0.5" pixelheight="0.5" voxeldepth="1.0" timeinterval="0.1" /></Settings>\n</TrackMate>\n',
        encoding="utf-8",
    )
    return path


def trackpy(folder: Path, school: School) -> Path:
    """A DataFrame of trackpy.link, as pandas writes it."""
    path = folder / "linked.csv"
    with path.open("w") as file:
        print(",y,x,mass,size,ecc,signal,raw_mass,ep,frame,particle", file=file)
        for row, (t, i, x, y) in enumerate(sightings(school)):
            print(row, y, x, 250.5, 2.1, 0.1, 12.0, 1000.0, 0.02, t, school.agents[i], sep=",", file=file)
    return path


FILES = {
    "TrackMate csv": TrackFile(
        "trackmate", trackmate_csv, turning([0, 3, 12]), {}, "TrackMate's TablePanel.java", y_down=True
    ),
    "TrackMate tracks": TrackFile(
        "trackmate", trackmate_tracks, turning([0, 1, 2]), {}, "TrackMate's ExportTracksToXML.java", y_down=True
    ),
    "TrackMate session": TrackFile(
        "trackmate", trackmate_session, turning([0, 3, 12]), {}, "TrackMate's TmXmlWriter.java", y_down=True
    ),
    "trackpy": TrackFile(
        "trackpy",
        trackpy,
        turning([0, 3, 12]),
        {"frame_rate": RATE, "time_unit": "s"},
        "soft-matter.github.io/trackpy",
        y_down=True,
    ),
}
