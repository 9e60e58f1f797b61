"""What MDAnalysis, ParmEd and mdtraj write is sound; what is found in it is known, and never a fault."""

import warnings

import numpy as np
import pytest

from kadita.io.validation import validate

FRAMES, AGENTS = 4, 6
CELL = np.array([30.0, 25.5, 41.25])


@pytest.fixture
def motion():
    rng = np.random.default_rng(7)
    positions = (rng.random((FRAMES, AGENTS, 3)) * CELL).astype(np.float32)
    return positions, rng.normal(size=positions.shape).astype(np.float32)


def with_mdanalysis(path, positions, velocities, *, cell, **options):
    import MDAnalysis
    from MDAnalysis.coordinates.TRJ import NCDFWriter

    universe = MDAnalysis.Universe.empty(AGENTS, trajectory=True, velocities=velocities is not None)
    ts = universe.trajectory.ts
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a cell that is missing
        with NCDFWriter(str(path), AGENTS, velocities=velocities is not None, **options) as writer:
            for frame in range(FRAMES):
                ts.frame, ts.time, ts.positions = frame, frame * 0.5, positions[frame]
                if velocities is not None:
                    ts.velocities = velocities[frame]
                ts.dimensions = [*CELL, 90.0, 90.0, 90.0] if cell else None
                writer.write(universe.atoms)


def with_parmed(path, positions, velocities, *, cell):
    parmed = pytest.importorskip("parmed", reason="ParmEd is not installed")
    file = parmed.amber.NetCDFTraj.open_new(str(path), AGENTS, box=cell, crds=True, vels=velocities is not None)
    for frame in range(FRAMES):
        file.add_coordinates(positions[frame])
        if velocities is not None:
            file.add_velocities(velocities[frame])
        if cell:
            file.add_box(CELL, [90.0, 90.0, 90.0])
        file.add_time(frame * 0.5)
    file.close()


def with_mdtraj(path, positions, velocities, *, cell):
    mdtraj = pytest.importorskip("mdtraj", reason="mdtraj is not installed")
    assert velocities is None
    angles = {"cell_lengths": np.tile(CELL, (FRAMES, 1)), "cell_angles": np.full((FRAMES, 3), 90.0)} if cell else {}
    with mdtraj.formats.NetCDFTrajectoryFile(str(path), "w") as file:
        file.write(positions, time=np.arange(FRAMES) * 0.5, **angles)


KNOWN = {  # what each writer shows, and why it is none of its faults
    (with_mdanalysis, True): set(),
    (with_mdanalysis, False): set(),
    (with_parmed, True): {"velocity-scale"},  # AMBER's own unit of velocity, as sander and pmemd write it
    (with_parmed, False): set(),
    (with_mdtraj, False): {
        "cell-names"
    },  # of cell_angular(cell_spatial, label), where the convention has cell_angular twice
}


@pytest.mark.parametrize("cell", [True, False], ids=["cell", "open"])
@pytest.mark.parametrize(("write", "velocities"), KNOWN, ids=lambda v: getattr(v, "__name__", f"velocities={v}"))
def test_no_fault_is_found_and_every_warning_is_known(write, velocities, cell, motion, tmp_path):
    write(tmp_path / "school.nc", motion[0], motion[1] if velocities else None, cell=cell)
    report = validate(tmp_path / "school.nc")
    assert {f.id for f in report.findings} == KNOWN[write, velocities] - (set() if cell else {"cell-names"})
    assert {f.severity for f in report.findings} <= {"warning"}
    assert (report.frames, report.agents) == (FRAMES, AGENTS)


def test_units_that_mdanalysis_was_asked_for_are_what_others_ignore(motion, tmp_path):
    with_mdanalysis(tmp_path / "scaled.nc", *motion, cell=True, scale_coordinates=2.0, scale_velocities=20.455)
    found = {f.id: f.severity for f in validate(tmp_path / "scaled.nc").findings}
    assert found == {"scale-factor": "fault", "velocity-scale": "warning"}


OF_AMBER = {  # files of AMBER's own programs, which MDAnalysis tests with
    "NCDF": {"time-order"},  # sander 9: all times are 0
    "NCDFtruncoct": {"time-order", "rectangular"},  # a truncated octahedron
    "TRJ_NCBOX": {"velocity-scale"},  # pmemd 16
    "CPPTRAJ_TRAJ": {"time"},  # cpptraj 6.4 wrote no times: ParmEd does refuse it
    "PFncdf_Trj": {"spatial-names", "precision"},  # MDAnalysis 0.9
}


@pytest.mark.parametrize("name", OF_AMBER)
def test_files_of_ambers_own_programs(name):
    datafiles = pytest.importorskip("MDAnalysisTests.datafiles", reason="MDAnalysisTests is not installed")
    found = validate(getattr(datafiles, name)).findings
    assert {f.id for f in found} == OF_AMBER[name]
    assert {f.id for f in found if f.severity == "fault"} <= {"time"}


@pytest.mark.filterwarnings("ignore")  # of a reader that fails once more while it is cleared away
def test_the_one_fault_among_them_is_one():
    parmed = pytest.importorskip("parmed", reason="ParmEd is not installed")
    datafiles = pytest.importorskip("MDAnalysisTests.datafiles", reason="MDAnalysisTests is not installed")
    read = parmed.amber.NetCDFTraj.open_old(datafiles.CPPTRAJ_TRAJ)
    with pytest.raises(KeyError, match="time"):
        read.time  # noqa: B018
    read.close()
