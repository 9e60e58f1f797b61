"""The script for VMD, run by Tcl with VMD's commands played by stubs that write down how they are called."""

import os
import shutil
import subprocess
from pathlib import Path

import MDAnalysis
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import kadita
from kadita.io.topology import write_topology
from kadita.io.topology.tcl import quoted

STUBS = Path(__file__).with_name("vmd_stubs.tcl")


@pytest.fixture(scope="module")
def tclsh():
    found = shutil.which("tclsh")
    if found is None:
        pytest.skip("Tcl is not here; on Debian: apt-get install tcl")
    return found


def write(school, path):
    with kadita.open(school.path) as opened:
        assert write_topology(opened, path, source=school.path) == [path, path.with_suffix(".pdb")]
    return path


def shown(path):
    """A path as the stubs write it, who keep tabs and lines for themselves."""
    return str(path).replace("\t", "<tab>").replace("\n", "<line>")


def words(text):
    """Split a Tcl list of numbers and braces into nested Python lists."""
    return [float(w) for w in text.replace("{", " ").replace("}", " ").split()]


def run(tclsh, script, school, *, then="", cwd=None):
    """Source the script; return the calls of VMD's commands, a line each, tabs between their words."""
    frames = " ".join(
        "{" + " ".join("{" + " ".join(map(repr, p)) + "}" for p in frame) + "}" for frame in school.positions.tolist()
    )
    cells = " ".join(
        "{" + " ".join(map(repr, c)) + "}"
        for c in (np.zeros((len(school.times), 3)) if school.lengths is None else school.lengths).tolist()
    )
    segments = " ".join(name[:4] for name in school.names)
    program = f"""
        set frames {{{frames}}}
        set cells {{{cells}}}
        set segments {{{segments}}}
        source {quoted(str(STUBS))}
        source {quoted(str(script))}
        {then}
    """
    done = subprocess.run(
        [tclsh],
        input=program,
        capture_output=True,
        text=True,
        timeout=60,
        cwd=cwd,
        env={**os.environ, "LANG": "C.UTF-8"},
    )
    assert done.stderr == ""
    return [line.split("\t") for line in done.stdout.splitlines()]


def arrows(calls):
    """Arrows drawn after the last time that everything was taken away: place and tip, (n, 3) each."""
    last = max(i for i, call in enumerate(calls) if call[0] == "graphics" and call[2:] == ["delete", "all"])
    drawn = [c for c in calls[last:] if c[0] == "graphics" and c[2] in ("cylinder", "cone")]
    stems = np.array([words(c[3]) for c in drawn if c[2] == "cylinder"]).reshape(-1, 3)
    tips = np.array([words(c[4]) for c in drawn if c[2] == "cone"]).reshape(-1, 3)
    return stems, tips


def expected_arrows(school, frame):
    """By NumPy: agents in the order of the groups, headings from one frame to the next."""
    a = min(frame, len(school.times) - 2)
    d = school.positions[a + 1] - school.positions[a]
    if school.lengths is not None:
        d -= school.lengths[frame] * np.rint(d / school.lengths[frame])
    order = np.argsort(school.kinds, kind="stable") if school.agents > 1 else np.arange(1)
    here = order[~np.isnan(school.positions[frame, order, 0] + d[order, 0])]
    return school.positions[frame, here], d[here] / np.linalg.norm(d[here], axis=1, keepdims=True)


@pytest.mark.parametrize("kind", ["cell", "open space", "N=1"])
def test_arrows_point_where_agents_go(kind, make, tmp_path, tclsh):
    school = make(1 if kind == "N=1" else 40, periodic=kind != "open space")
    script = write(school, tmp_path / "a.tcl")
    for frame in (0, 1, 3):  # the last one looks back
        calls = run(tclsh, script, school, then=f"show {frame}")
        stems, tips = arrows(calls)
        places, headings = expected_arrows(school, frame)
        assert_allclose(stems, places, rtol=1e-14)
        length = np.linalg.norm(tips - stems, axis=1)
        assert np.ptp(length) < 1e-12 * length[0]
        assert_allclose((tips - stems) / length[:, None], headings, rtol=0, atol=1e-12)
    if kind == "cell":  # some do cross the boundary, and their arrows are as long as the others'
        assert (np.abs(np.diff(school.positions, axis=0)) > school.lengths[1:, None] / 2).any()


def test_the_trace_draws_anew_when_another_frame_is_shown(make, tmp_path, tclsh):
    school = make(10)
    calls = run(tclsh, write(school, tmp_path / "a.tcl"), school, then="show 2\nshow 1")
    clears = [i for i, call in enumerate(calls) if call[0] == "graphics" and call[2:] == ["delete", "all"]]
    assert len(clears) == 3  # loaded, and two frames shown
    assert_allclose(arrows(calls)[0], expected_arrows(school, 1)[0], rtol=1e-14)


