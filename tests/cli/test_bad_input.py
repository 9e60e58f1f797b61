"""No input makes a traceback: each gets one line that says what to do, and exit status 2."""

import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time

import netCDF4
import numpy as np
import pytest

from kadita.io.amber.writer import AmberWriter

READERS = [
    ("analyze", "{}"),
    ("info", "{}"),
    ("topology", "{}", "out.pdb"),
    ("plot", "{}", "-o", "out.png"),
    ("convert", "{}", "out.nc"),
]


def damaged(kind, tmp_path, school):
    """Make a file that is no trajectory; return its path and what the message must say."""
    path = tmp_path / "bad.nc"
    if kind == "missing":
        return path, "there is no such file"
    if kind == "folder":
        path.mkdir()
        return path, "cannot be read: Is a directory"
    if kind == "no netcdf of a trajectory":
        with netCDF4.Dataset(path, "w", format="NETCDF3_64BIT_OFFSET") as nc:
            nc.createDimension("x", 3)
            nc.createVariable("temperature", "f8", ("x",))[:] = 1
        return path, "expected a trajectory with a variable coordinates"
    if kind == "no netcdf-4 of a trajectory":
        with netCDF4.Dataset(path, "w") as nc:
            nc.createDimension("x", 3)
            nc.createVariable("temperature", "f8", ("x",))[:] = 1
        return path, "expected a trajectory of AMBER (coordinates) or dewi-kadita (positions("
    content = {
        "empty": b"",
        "random": random.Random(1).randbytes(5000),
        "text": b"Once upon a time there was a school of fish.\n",
        "cut": school.read_bytes()[:-1000],
        "header alone": school.read_bytes()[:200],
        "cut hdf5": b"\x89HDF\r\n\x1a\n" + random.Random(2).randbytes(3000),
    }[kind]
    path.write_bytes(content)
    said = {
        "empty": "found an empty file",
        "cut": "is truncated: its header claims",
        "header alone": "found it truncated or damaged",
    }
    return path, said.get(kind, "expected a NetCDF")


@pytest.mark.parametrize("words", READERS, ids=lambda c: c[0])
@pytest.mark.parametrize(
    "kind",
    [
        "missing", "folder", "empty", "random", "text", "cut", "header alone", "cut hdf5",
        "no netcdf of a trajectory", "no netcdf-4 of a trajectory",
    ],
)  # fmt: skip
def test_what_is_no_trajectory(kind, words, tmp_path, school, refused):
    path, said = damaged(kind, tmp_path, school)
    line = refused(*(word.format(path) for word in words))
    assert said in line
    assert "bad.nc" in line
    assert not (tmp_path / "out.nc").exists()


@pytest.mark.parametrize("name", ["bad.xtc", "bad.dcd", "bad.pdb", "bad.gro", "bad.xyz", "bad.txt", "bad"])
def test_other_formats_that_are_damaged(name, tmp_path, refused):
    (tmp_path / name).write_bytes(random.Random(3).randbytes(2000))
    assert name in refused("analyze", name)


def test_tracks_without_names_units_or_rates_ask_for_them(tmp_path, refused):
    (tmp_path / "tracks.csv").write_text("who,frame,x,y\n1,2,3,4\n1,3,3,5\n")
    assert "expected a column agent; name it with --column agent=NAME" in refused("analyze", "tracks.csv")
    named = ["tracks.csv", "--column", "agent=who"]
    assert "name it with --length-unit" in refused("analyze", *named)
    assert "name it with --frame-rate" in refused("analyze", *named, "--length-unit", "m", "--time-unit", "s")
    assert "there is no importer 'tabel'" in refused("analyze", *named, "--from", "tabel")


ANALYZE = [
    (["-m", "polarisation"], "no metric 'polarisation' (did you mean polarization"),
    (["--set", "spread.k=1"], "spread has no parameter 'k'"),
    (["--set", "cluster_count.link_distance=-1"], "cluster_count.link_distance"),
    (
        ["--set", "link_distanc=1"],
        "no metric of this analysis has a parameter 'link_distanc' (did you mean link_distance",
    ),
    (["--set", "nonsense"], "expected key=value; got 'nonsense'"),
    (["-m", "spread", "--set", "rotation.definition=published"], "'rotation' is not part of this analysis"),
    (["--profile", "publishd"], "no profile 'publishd'"),
    (["--profile", "missing.toml"], "there is no such file"),
    (["--plugin", "missing.py"], "there is no such file"),
    (["-o", "out.xlsx"], "expected an ending of .csv"),
    (["-o", "nowhere/out.csv"], "there is no folder nowhere"),
    (["--start", "99"], "no frames selected"),
    (["-b", "99"], "no frames selected; there are 11 frames, times 0 to 10"),
    (["--step", "0"], "--step: expected at least 1"),
    (["--dt", "-1"], "--dt: expected a time above 0"),
    (["--velocities", "guess"], "--velocities: expected 'difference'; got 'guess'"),
    (["--frobnicate"], "No such option"),
    (["--start", "one"], "Invalid value for '--start'"),
]


