"""What the data say of readers is what the readers do: each reads files that differ in one place from a sound one."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from kadita.io.validation import findings_in

pytestmark = pytest.mark.filterwarnings("ignore")  # what readers warn of while they refuse a file


def by_mdanalysis(path):
    from MDAnalysis.coordinates.TRJ import NCDFReader

    frames = []
    with NCDFReader(path, mmap=False) as reader:
        for ts in reader:
            cell = np.zeros(3) if ts.dimensions is None else ts.dimensions[:3]
            frames.append((ts.positions.copy(), ts.velocities.copy(), float(ts.time), cell))
    return dict(zip(("coordinates", "velocities", "time", "cell_lengths"), zip(*frames, strict=True), strict=True))


def by_parmed(path):
    parmed = pytest.importorskip("parmed", reason="ParmEd is not installed")
    if not parmed.amber.NetCDFTraj.id_format(path):
        raise ValueError("no AMBER trajectory")
    reader = parmed.amber.NetCDFTraj.open_old(path)
    cells = np.zeros((1, 3)) if reader.box is None else reader.box[:, :3]
    read = {
        "coordinates": reader.coordinates,
        "velocities": reader.velocities,
        "time": reader.time,
        "cell_lengths": cells,
    }
    reader.close()
    return read


def by_chemfiles(path):
    chemfiles = pytest.importorskip("chemfiles", reason="chemfiles is not installed")
    chemfiles.set_warnings_callback(lambda _: None)
    read = {"coordinates": [], "velocities": [], "cell_lengths": []}
    try:
        with chemfiles.Trajectory(path) as trajectory:
            for _ in range(trajectory.nsteps):
                frame = trajectory.read()
                read["coordinates"].append(np.array(frame.positions))
                read["velocities"].append(np.array(frame.velocities))
                read["cell_lengths"].append(frame.cell.lengths)
    except chemfiles.ChemfilesError as error:  # which is no Exception
        raise ValueError(str(error)) from None
    return read


def by_mdtraj(path):
    mdtraj = pytest.importorskip("mdtraj", reason="mdtraj is not installed")
    with mdtraj.formats.NetCDFTrajectoryFile(path) as file:
        positions, times, lengths, _ = file.read()
    read = {"coordinates": positions, "time": times, "cell_lengths": lengths}  # None stands for what is not there
    return {n: np.ma.filled(np.ma.asarray(v, dtype=float), np.nan) for n, v in read.items() if v is not None}


READERS = {"MDAnalysis": by_mdanalysis, "ParmEd": by_parmed, "chemfiles": by_chemfiles, "mdtraj": by_mdtraj}


def outcome(reader, path, meant):
    """How a reader takes a file: it reads what is meant, misreads it, or refuses it."""
    try:
        read = READERS[reader](str(path))
    except Exception:
        return "refuses"
    try:
        for name, values in read.items():
            assert_allclose(np.asarray(values, dtype=float), meant[name], rtol=1e-5, atol=1e-5)
    except (AssertionError, TypeError, ValueError):
        return "misreads"
    return "reads"


def attribute(name, value):
    return lambda file: file["attributes"].update({name: value})


def of_variable(variable, name, value):
    return lambda file: file["variables"][variable][2].update({name: value})


def scaled(variable, factor):
    """Numbers in another unit, and the factor beside them: what is meant is the same."""

    def spoil(file):
        file["variables"][variable][2]["scale_factor"] = factor
        file["variables"][variable][3] = file["variables"][variable][3] / factor

    return spoil


def moved(file):
    file["variables"]["coordinates"][2]["add_offset"] = np.float32(5)
    file["variables"]["coordinates"][3] = file["variables"]["coordinates"][3] - 5


def in_nanometres(file):
    file["variables"]["coordinates"][2]["units"] = "nanometer"
    file["variables"]["coordinates"][3] = file["variables"]["coordinates"][3] / 10


def extra_with_factor(file):
    file["variables"]["polarization"] = [("frame",), "f4", {"scale_factor": 2.0}, np.ones(4)]


def swapped(file):
    values = file["variables"]["coordinates"][3]
    file["variables"]["coordinates"][0] = ("frame", "spatial", "atom")
    file["variables"]["coordinates"][3] = values.swapaxes(1, 2)


def agents_by_another_name(file):
    file["dims"]["agent"] = file["dims"].pop("atom")
    for name in ("coordinates", "velocities"):
        file["variables"][name][0] = ("frame", "agent", "spatial")


def cell(name, where, value):
    def spoil(file):
        file["variables"][name][3][where] = value

    return spoil


MDA, PARMED, CHEMFILES, MDTRAJ = READERS
CASES = {  # id of the check, the deviation, who refuses it, who misreads it
    "CDF-1": ("magic", lambda f: f.update(format="NETCDF3_CLASSIC"), {MDA, CHEMFILES}, set()),
    "CDF-5": ("magic", lambda f: f.update(format="NETCDF3_64BIT_DATA"), {MDA, PARMED, CHEMFILES}, set()),
    "NetCDF-4": ("container", lambda f: f.update(format="NETCDF4"), {MDA, PARMED, CHEMFILES}, set()),
    "no Conventions": ("conventions", lambda f: f["attributes"].pop("Conventions"), {MDA, PARMED, CHEMFILES}, set()),
    "CF beside AMBER": ("conventions", attribute("Conventions", "CF-1.11 AMBER"), {PARMED, CHEMFILES}, set()),
    "version 2.0": ("convention-version", attribute("ConventionVersion", "2.0"), {CHEMFILES}, set()),
    "version as number": ("convention-version", attribute("ConventionVersion", 1.0), {MDA, PARMED, CHEMFILES}, set()),
    "no program": ("program", lambda f: f["attributes"].pop("program"), {PARMED}, set()),
    "attribute of numbers": ("vector-attribute", attribute("seeds", np.arange(3, dtype="i4")), {CHEMFILES}, set()),
    "long attribute": ("attribute-length", attribute("title", "x" * 200), set(), set()),
    "valid_max": ("masking", of_variable("coordinates", "valid_max", np.float32(10)), set(), {MDTRAJ}),
    "missing_value": ("masking", of_variable("time", "missing_value", np.float32(0.5)), set(), {MDTRAJ}),
    "scaled positions": ("scale-factor", scaled("coordinates", 2.0), set(), {PARMED}),
    "scaled cell": ("scale-factor", scaled("cell_lengths", 2.0), set(), {PARMED}),
    "scaled velocities": ("velocity-scale", scaled("velocities", 20.455), set(), set()),
    "whole factor": ("scale-factor", scaled("velocities", np.int32(2)), {MDA, CHEMFILES}, set()),
    "add_offset": ("scale-factor", moved, set(), {MDA, PARMED, CHEMFILES}),
    "scaled extra": ("scale-factor", extra_with_factor, {MDA}, set()),
    "fixed frame": ("frame-unlimited", lambda f: f["dims"].update(frame=4), {CHEMFILES}, set()),
    "agents by another name": ("atoms", agents_by_another_name, {MDA, CHEMFILES}, set()),
    "dimension time": ("reserved-dimension", lambda f: f["dims"].update(time=2), {PARMED}, set()),
    "dimension close": ("reserved-dimension", lambda f: f["dims"].update(close=2), {PARMED}, set()),
    "no spatial": ("spatial-names", lambda f: f["variables"].pop("spatial"), set(), set()),
    "no cell_angular": ("cell-names", lambda f: f["variables"].pop("cell_angular"), set(), set()),
    "no coordinates": ("coordinates", lambda f: f["variables"].pop("coordinates"), {MDA, PARMED, MDTRAJ}, {CHEMFILES}),
    "no time": ("time", lambda f: f["variables"].pop("time"), {PARMED}, {MDA}),
    "swapped": ("dims", swapped, {MDA, CHEMFILES}, {PARMED, MDTRAJ}),
    "double positions": ("precision", lambda f: f["variables"]["coordinates"].__setitem__(1, "f8"), set(), set()),
    "single cell": ("precision", lambda f: f["variables"]["cell_lengths"].__setitem__(1, "f4"), set(), set()),
    "whole cell": ("type", lambda f: f["variables"]["cell_lengths"].__setitem__(1, "i4"), {CHEMFILES}, set()),
    "Angstrom": ("units", of_variable("coordinates", "units", "Angstrom"), {MDA}, set()),
    "nanometres": ("units", in_nanometres, {MDA}, {PARMED, CHEMFILES, MDTRAJ}),
    "degrees": ("units", of_variable("cell_angles", "units", "degrees"), {MDA}, set()),
    "no angles": ("cell-pair", lambda f: f["variables"].pop("cell_angles"), {MDA, CHEMFILES}, {PARMED}),
    "no cell lengths": ("cell-pair", lambda f: f["variables"].pop("cell_lengths"), set(), {MDA, PARMED, CHEMFILES}),
    "cell of 0": ("cell-lengths", cell("cell_lengths", slice(None), 0.0), {MDA}, set()),
    "negative length": ("cell-lengths", cell("cell_lengths", (1, 0), -20.0), {CHEMFILES}, {MDA}),
    "angle of 200": ("cell-angles", cell("cell_angles", (1, 0), 200.0), {CHEMFILES}, set()),
}


@pytest.mark.parametrize("name", CASES)
def test_readers_do_what_the_data_say(name, sound, write, tmp_path):
    id, spoil, refusing, misreading = CASES[name]
    file = sound()
    meant = {key: np.array(values[3]) for key, values in file["variables"].items() if key in by_name(file)}
    spoil(file)
    if id == "cell-lengths":  # lengths are read as they stand, by all that read them
        meant["cell_lengths"] = file["variables"]["cell_lengths"][3]
    path = write(tmp_path / "deviating.nc", file)
    expected = {r: "refuses" if r in refusing else "misreads" if r in misreading else "reads" for r in READERS}
    assert {r: outcome(r, path, meant) for r in READERS} == expected
    (found,) = {f.id: f for f in findings_in(path) if f.id == id}.values()
    assert "all" in found.needed_by or refusing | misreading <= set(found.needed_by)


def by_name(file):
    return {name for name, (dims, *_) in file["variables"].items() if dims[:1] == ("frame",)}


def test_a_sound_file_is_read_by_all(sound, write, tmp_path):
    file = sound()
    meant = {name: file["variables"][name][3] for name in by_name(file)}
    path = write(tmp_path / "sound.nc", file)
    assert {outcome(r, path, meant) for r in READERS} == {"reads"}


def test_of_a_cut_file_libnetcdf_reads_zeros(sound, write, tmp_path):
    path = write(tmp_path / "cut.nc", sound())
    path.write_bytes(path.read_bytes()[:-400])
    read = by_mdtraj(str(path))
    assert read["coordinates"].shape == (4, 5, 3)
    assert (read["coordinates"][3] == 0).all()
    assert "size" in {f.id for f in findings_in(path)}


@pytest.fixture(scope="module")
def by_ovito():
    reason = "OVITO is not installed, or lacks libGL or libEGL; on Debian: apt-get install libgl1 libegl1"
    io = pytest.importorskip("ovito.io", reason=reason, exc_type=ImportError)
    return lambda path: io.import_file(str(path)).compute(0)


def test_ovito_ignores_factors(sound, write, tmp_path, by_ovito):
    for name, of_ovito in (("coordinates", "Position"), ("velocities", "Velocity")):
        file = sound()
        scaled(name, 2.0)(file)
        read = by_ovito(write(tmp_path / f"{name}.nc", file)).particles[of_ovito]
        assert_allclose(read, file["variables"][name][3][0], rtol=1e-6)  # as stored, not as meant


@pytest.mark.parametrize("name", ["no Conventions", "CF beside AMBER", "swapped", "no coordinates"])
def test_ovito_refuses(name, sound, write, tmp_path, by_ovito):
    file = sound()
    CASES[name][1](file)
    with pytest.raises(RuntimeError):
        by_ovito(write(tmp_path / "refused.nc", file))


@pytest.mark.parametrize("name", ["cell of 0", "CDF-1", "CDF-5", "NetCDF-4", "fixed frame", "no time"])
def test_ovito_takes_these_but_no_cell_of_zeros(name, sound, write, tmp_path, by_ovito):
    file = sound()
    CASES[name][1](file)
    read = by_ovito(write(tmp_path / "taken.nc", file))
    assert read.particles.count == 5
    assert (read.cell is None) == (name == "cell of 0")
