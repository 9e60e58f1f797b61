"""`kadita info` and `kadita topology` read tracks with the options of `kadita convert`."""

import json

import MDAnalysis
import numpy as np
import pytest

UNITS = ("--length-unit", "m", "--time-unit", "s")


@pytest.fixture
def tracks(tmp_path):
    path = tmp_path / "tracks.csv"
    path.write_text("bird,second,x,y\n" + "".join(f"{b},{t},{b + t},{2 * b}\n" for t in range(4) for b in range(3)))
    return path


COLUMNS = ("--column", "agent=bird", "--column", "time=second")


def test_info(command, tracks):
    done = command("info", tracks, *UNITS, *COLUMNS, "--json")
    facts = json.loads(done.stdout)
    assert (facts["agents"], facts["frames"], facts["times"]) == (3, 4, [0, 3])
    assert facts["length_unit"] == "m"
    assert "kadita: note: " in done.stderr
    assert "has no z; it is set to 0" in done.stderr


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_topology(command, tracks, tmp_path):
    done = command("topology", tracks, "school.pdb", *UNITS, *COLUMNS)
    assert done.returncode == 0, done.stderr
    assert "has no velocities" in done.stderr
    positions = MDAnalysis.Universe(str(tmp_path / "school.pdb")).atoms.positions
    np.testing.assert_allclose(positions, [[b, 2 * b, 0] for b in range(3)])


def test_what_is_not_known_is_asked_for(refused, tracks):
    for words in (("info", tracks), ("topology", tracks, "a.pdb")):
        assert "name it with --length-unit" in refused(*words, *COLUMNS)