@pytest.mark.parametrize(("words", "said"), ANALYZE, ids=lambda v: " ".join(v) if isinstance(v, list) else "")
def test_what_analyze_cannot_do(words, said, school, refused):
    assert said in refused("analyze", school, *words)


RUN = [
    (["dewi-kadita-9"], "no scenario 'dewi-kadita-9' (did you mean"),
    (["missing.toml"], "missing.toml: there is no such file"),
    (["dewi-kadita-1", "--set", "agents=" + 5000 * "9"], "agents: "),
    (["dewi-kadita-1", "--set", "box=" + 3000 * "["], "box: "),
    (["dewi-kadita-1", "--every", "9223372036854775808"], "every: "),
    (["dewi-kadita-1", "--set", "r_x=3"], "there is no parameter 'r_x' (did you mean"),
    (["dewi-kadita-1", "--set", "r_r=30"], "expected r_r <= r_o <= r_a"),
    (["dewi-kadita-1", "--agents", "0"], "agents: "),
    (["dewi-kadita-1", "--agents", "999999999999"], "agents: "),
    (["dewi-kadita-1", "--steps", "-5"], "steps: "),
    (["dewi-kadita-1", "--every", "0"], "every: "),
    (["dewi-kadita-1", "--seed", "-1"], "seed: "),
    (["dewi-kadita-1", "--threads", "0"], "--threads: expected 1 to"),
    (["dewi-kadita-1", "-o", "out.dcd"], "expected a trajectory named *.nc"),
    (["dewi-kadita-1", "-o", "nowhere/out.nc"], "there is no folder nowhere"),
    ([], "Missing argument"),
]


@pytest.mark.parametrize(("words", "said"), RUN, ids=lambda v: " ".join(v) if isinstance(v, list) else "")
def test_what_run_cannot_do(words, said, refused, tmp_path):
    assert said in refused("run", *words)
    assert list(tmp_path.iterdir()) == []


UNITS = ["--length-unit", "m", "--time-unit", "s"]
TABLE = "agent,time,x,y,z\n1,0,1,2,3\n2,0,1,2,3\n1,1,1,2,3\n"
CONVERT = [
    (TABLE, [], "does not state its unit of length; name it with --length-unit"),
    (TABLE, ["--length-unit", "m"], "does not state its unit of time; name it with --time-unit"),
    (TABLE, [*UNITS, "--frame-rate", "0.4"], "fall on one"),
    (TABLE.replace("time", "frame"), UNITS, "counts frames and does not state their rate; name it with --frame-rate"),
    (TABLE.replace("time", "when"), UNITS, "expected a column time; name it with --column time=NAME"),
    (TABLE.replace("x,", "east,"), UNITS, "expected a column x; name it"),
    (TABLE, [*UNITS, "--column", "x=lon"], "there is no column 'lon'"),
    (TABLE, [*UNITS, "--column", "w=x"], "expected ROLE=NAME with a role of"),
    (TABLE + "1,1,9,9,9\n", UNITS, "agent 1 has more at 1"),
    (TABLE + "1,2,a,9,9\n", UNITS, "expected a number in column x; line 5 has 'a'"),
    (TABLE + "1,inf,1,9,9\n", UNITS, "expected finite times"),
    (TABLE + ",3,1,9,9\n", UNITS, "line 5 has no agent"),
    ("agent,time,x,y\n", UNITS, "expected at least one row"),
    ("\x00\x01\x02", UNITS, "tracks.csv"),
    ("", UNITS, "found an empty file"),
]


@pytest.mark.parametrize(("text", "words", "said"), CONVERT)
def test_tables_that_cannot_be_converted(text, words, said, refused, tmp_path):
    (tmp_path / "tracks.csv").write_text(text)
    assert said in refused("convert", "tracks.csv", "out.nc", *words)
    assert not (tmp_path / "out.nc").exists()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            {"other": np.zeros((3, 12))},
            "there is no variable 'tracks_filt'; name one with --set variable=NAME; there are: other (3, 12)",
        ),
        ({"tracks_filt": np.zeros((3, 4))}, "expected tracks_filt to have rows of id, x, y, z, t, vx, vy, vz"),
        ({"tracks_filt": np.full((3, 12), 0.5)}, "expected whole numbers in the first column"),
        ({"tracks_filt": np.zeros((2, 12))}, "agent 0 has more at 0"),
        (None, "found binary data"),
    ],
)
def test_matlab_files_that_cannot_be_converted(content, said, refused, tmp_path):
    from scipy.io import savemat

    if content is None:
        (tmp_path / "a.mat").write_bytes(random.Random(4).randbytes(1000))
    else:
        savemat(tmp_path / "a.mat", content)
    assert said in refused("convert", "a.mat", "out.nc", *UNITS)


