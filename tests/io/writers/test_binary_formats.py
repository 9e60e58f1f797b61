"""kadita writes the formats of molecular dynamics: what their own readers return is what was simulated."""

import MDAnalysis
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal, assert_array_max_ulp

import kadita
from kadita.io.convert import convert

pytestmark = pytest.mark.filterwarnings("ignore:DCDReader currently makes independent timesteps:DeprecationWarning")


def read_all(path, **options):
    with kadita.open(path, **options) as opened:
        return opened.read(np.arange(opened.n_frames))


def assert_cells(found, school):
    if school.lengths is None:
        assert found is None
    else:
        assert_allclose(found, school.lengths, rtol=1e-6)


def frames_in_mdanalysis(path, school):
    universe = MDAnalysis.Universe.empty(school.agents, trajectory=True)
    frames = [ts.copy() for ts in universe.load_new(str(path)).trajectory]
    for ts, number in zip(frames, range(len(school.times)), strict=True):
        assert ts.time == pytest.approx(school.times[number], rel=1e-6)
        assert_cells(None if ts.dimensions is None else ts.dimensions[:3], school.of_frame(number))
    return frames


def test_xtc_keeps_two_decimals(school, tmp_path):
    remarks = convert(school.path, tmp_path / "school.xtc")
    assert any("two decimals" in line for line in remarks)
    assert any("cannot store velocities" in line for line in remarks)
    for ts, x in zip(frames_in_mdanalysis(tmp_path / "school.xtc", school), school.positions, strict=True):
        assert_allclose(ts.positions, x, rtol=0, atol=0.005 + 3e-6)
    chunk = read_all(tmp_path / "school.xtc")
    assert_array_equal(chunk.times, school.times)
    assert_cells(chunk.lengths, school)


def test_trr_keeps_positions_and_velocities(school, tmp_path):
    assert convert(school.path, tmp_path / "school.trr") == []
    frames = frames_in_mdanalysis(tmp_path / "school.trr", school)
    for ts, x, v in zip(frames, school.positions, school.velocities, strict=True):
        assert_allclose(ts.positions, x, rtol=3e-7)  # angstrom to nanometre and back
        assert_allclose(ts.velocities, v, rtol=3e-7)
    assert_cells(read_all(tmp_path / "school.trr").lengths, school)


@pytest.mark.parametrize("ending", ["xtc", "trr"])
def test_mdtraj_reads_what_is_written_for_gromacs(school, tmp_path, ending):
    mdtraj = pytest.importorskip("mdtraj", reason="mdtraj is not installed")
    convert(school.path, tmp_path / f"school.{ending}")
    file = {"xtc": mdtraj.formats.XTCTrajectoryFile, "trr": mdtraj.formats.TRRTrajectoryFile}[ending]
    with file(str(tmp_path / f"school.{ending}")) as opened:
        x, times, _, cells, *_ = opened.read()
    assert_allclose(10 * x, school.positions, rtol=0, atol=0.00501 if ending == "xtc" else 1e-5)
    assert_array_equal(times, school.times)
    if school.lengths is None:
        assert cells is None
    else:
        assert_allclose(10 * cells, school.lengths[:, None] * np.eye(3), rtol=1e-6)


@pytest.mark.parametrize("ending", ["xtc", "trr", "dcd"])
def test_chemfiles_reads_them(simple, tmp_path, ending):
    chemfiles = pytest.importorskip("chemfiles", reason="chemfiles is not installed")
    convert(simple.path, tmp_path / f"school.{ending}")
    with chemfiles.Trajectory(str(tmp_path / f"school.{ending}")) as opened:
        for number in range(opened.nsteps):
            frame = opened.read()
            assert_allclose(
                frame.positions, simple.positions[number], rtol=0, atol=0.00501 if ending == "xtc" else 1e-5
            )
            assert_allclose(frame.cell.lengths, simple.lengths[number], rtol=1e-6)
    assert number == len(simple.times) - 1


@pytest.mark.parametrize("first", [0.0, 2.0, 1.75])  # of 0.5 each: none, four, three and a half steps
def test_dcd_counts_steps_from_any_start(make, tmp_path, first):
    school = make(20, times=first + 0.5 * np.arange(6))
    convert(school.path, tmp_path / "school.dcd")
    frames = frames_in_mdanalysis(tmp_path / "school.dcd", school)
    for ts, x in zip(frames, school.positions, strict=True):
        assert_array_equal(ts.positions.astype(np.float64), x)
    chunk = read_all(tmp_path / "school.dcd")
    assert_allclose(chunk.times, school.times, rtol=1e-6)


