"""The PDB topology: hybrid-36 numbers and columns that no reader misunderstands."""

import numpy as np
import pytest

from kadita import KaditaError
from kadita.io.topology import write_topology
from kadita.io.topology.pdb import hybrid36
from kadita.school.chunk import Chunk
from kadita.school.in_memory import InMemoryTrajectory

KNOWN = [  # Grosse-Kunstleve's own table
    (4, 0, "   0"), (4, 9999, "9999"), (4, 10000, "A000"), (4, 10035, "A00Z"), (4, 10036, "A010"),
    (4, 1223055, "ZZZZ"), (4, 1223056, "a000"), (4, 2436111, "zzzz"),
    (5, 1, "    1"), (5, 99999, "99999"), (5, 100000, "A0000"), (5, 43770015, "ZZZZZ"), (5, 43770016, "a0000"),
]  # fmt: skip


@pytest.mark.parametrize(("width", "value", "text"), KNOWN)
def test_hybrid36_known_answers(width, value, text):
    assert hybrid36(width, value) == text


@pytest.mark.parametrize("value", [-1, 2436112])
def test_numbers_beyond_the_columns_are_refused(value):
    with pytest.raises(KaditaError, match="expected a number that fits 4 columns"):
        hybrid36(4, value)


def school(x, lengths=None):
    return InMemoryTrajectory("school", Chunk(x, None, np.arange(len(x)), lengths), np.arange(x.shape[1]), {})


def test_columns(tmp_path):
    x = np.array([[[1.5, -2.25, 999.999], [0.0, 0.0004, 3.0]]])
    write_topology(school(x, np.array([[25.0, 30.0, 35.5]])), tmp_path / "a.pdb")
    lines = (tmp_path / "a.pdb").read_text().splitlines()
    assert lines[1] == "CRYST1   25.000   30.000   35.500  90.00  90.00  90.00 P 1           1"
    assert lines[2] == "ATOM      1  C   AGT A   1       1.500  -2.250 999.999  1.00  0.00           C  "
    assert lines[3] == "ATOM      2  C   AGT A   2       0.000   0.000   3.000  1.00  0.00           C  "
    assert lines[4] == "END"


def test_a_school_far_from_the_origin_loses_decimals_and_not_columns(tmp_path):
    write_topology(school(np.array([[[123456.7, 0.0, -12345.6]]])), tmp_path / "a.pdb")
    line = (tmp_path / "a.pdb").read_text().splitlines()[1]
    assert (line[30:38], line[38:46], line[46:54]) == ("123456.7", "     0.0", "-12345.6")


def test_an_agent_stands_where_it_was_first_seen(tmp_path):
    x = np.full((200, 2, 3), np.nan)
    x[:, 0] = 1.0
    x[150:, 1] = np.arange(50)[:, None] + 7.0
    write_topology(school(x), tmp_path / "a.pdb")
    assert (tmp_path / "a.pdb").read_text().splitlines()[2][30:54] == "   7.000" * 3


def test_an_existing_topology_is_kept(tmp_path):
    (tmp_path / "a.pdb").write_text("mine")
    with pytest.raises(KaditaError, match="exists"):
        write_topology(school(np.zeros((1, 1, 3))), tmp_path / "a.pdb")
    assert (tmp_path / "a.pdb").read_text() == "mine"