def test_an_output_that_exists_is_kept(refused, school, tmp_path):
    for words in (
        ["analyze", school, "-o", "mine.csv"],
        ["plot", school, "-o", "mine.png"],
        ["topology", school, "mine.pdb"],
        ["convert", school, "mine.nc"],
        ["run", "dewi-kadita-1", "--steps", "0", "-o", "mine.nc"],
    ):
        target = tmp_path / next(str(w) for w in words if str(w).startswith("mine"))
        target.write_text("mine")
        assert "exists; choose another name, or --force" in refused(*words)
        assert target.read_text() == "mine"


def test_a_trajectory_is_not_converted_onto_itself(refused, school, tmp_path):
    shutil.copy(school, tmp_path / "own.nc")
    before = (tmp_path / "own.nc").read_bytes()
    assert "expected an output file other than the trajectory" in refused("convert", "own.nc", "own.nc", "--force")
    assert (tmp_path / "own.nc").read_bytes() == before


@pytest.mark.parametrize(
    "words",
    [
        ["run", "dewi-kadita-1", "--steps", "0"],
        ["analyze", "school.nc", "-o", "a.csv"],
        ["plot", "school.nc", "-o", "a.png"],
        ["topology", "school.nc", "a.pdb"],
        ["convert", "school.nc", "b.nc"],
    ],
    ids=lambda w: w[0],
)
def test_a_folder_that_cannot_be_written_to(words, as_nobody, school, tmp_path):
    shutil.copy(school, tmp_path / "school.nc")
    tmp_path.chmod(0o555)
    try:
        command = [*as_nobody, sys.executable, "-m", "kadita", *words]
        done = subprocess.run(
            command, cwd=tmp_path, capture_output=True, text=True, env=os.environ | {"HOME": "/nonexistent"}
        )
    finally:
        tmp_path.chmod(0o755)
    assert done.returncode == 2, done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    assert "cannot be written to" in done.stderr
    assert [p.name for p in tmp_path.iterdir()] == ["school.nc"]


@pytest.mark.slow
def test_a_user_who_can_write_nowhere_can_still_read(as_nobody, school, tmp_path):
    """Compiled kernels find no folder to be kept in, and are compiled all the same."""
    command = [
        *as_nobody,
        sys.executable,
        "-m",
        "kadita",
        "analyze",
        str(school),
        "-m",
        "spread",
        "-m",
        "cluster_count",
    ]
    done = subprocess.run(command, cwd="/", capture_output=True, text=True, env=os.environ | {"HOME": "/nonexistent"})
    assert done.stderr == ""
    assert done.returncode == 0