@pytest.mark.parametrize("time", [0.0, 3.5])
def test_a_dcd_of_one_frame(make, tmp_path, time):
    convert(make(2, times=np.array([time])).path, tmp_path / "school.dcd")
    assert_allclose(read_all(tmp_path / "school.dcd").times, [time], rtol=1e-6)


def test_dcd_cannot_hold_uneven_times(make, tmp_path):
    with pytest.raises(
        kadita.KaditaError, match=r"expected evenly spaced times.*found 0.25 to 2; \.xtc and \.trr keep"
    ):
        convert(make(3).path, tmp_path / "school.dcd")
    assert not list(tmp_path.glob("*.dcd"))


def test_mdtraj_reads_dcd(simple, tmp_path):
    mdtraj = pytest.importorskip("mdtraj", reason="mdtraj is not installed")
    convert(simple.path, tmp_path / "school.dcd")
    with mdtraj.formats.DCDTrajectoryFile(str(tmp_path / "school.dcd")) as opened:
        x, lengths, angles = opened.read()
    assert_array_equal(x.astype(np.float64), simple.positions)
    assert_array_equal(lengths.astype(np.float64), simple.lengths)
    assert_allclose(angles, 90, atol=1e-5)


def test_h5md_keeps_everything(school, tmp_path):
    h5py = pytest.importorskip("h5py", reason="h5py is not installed")
    assert convert(school.path, tmp_path / "school.h5md") == []
    with h5py.File(tmp_path / "school.h5md") as file:  # the layout that H5MD prescribes
        group = file["particles/trajectory"]
        assert_array_equal(group["position/value"][...].astype(np.float64), school.positions)
        assert_array_equal(group["velocity/value"][...].astype(np.float64), school.velocities)
        assert_array_equal(group["position/time"][...], school.times)
        assert file["h5md/creator"].attrs["name"] == "kadita"
        assert_array_equal(group["box"].attrs["boundary"], ["none" if school.lengths is None else "periodic"] * 3)
    frames = frames_in_mdanalysis(tmp_path / "school.h5md", school)
    assert_array_equal([ts.velocities for ts in frames], school.velocities.astype(np.float32))
    chunk = read_all(tmp_path / "school.h5md")
    assert_array_equal(chunk.positions, school.positions)
    assert_array_equal(chunk.velocities, school.velocities)
    assert_array_equal(chunk.times, school.times)
    assert_cells(chunk.lengths, school)


def test_restart_is_the_last_frame_in_double_precision(school, tmp_path):
    parmed = pytest.importorskip("parmed", reason="ParmEd is not installed")
    mdtraj = pytest.importorskip("mdtraj", reason="mdtraj is not installed")
    path = tmp_path / "school.ncrst"
    assert convert(school.path, path) == ["one frame of 4: frame 3, at time 2"]
    read = parmed.amber.NetCDFRestart.open_old(str(path))
    assert_array_equal(np.reshape(read.coordinates, (-1, 3)), school.positions[-1])
    assert_array_equal(np.reshape(read.velocities, (-1, 3)), school.velocities[-1])
    assert read.time == school.times[-1]
    if school.lengths is None:
        assert read.box is None
    else:
        assert_array_equal(read.box, [*school.lengths[-1], 90, 90, 90])
    read.close()
    with mdtraj.formats.AmberNetCDFRestartFile(str(path)) as opened:
        x, time, lengths, angles = opened.read()
    assert_array_equal(x[0], school.positions[-1])
    assert time == school.times[-1]
    if school.lengths is None:
        assert lengths is None or not np.any(lengths)
    else:
        assert_array_equal(lengths[0], school.lengths[-1])
        assert_array_equal(angles[0], [90, 90, 90])


def test_a_restart_can_be_of_any_frame(simple, tmp_path):
    parmed = pytest.importorskip("parmed", reason="ParmEd is not installed")
    convert(simple.path, tmp_path / "school.ncrst", frame=1)
    read = parmed.amber.NetCDFRestart.open_old(str(tmp_path / "school.ncrst"))
    assert_array_equal(np.reshape(read.coordinates, (-1, 3)), simple.positions[1])
    read.close()
    with pytest.raises(kadita.KaditaError, match=r"frame: expected -6 \.\. 5; got 6"):
        convert(simple.path, tmp_path / "other.ncrst", frame=6)


