"""Tables of trackpy."""

import numpy as np
from track_files import turning
from track_files.images import trackpy

SCHOOL = turning([0, 3, 12])
WORDS = ("--frame-rate", "10", "--time-unit", "s")


def test_the_brightness_of_a_particle_is_a_limit(tmp_path, converted, said):
    path = trackpy(tmp_path, SCHOOL)
    lines = path.read_text().splitlines()
    lines[1] = lines[1].replace("250.5", "20.0")
    path.write_text("\n".join(lines))
    read = converted(path, frame_rate=10, time_unit="s", least={"mass": 100})
    assert said(read, "1 of 34 sightings have mass below 100; they are left out")
    assert np.isnan(read["positions"][0, 0]).all()


def test_particles_are_whole_numbers(tmp_path, refused):
    path = trackpy(tmp_path, SCHOOL)
    path.write_text(path.read_text().replace(",3\n", ",3.5\n"))
    assert "expected whole numbers in column particle" in refused(path, *WORDS)
    path.write_text(path.read_text().replace("particle", "animal"))
    assert "there is no particle; the file is a table of text" in refused(path, "--from", "trackpy", *WORDS)