def test_a_file_that_may_not_be_read(as_nobody, school, tmp_path):
    shutil.copy(school, tmp_path / "secret.nc")
    (tmp_path / "secret.nc").chmod(0)
    # whoever runs this owns the file; root is denied like anyone once it may not override permissions
    denied = [as_nobody[0], "--bounding-set=-dac_override,-dac_read_search", "--"] if as_nobody else []
    command = [*denied, sys.executable, "-m", "kadita", "info", "secret.nc"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 2
    assert "cannot be read: Permission denied" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_refused_run_leaves_the_file_it_would_have_replaced(refused, tmp_path):
    (tmp_path / "mine.nc").write_text("mine")
    assert "speed" in refused("run", "dewi-kadita-1", "--set", "speed=1e39", "-o", "mine.nc", "--force")
    assert (tmp_path / "mine.nc").read_text() == "mine"
    assert [p.name for p in tmp_path.iterdir()] == ["mine.nc"]


def test_a_conversion_that_fails_half_way_leaves_nothing(refused, tmp_path):
    rows = "".join(f"1,{t},{'1e60' if t == 99 else t},0,0\n" for t in range(100))
    (tmp_path / "tracks.csv").write_text("agent,time,x,y,z\n" + rows)
    assert "must be finite numbers below 3e38" in refused("convert", "tracks.csv", "out.nc", *UNITS)
    assert [p.name for p in tmp_path.iterdir()] == ["tracks.csv"]


@pytest.mark.parametrize(
    "words",
    [["info", "pipe.nc"], ["analyze", "pipe.nc"], ["run", "pipe.toml"], ["convert", "pipe.csv", "o.nc", *UNITS]],
)
def test_a_pipe_is_not_waited_for(words, refused, tmp_path):
    os.mkfifo(tmp_path / words[1])
    assert "expected a file; this is a pipe or a device" in refused(*words)


def test_a_name_in_another_encoding_is_refused(refused, tmp_path):
    assert "in UTF-8" in refused("info", os.fsdecode(b"\xff.nc"))
    assert "in UTF-8" in refused("run", "dewi-kadita-1", "-o", os.fsdecode(b"\xff.nc"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-"])
def test_a_closed_stream_does_no_harm(closed, school, tmp_path):
    command = f"{sys.executable} -m kadita run dewi-kadita-1 --agents 5 --steps 2 -o o.nc {closed}"
    done = subprocess.run(["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "o.nc").read_bytes().startswith(b"CDF\x02")


def test_an_interrupted_run_says_what_there_is(command, tmp_path):
    words = ["run", "dewi-kadita-1", "--steps", "100000000", "--every", "10", "-o", "o.nc"]
    process = subprocess.Popen(
        [sys.executable, "-m", "kadita", *words],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a shell's background jobs ignore it
    )
    while not (tmp_path / "o.nc").exists() and process.poll() is None:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert re.fullmatch(
        r"kadita: error: interrupted; \d+ of 10000001 frames are in the file o.nc; "
        r"the same command with --resume continues\n",
        said,
    )
    assert "complete:          no" in command("info", "o.nc").stdout


def test_a_metric_that_leaves_the_program_is_only_a_metric_that_fails(command, school, tmp_path):
    text = "import sys\nfrom kadita import hookimpl, metric\n\n@metric\ndef leaver(block):\n    sys.exit(0)\n\n"
    (tmp_path / "mine.py").write_text(text + "@hookimpl\ndef kadita_metrics():\n    return [leaver]\n")
    done = command("analyze", school, "--plugin", "mine.py", "-m", "leaver", "-m", "spread")
    assert done.returncode == 1
    assert "spread" in done.stdout
    assert "kadita: error: leaver (plugin mine (mine.py)) failed: SystemExit: 0 (mine.py, line 6)" in done.stderr


def test_what_a_file_says_of_itself_cannot_steer_the_terminal(refused):
    said = refused("info", "\x1b[31mred.nc")
    assert "\x1b" not in said
    assert "\\x1b[31mred.nc" in said


@pytest.fixture(scope="module")
def tracks(tmp_path_factory):
    """A file of another program with positions in space, and one of two species in a plane."""
    folder = tmp_path_factory.mktemp("tracks")
    x = np.random.default_rng(1).uniform(0, 9, (5, 6, 3))
    with AmberWriter(folder / "space.nc", 6, periodic=False) as writer:
        writer.write(x, x, np.arange(5.0))
    species = (["fox", "hare"], np.array([0, 0, 1, 1, 1, 1], np.int32))
    with AmberWriter(folder / "plane.nc", 6, periodic="xy", dimensions=2, species=species) as writer:
        flat = x * [1.0, 1.0, 0.0]
        writer.write(flat, flat, np.arange(5.0), np.tile([9.0, 9.0, 0.0], (5, 1)))
    return folder


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("space.nc --dimensions 2", "frame 0: dimensions: expected a plane of constant z; found z from"),
        ("space.nc --dimensions 4", "--dimensions: expected 2 or 3; got 4"),
        ("space.nc --by species", "expected species for --by species; it has none"),
        ("plane.nc --by agent", "--by: expected species; got 'agent'"),
        ("space.nc --select species=fox", "expected species for --select species=; it has none"),
        ("plane.nc --select species=foz", "there is no species 'foz' to select (did you mean fox?)"),
        ("plane.nc --select agent=17", "there is no agent '17' to select (did you mean 1?)"),
        ("plane.nc --select colour=red", "--select: expected species=NAME or agent=NAME"),
        ("plane.nc --select species=fox --select agent=4", "no agent is selected; --select leaves none of 6"),
        ("plane.nc --box 8", "states a cell of 9 x 9 x open; --box 8 x 8 x 8 contradicts it"),
        ("space.nc --box 8,-1,8", "--box: expected one length, two or three, each finite and above 0"),
        ("space.nc --box wide", "--box: expected lengths such as 20 or 20,20,open; got 'wide'"),
        ("plane.nc -m depth_stratification_entropy", "is defined only in space, and the school is in a plane"),
    ],
)
def test_planes_species_selections_and_cells(tracks, refused, words, said):
    name, *options = words.split()
    assert said in refused("analyze", tracks / name, *options)