def test_gsd_in_its_own_reader(school, tmp_path):
    hoomd = pytest.importorskip("gsd.hoomd", reason="gsd is not installed")
    convert(school.path, tmp_path / "school.gsd")
    with hoomd.open(str(tmp_path / "school.gsd"), "r") as file:
        for number, frame in enumerate(file):
            x, p = school.positions[number], frame.particles
            assert frame.configuration.step == number
            assert frame.log["time"] == school.times[number]
            assert_array_equal(p.velocity.astype(np.float64), school.velocities[number])
            box = np.asarray(frame.configuration.box[:3], dtype=float)
            assert (np.abs(p.position) <= box / 2).all()  # HOOMD-blue refuses anything else
            if school.lengths is None:
                assert frame.log["open_space"] == 1
                assert_array_equal(p.position.astype(np.float64), x)
                assert (2 * np.ptp(x, axis=0) < box).all()  # no image is nearer than the agent itself
            else:
                assert_array_equal(box, school.lengths[number])
                assert_allclose(p.position + box / 2, x, rtol=0, atol=4e-6)
            if school.agents > 1:
                assert [p.types[i] for i in p.typeid] == school.names
    assert number == len(school.times) - 1


def test_gsd_comes_back_with_velocities_times_cell_and_species(school, tmp_path):
    pytest.importorskip("gsd.hoomd", reason="gsd is not installed")
    convert(school.path, tmp_path / "school.gsd")
    with kadita.open(tmp_path / "school.gsd") as opened:
        assert_array_equal(opened.times, school.times)
        assert opened.species is None if school.agents == 1 else list(opened.species) == school.names
    chunk = read_all(tmp_path / "school.gsd")
    assert_allclose(chunk.positions, school.positions, rtol=0, atol=4e-6)
    assert_array_equal(chunk.velocities, school.velocities)
    assert_cells(chunk.lengths, school)
    convert(tmp_path / "school.gsd", tmp_path / "again.nc")
    assert_array_equal(read_all(tmp_path / "again.nc").velocities, school.velocities)


@pytest.mark.parametrize("ending", ["xtc", "trr", "h5md", "gsd", "ncrst"])
def test_formats_without_room_for_absence_refuse_it_and_leave_nothing(gappy, tmp_path, ending):
    who = "2 agents are absent from frame 2" if ending == "ncrst" else "1 agent is absent from frame 0 (agent 1)"
    if ending == "ncrst":
        convert(gappy.path, tmp_path / "last.ncrst")  # everybody is there in the last frame
    with pytest.raises(kadita.KaditaError) as error:
        convert(gappy.path, tmp_path / f"school.{ending}", **({"frame": 2} if ending == "ncrst" else {}))
    assert who in str(error.value)
    assert "write .xyz, whose frames can differ" in str(error.value)
    assert "\n" not in str(error.value)
    assert [f.name for f in tmp_path.iterdir()] == (["last.ncrst"] if ending == "ncrst" else [])


def test_a_coordinate_that_an_xtc_cannot_hold(make, tmp_path):
    far = make(3, shift=3e7)
    with pytest.raises(kadita.KaditaError, match=r"expected coordinates up to 2e\+07 for \.xtc; frame 0 holds 3e\+07"):
        convert(far.path, tmp_path / "school.xtc")
    convert(far.path, tmp_path / "school.trr")


@pytest.mark.parametrize("ending", ["xtc", "trr"])
def test_reading_leaves_no_files_behind(simple, tmp_path, ending):
    convert(simple.path, tmp_path / f"school.{ending}")
    chunk = read_all(tmp_path / f"school.{ending}")
    assert_allclose(chunk.positions, simple.positions, rtol=0, atol=0.00501)
    assert [f.name for f in tmp_path.iterdir()] == [f"school.{ending}"]


