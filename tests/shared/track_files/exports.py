"""Tables that programs which follow animals in videos export as text."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from track_files import SECRETS, School, TrackFile, turning

RATE = 10.0


def ethovision(folder: Path, school: School, *, separator: str = ";", comma: bool = False) -> Path:
    """A file for each subject of a trial, in UTF-16, with 12 header lines."""
    for i, agent in enumerate(school.agents, 1):
        x = school.positions[:, i - 1]
        said = {
            "Number of header lines:": 12,
            "Experiment": "turns",
            "Video file": f"{SECRETS[1]}\\{SECRETS[2]}",
            "Tracking source": f"{SECRETS[0]}/{SECRETS[2]}",
            "Trial name": "Trial     1",
            "Arena name": "Arena 1",
            "Subject name": agent,
            "Recording duration": "00:00:01.2",
            "Missed samples": "10 %",
        }
        rows: list[list[object]] = [list(pair) for pair in said.items()] + [[""]]
        rows.append(["Trial time", "Recording time", "X center", "Y center", "Area", "Velocity", "Result 1"])
        rows.append(["s", "s", "cm", "cm", "cm²", "cm/s", ""])
        lines = [separator.join(f'"{cell}"' for cell in row) for row in rows]
        for t, (a, b) in zip(school.times, x, strict=True):
            place = ("-", "-") if np.isnan(a) else (str(a), str(b))
            cells = [f"{t:.3f}", f"{t:.3f}", *place, "3.1", "-", "1"]
            if comma:
                cells = [cell.replace(".", ",") for cell in cells]
            lines.append(separator.join(f'"{c}"' if c == "-" else c for c in cells))
        (folder / f"Raw data-turns-Trial     1-{i}.txt").write_bytes(("\r\n".join(lines) + "\r\n").encode("utf-16"))
    return folder


def idtrackerai_csv(folder: Path, school: School) -> Path:
    """The folder of CSV and JSON that idtracker.ai makes of its tracks."""
    frames, animals = school.positions.shape[:2]
    pairs = [f"{axis}{i + 1}" for i in range(animals) for axis in "xy"]
    table = np.column_stack([np.arange(frames) / RATE, school.positions.reshape(frames, -1)])
    np.savetxt(folder / "trajectories.csv", table, "%.3f", ",", header=",".join(["seconds", *pairs]), comments="")
    sure = np.column_stack([np.arange(frames) / RATE, np.full((frames, animals), 0.97)])
    names = ",".join(["seconds", *(f"id_probabilities{i + 1}" for i in range(animals))])
    np.savetxt(folder / "id_probabilities.csv", sure, "%.3e", ",", header=names, comments="")
    said = {
        "frames_per_second": RATE,
        "body_length": 4.0,
        "video_paths": [f"{SECRETS[0]}/{SECRETS[2]}"],
        "identities_labels": [str(a) for a in school.agents],
    }
    (folder / "attributes.json").write_text(json.dumps(said))
    return folder / "trajectories.csv"


def cell(value: float) -> str:
    return "NA" if np.isnan(value) else repr(float(value))


def animalta(folder: Path, school: School) -> Path:
    """A fixed number of targets: a row for each frame."""
    with (folder / "coordinates.csv").open("w") as file:
        print("Frame", "Time", *(f"{axis}_{name}" for name in school.agents for axis in "XY"), sep=";", file=file)
        for frame, row in enumerate(school.positions):
            print(frame, f"{frame / RATE:.2f}", *map(cell, row.ravel()), sep=";", file=file)
    return folder / "coordinates.csv"


def animalta_long(folder: Path, school: School) -> Path:
    """A variable number of targets: a row for each target and frame."""
    with (folder / "coordinates.csv").open("w") as file:
        print("Frame;Time;Arena;Ind;X;Y", file=file)
        for frame, row in enumerate(school.positions):
            for name, (x, y) in zip(school.agents, row, strict=True):
                arena, _, target = name.removeprefix("Arena").partition("_")
                if not np.isnan(x):
                    print(frame, f"{frame / RATE:.2f}", arena, target, x, y, sep=";", file=file)
    return folder / "coordinates.csv"


def toxtrac(folder: Path, school: School) -> Path:
    """Positions of an arena in real space."""
    with (folder / "Tracking_RealSpace_1.txt").open("w") as file:
        print("Time (sec)", "Arena", "Track", "Pos. X (mm)", "Pos. Y (mm)", "Label", sep="\t", file=file)
        for i, agent in enumerate(school.agents):
            for t, (x, y) in zip(school.times, school.positions[:, i], strict=True):
                if not np.isnan(x):
                    print(f"{t:g}", 1, agent, x, y, 1, sep="\t", file=file)
    return folder / "Tracking_RealSpace_1.txt"


TARGETS = ["Arena0_Ind0", "Arena0_Ind1", "Arena1_Ind0"]
FILES = {
    "EthoVision": TrackFile(
        "ethovision", ethovision, turning(["Fish 1", "Fish 2", "Fish 3"]), {}, "raw data that readers of it describe"
    ),
    "idtracker.ai csv": TrackFile(
        "idtrackerai_csv",
        idtrackerai_csv,
        turning(["a", "b", "c"], digits=3),
        {},
        "idtracker.ai's conversion to CSV and JSON",
        y_down=True,
    ),
    "AnimalTA": TrackFile(
        "animalta", animalta, turning(TARGETS), {}, "github.com/VioletteChiara/AnimalTA", y_down=True
    ),
    "AnimalTA, variable": TrackFile(
        "animalta", animalta_long, turning(TARGETS), {}, "github.com/VioletteChiara/AnimalTA", y_down=True
    ),
    "ToxTrac": TrackFile("toxtrac", toxtrac, turning([1, 2, 3]), {}, "ToxTrac's manual, table 8", y_down=True),
}