def test_absent_agents_have_no_arrow(gappy, tmp_path, tclsh):
    script = write(gappy, tmp_path / "a.tcl")
    for frame, count in ((0, 4), (1, 3), (2, 3), (3, 3)):
        stems, tips = arrows(run(tclsh, script, gappy, then=f"show {frame}"))
        places, headings = expected_arrows(gappy, frame)
        assert len(stems) == len(places) == count
        assert_allclose(stems, places, rtol=1e-14)
        assert_allclose((tips - stems) / np.linalg.norm(tips - stems, axis=1)[:, None], headings, atol=1e-12)


def test_headings_can_be_taken_away(make, tmp_path, tclsh):
    school = make(10)
    script = write(school, tmp_path / "a.tcl")
    assert len(arrows(run(tclsh, script, school, then="kadita::headings off"))[0]) == 0
    assert len(arrows(run(tclsh, script, school, then="kadita::headings off; kadita::headings on"))[0]) == 10


def test_the_cell_of_the_frame_is_drawn_by_twelve_edges(make, tmp_path, tclsh):
    school = make(10)
    calls = run(tclsh, write(school, tmp_path / "a.tcl"), school, then="show 2")
    lines = [c for c in calls if c[0] == "graphics" and c[2] == "line"][-12:]
    edges = np.array([[words(c[3]), words(c[4])] for c in lines])
    assert_allclose(np.sort((edges[:, 1] - edges[:, 0]).sum(axis=1)), np.sort(np.repeat(school.lengths[2], 4)))
    corners, counts = np.unique(edges.reshape(-1, 3), axis=0, return_counts=True)
    assert_array_equal(counts, [3] * 8)  # every corner ends three edges
    assert_array_equal(corners[[0, -1]], [[0, 0, 0], school.lengths[2]])
    lonely = make(10, periodic=False)
    calls = run(tclsh, write(lonely, tmp_path / "open.tcl"), lonely)
    assert not [c for c in calls if c[0] == "graphics" and c[2] == "line"]


def test_groups_have_a_colour_each_and_selections_that_find_them(make, tmp_path, tclsh):
    school = make(10)
    script = write(school, tmp_path / "a.tcl")
    calls = [c[1:] for c in run(tclsh, script, school) if c[0] == "mol"]
    chosen = [c[1] for c in calls if c[0] == "selection"]
    assert chosen == ["segname nimb", "segname slow"]
    assert len({tuple(c[1:]) for c in calls if c[0] == "color"}) == 2
    assert sum(c[0] == "addrep" for c in calls) == 2
    text = script.read_text()
    assert "\n# resname nim segname nimb: nimble.\n" in text
    universe = MDAnalysis.Universe(str(script.with_suffix(".pdb")))
    assert_array_equal(universe.select_atoms("segid nimb").indices, np.arange(0, 10, 2))


@pytest.mark.parametrize(
    "name", ["plain", "with space", "a [b] $c", 'quote"d', "br{ace", "back\\slash", "ä", ";exit;#", "tab\tand\nline"]
)
def test_any_name_of_files_and_folders(make, tmp_path, tclsh, name):
    school = make(5)
    folder = tmp_path / name
    folder.mkdir()
    moved = folder / f"{name}.nc"
    school.path.rename(moved)
    script = folder / f"{name}.tcl"
    with kadita.open(moved) as opened:
        write_topology(opened, script, source=moved)
    calls = run(tclsh, script, school, cwd="/")
    loaded = [c[2] for c in calls if c[0] == "mol" and c[1] in ("new", "addfile") and len(c) > 2]
    assert loaded == [shown(script.with_suffix(".pdb")), shown(moved)]
    assert len(arrows(calls)[0]) == 5


def test_existing_files_are_kept(make, tmp_path):
    school = make(3)
    (tmp_path / "a.pdb").write_text("mine")
    with kadita.open(school.path) as opened:
        with pytest.raises(kadita.KaditaError, match=r"a\.pdb exists"):
            write_topology(opened, tmp_path / "a.tcl", source=school.path)
        assert [f.name for f in tmp_path.iterdir()] == ["a.pdb"]
        write_topology(opened, tmp_path / "a.tcl", source=school.path, force=True)


def test_the_command_writes_the_script_and_its_pdb(make, command):
    school = make(3)
    done = command("topology", school.path, "a.tcl")
    assert (done.returncode, done.stdout, done.stderr) == (0, "wrote a.tcl\nwrote a.pdb\n", "")
    again = command("topology", school.path, "a.tcl")
    assert again.returncode == 2
    assert again.stderr.count("\n") == 1