@pytest.mark.parametrize(
    ("ending", "damage"),
    [(e, "noise") for e in ("gsd", "h5md", "dcd", "trr", "lammpstrj")]
    + [(e, "cut") for e in ("gsd", "h5md", "lammpstrj")],
)  # the readers of DCD, XTC and TRR count whole frames alone, and nothing tells them how many there were
def test_a_damaged_file_is_told_in_one_line(simple, tmp_path, ending, damage):
    path = tmp_path / f"school.{ending}"
    convert(simple.path, path)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 2 // 5] if damage == "cut" else b"\x07\xff" * 400)
    with pytest.raises(kadita.KaditaError) as error:
        read_all(path)
    assert "\n" not in str(error.value)
    assert path.name in str(error.value)


def test_cells_of_a_universe_are_those_of_their_frames(simple, tmp_path):
    """The cell grows from frame to frame; reading many at once keeps them apart."""
    convert(simple.path, tmp_path / "school.trr")
    assert len(np.unique(simple.lengths[:, 0])) == len(simple.times)
    chunk = read_all(tmp_path / "school.trr")
    assert_array_max_ulp(chunk.lengths.astype(np.float32), simple.lengths.astype(np.float32), maxulp=2)


@pytest.mark.parametrize(("ending", "package"), [("h5md", "h5py"), ("gsd", "gsd")])
def test_a_package_that_is_missing_is_named(simple, tmp_path, monkeypatch, ending, package):
    for module in ("writers.mdanalysis", "writers.gsd", "readers.foreign"):
        monkeypatch.setattr(f"kadita.io.{module}.find_spec", lambda name: None)
    with pytest.raises(kadita.KaditaError, match=f"pip install {package}"):
        convert(simple.path, tmp_path / f"school.{ending}")
    assert not list(tmp_path.iterdir())


def hoomd_file(path, *frames):
    """A GSD as a simulation leaves it: the cell around the origin, steps and no times."""
    hoomd = pytest.importorskip("gsd.hoomd", reason="gsd is not installed")
    with hoomd.open(str(path), "w") as file:
        for step, box, positions in frames:
            frame = hoomd.Frame()
            frame.configuration.step, frame.configuration.box = step, box
            frame.particles.N, frame.particles.position = len(positions), positions
            file.append(frame)
    return path


def test_a_gsd_of_others_moves_into_the_cell(tmp_path):
    cube = [10, 12, 14, 0, 0, 0]
    corner = [[-5, -6, -7], [0, 0, 0], [4, 5, 6]]
    path = hoomd_file(tmp_path / "a.gsd", (100, cube, corner), (300, cube, np.array(corner) + 0.5))
    chunk = read_all(path)
    assert_array_equal(chunk.positions[0], [[0, 0, 0], [5, 6, 7], [9, 11, 13]])
    assert_array_equal(chunk.positions[1] - chunk.positions[0], np.full((3, 3), 0.5))
    assert_array_equal(chunk.times, [100, 300])
    assert_array_equal(chunk.lengths, [[10, 12, 14]] * 2)
    assert chunk.velocities is None
    assert_array_equal(read_all(path, velocities="difference").velocities, np.full((2, 3, 3), 0.5 / 200))


def test_gsd_files_that_kadita_does_not_read(tmp_path):
    tilted = hoomd_file(tmp_path / "tilted.gsd", (0, [10, 10, 10, 0.5, 0, 0], np.zeros((2, 3))))
    with pytest.raises(kadita.KaditaError, match=r"expected an orthorhombic cell; frame 0 has"):
        read_all(tilted)
    cube = [10, 10, 10, 0, 0, 0]
    grown = hoomd_file(tmp_path / "grown.gsd", (0, cube, np.zeros((2, 3))), (1, cube, np.zeros((3, 3))))
    with pytest.raises(kadita.KaditaError, match="expected 2 particles in every frame; frame 1 has 3"):
        read_all(grown)
    with pytest.raises(kadita.KaditaError, match="expected frames with particles; found none"):
        read_all(hoomd_file(tmp_path / "empty.gsd"))


def test_mdanalysis_opens_the_gsd(simple, tmp_path):
    pytest.importorskip("gsd.hoomd", reason="gsd is not installed")
    convert(simple.path, tmp_path / "school.gsd")
    universe = MDAnalysis.Universe(str(tmp_path / "school.gsd"))
    assert_array_equal(universe.atoms.types, simple.names)
    for number, ts in enumerate(universe.trajectory):
        assert_allclose(ts.positions + simple.lengths[number] / 2, simple.positions[number], rtol=0, atol=6e-6)
