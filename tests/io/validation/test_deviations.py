"""Files that differ from a sound one in one place, each found by the check that is there for it."""

import numpy as np
import pytest

from kadita.io.validation import findings_in


def attribute(name, value=None):
    """Change a global attribute; without a value, take it away."""

    def spoil(file):
        file["attributes"].pop(name, None)
        if value is not None:
            file["attributes"][name] = value

    return spoil


def of_variable(variable, name, value=None):
    """Change an attribute of a variable; without a value, take it away."""

    def spoil(file):
        attributes = file["variables"][variable][2]
        attributes.pop(name, None)
        if value is not None:
            attributes[name] = value

    return spoil


def without(*names):
    return lambda file: [file["variables"].pop(name) for name in names]


def typed(variable, kind):
    return lambda file: file["variables"][variable].__setitem__(1, kind)


def dimension(name, size):
    return lambda file: file["dims"].__setitem__(name, size)


def renamed_dimension(old, new):
    def spoil(file):
        file["dims"][new] = file["dims"].pop(old)
        for variable in file["variables"].values():
            variable[0] = tuple(new if d == old else d for d in variable[0])

    return spoil


def renamed_variable(old, new):
    return lambda file: file["variables"].__setitem__(new, file["variables"].pop(old))


def added(name, dims, kind, values, **attributes):
    return lambda file: file["variables"].__setitem__(name, [dims, kind, attributes, values])


def letters(variable, word):
    return lambda file: file["variables"][variable].__setitem__(3, np.array(list(word), dtype="S1"))


def number(variable, where, value):
    """Change one number, or a row of them."""

    def spoil(file):
        file["variables"][variable][3][where] = value

    return spoil


def swapped(variable):
    def spoil(file):
        dims, *_, values = file["variables"][variable]
        file["variables"][variable][0] = (dims[0], dims[2], dims[1])
        file["variables"][variable][3] = values.swapaxes(1, 2)

    return spoil


def shortened(dim, *variables):
    """Make a dimension of three one of two."""

    def spoil(file):
        file["dims"][dim] = 2
        for name in variables:
            dims, *_, values = file["variables"][name]
            file["variables"][name][3] = np.take(values, [0, 1], axis=dims.index(dim))

    return spoil


def in_format(name):
    return lambda file: file.__setitem__("format", name)


def all_of(*changes):
    return lambda file: [change(file) for change in changes]


def without_frames(file):
    for variable in file["variables"].values():
        if variable[0][:1] == ("frame",):
            variable[3] = None


def wide_labels(file):
    file["dims"]["label"] = 6
    file["variables"]["cell_angular"][3] = np.array([list(w.ljust(6)) for w in ("alpha", "beta", "gamma")], dtype="S1")


def everyone_present(value=1):
    return added("present", ("frame", "atom"), "i4", np.full((4, 5), value))


NAN, INF = np.nan, np.inf
SEVERAL = np.array([0.0, 1.0], dtype=np.float32)


def far_away(file):
    """Steps of .3 at northings of 5e6 m, where float32 numbers are half a metre apart."""
    x = file["variables"]["coordinates"][3]
    file["variables"]["coordinates"][3] = 5e6 + 0.3 * np.arange(len(x))[:, None, None] + 0 * x
    return file


DEVIATIONS = {
    # container
    "CDF-1": ("magic", in_format("NETCDF3_CLASSIC")),
    "CDF-5": ("magic", in_format("NETCDF3_64BIT_DATA")),
    "NetCDF-4": ("container", in_format("NETCDF4")),
    "NetCDF-4 with the classic model": ("container", in_format("NETCDF4_CLASSIC")),
    # global attributes
    "no Conventions": ("conventions", attribute("Conventions")),
    "Conventions with CF": ("conventions", attribute("Conventions", "CF-1.11 AMBER")),
    "Conventions with CF after a comma": ("conventions", attribute("Conventions", "AMBER,CF-1.11")),
    "Conventions in small letters": ("conventions", attribute("Conventions", "amber")),
    "Conventions of a restart file": ("conventions", attribute("Conventions", "AMBERRESTART")),
    "Conventions as a number": ("conventions", attribute("Conventions", np.float64(1))),
    "Conventions with a space": ("conventions", attribute("Conventions", "AMBER ")),
    "no ConventionVersion": ("convention-version", attribute("ConventionVersion")),
    "ConventionVersion 2.0": ("convention-version", attribute("ConventionVersion", "2.0")),
    "ConventionVersion 1": ("convention-version", attribute("ConventionVersion", "1")),
    "ConventionVersion as a number": ("convention-version", attribute("ConventionVersion", np.float64(1))),
    "no program": ("program", attribute("program")),
    "program as a number": ("program", attribute("program", np.float32(3))),
    "no programVersion": ("program", attribute("programVersion")),
    "programVersion as a number": ("program", attribute("programVersion", np.float64(1.5))),
    "title of 200 characters": ("attribute-length", attribute("title", "x" * 200)),
    "history of 81 characters": ("attribute-length", attribute("history", "x" * 81)),
    "long_name of 100 characters": ("attribute-length", of_variable("time", "long_name", "x" * 100)),
    "global attribute of several numbers": ("vector-attribute", attribute("seeds", np.arange(3, dtype=np.int32))),
    "valid_range of positions": ("vector-attribute", of_variable("coordinates", "valid_range", SEVERAL)),
    "flag_values of an extra": (
        "vector-attribute",
        added("state", ("atom",), "i4", np.zeros(5), flag_values=np.arange(2, dtype=np.int32)),
    ),
    # attributes that change what numbers mean
    "a plane with heights": ("plane", attribute("kadita_dimensions", "2")),
    "four dimensions": ("plane", attribute("kadita_dimensions", "4")),
    "a cell along w": ("periodic", attribute("kadita_periodic", "xw")),
    "a cell along no axis": ("periodic", attribute("kadita_periodic", "")),
    "an origin at infinity": ("origin", added("kadita_origin", ("spatial",), "f8", np.array([np.inf, 0, 0]))),
    "an arena without area": (
        "arena",
        all_of(
            dimension("kadita_arena_length", 12),
            added("kadita_arena", ("kadita_arena_length",), "S1", np.array(list("circle:0,0,0"), dtype="S1")),
        ),
    ),
    "an agent in two columns": (
        "columns",
        all_of(
            dimension("kadita_identity_count", 5),
            added("kadita_identity", ("frame", "atom"), "i4", np.zeros((4, 5), np.int32)),
        ),
    ),
    "an agent that does not exist": (
        "columns",
        added("kadita_identity", ("frame", "atom"), "i4", np.tile(np.arange(5, dtype=np.int32), (4, 1))),
    ),
    "steps rounded away": ("resolution", far_away),
    "valid_min of positions": ("masking", of_variable("coordinates", "valid_min", np.float32(15))),
    "valid_max of positions": ("masking", of_variable("coordinates", "valid_max", np.float32(15))),
    "missing_value of times": ("masking", of_variable("time", "missing_value", np.float32(0.5))),
    "valid_range masks": ("masking", of_variable("velocities", "valid_range", SEVERAL)),
    "scaled positions": ("scale-factor", of_variable("coordinates", "scale_factor", 2.0)),
    "scaled times": ("scale-factor", of_variable("time", "scale_factor", np.float32(1e-3))),
    "scaled cell": ("scale-factor", of_variable("cell_lengths", "scale_factor", 10.0)),
    "scaled angles": ("scale-factor", of_variable("cell_angles", "scale_factor", 57.3)),
    "moved positions": ("scale-factor", of_variable("coordinates", "add_offset", 1.0)),
    "scaled extra": ("scale-factor", added("polarization", ("frame",), "f4", np.ones(4), scale_factor=2.0)),
    "extra scaled by 1": ("scale-factor", added("polarization", ("frame",), "f4", np.ones(4), scale_factor=1.0)),
    "velocities scaled by a whole number": ("scale-factor", of_variable("velocities", "scale_factor", np.int32(2))),
    "velocities scaled by text": ("scale-factor", of_variable("velocities", "scale_factor", "20.455")),
    "velocities in AMBER's unit": ("velocity-scale", of_variable("velocities", "scale_factor", np.float32(20.455))),
    "velocities in AMBER's unit, double": ("velocity-scale", of_variable("velocities", "scale_factor", 20.455)),
    # dimensions
    "fixed frame": ("frame-unlimited", dimension("frame", 4)),
    "no frame": ("frame-unlimited", renamed_dimension("frame", "step")),
    "no frames": ("frames", without_frames),
    "two dimensions of space": ("spatial", shortened("spatial", "spatial", "coordinates", "velocities")),
    "space by another name": ("spatial", renamed_dimension("spatial", "xyz")),
    "agents by another name": ("atoms", renamed_dimension("atom", "agent")),
    "two lengths of a cell": ("cell-dimensions", shortened("cell_spatial", "cell_spatial", "cell_lengths")),
    "two angles of a cell": ("cell-dimensions", shortened("cell_angular", "cell_angular", "cell_angles")),
    **{
        f"dimension {name}": ("reserved-dimension", dimension(name, 2))
        for name in ("time", "box", "coordinates", "velocities", "forces", "cell_lengths_angles", "temp0", "close")
    },
    # names of components
    "no spatial": ("spatial-names", without("spatial")),
    "spatial in great letters": ("spatial-names", letters("spatial", "XYZ")),
    "spatial as numbers": (
        "spatial-names",
        all_of(without("spatial"), added("spatial", ("spatial",), "i4", [1, 2, 3])),
    ),
    "no cell_spatial": ("cell-names", without("cell_spatial")),
    "cell_spatial as x, y, z": ("cell-names", letters("cell_spatial", "xyz")),
    "no cell_angular": ("cell-names", without("cell_angular")),
    "labels of six": ("cell-names", wide_labels),
    # variables
    "no coordinates": ("coordinates", without("coordinates")),
    "coordinates by another name": ("coordinates", renamed_variable("coordinates", "positions")),
    "no time": ("time", without("time")),
    "coordinates(frame, spatial, atom)": ("dims", swapped("coordinates")),
    "velocities(frame, spatial, atom)": ("dims", swapped("velocities")),
    "time(atom)": ("dims", all_of(without("time"), added("time", ("atom",), "f4", np.arange(5), units="picosecond"))),
    "time without dimension": ("dims", all_of(without("time"), added("time", (), "f4", 1.0, units="picosecond"))),
    "cell_lengths(frame, spatial)": (
        "dims",
        lambda f: f["variables"]["cell_lengths"].__setitem__(0, ("frame", "spatial")),
    ),
    "present(atom)": ("dims", added("present", ("atom",), "i4", np.ones(5))),
    "whole positions": ("type", typed("coordinates", "i4")),
    "short positions": ("type", typed("coordinates", "i2")),
    "whole velocities": ("type", typed("velocities", "i4")),
    "whole times": ("type", all_of(typed("time", "i4"), lambda f: f["variables"]["time"].__setitem__(3, np.arange(4)))),
    "whole cell": ("type", typed("cell_lengths", "i4")),
    "present as float": ("type", added("present", ("frame", "atom"), "f4", np.ones((4, 5)))),
    "species as letters": ("type", added("species", ("atom",), "S1", np.array(list("aabbb"), dtype="S1"))),
    "double positions": ("precision", typed("coordinates", "f8")),
    "double velocities": ("precision", typed("velocities", "f8")),
    "single cell": ("precision", all_of(typed("cell_lengths", "f4"), typed("cell_angles", "f4"))),
    "positions without unit": ("units", of_variable("coordinates", "units")),
    "positions in nanometres": ("units", of_variable("coordinates", "units", "nanometer")),
    "positions in Angstrom": ("units", of_variable("coordinates", "units", "Angstrom")),
    "unit that is a number": ("units", of_variable("coordinates", "units", np.float32(1))),
    "times without unit": ("units", of_variable("time", "units")),
    "times in ps": ("units", of_variable("time", "units", "ps")),
    "times in femtoseconds": ("units", of_variable("time", "units", "femtosecond")),
    "velocities without unit": ("units", of_variable("velocities", "units")),
    "velocities in angstrom/ps": ("units", of_variable("velocities", "units", "angstrom/ps")),
    "cell without unit": ("units", of_variable("cell_lengths", "units")),
    "angles in degrees": ("units", of_variable("cell_angles", "units", "degrees")),
    "angles in radians": ("units", of_variable("cell_angles", "units", "radian")),
    "lengths without angles": ("cell-pair", without("cell_angles")),
    "angles without lengths": ("cell-pair", without("cell_lengths")),
    # numbers
    "time that is NaN": ("time-finite", number("time", 2, NAN)),
    "time that is infinite": ("time-finite", number("time", 3, INF)),
    "time that stands": ("time-order", number("time", 2, 0.5)),
    "time that goes back": ("time-order", number("time", 3, 0.0)),
    "times all 0": ("time-order", number("time", slice(None), 0.0)),
    "position that is NaN": ("positions-finite", number("coordinates", (2, 4, 0), NAN)),
    "position that is infinite": ("positions-finite", number("coordinates", (0, 0, 2), -INF)),
    "NaN of one who is present": (
        "positions-finite",
        all_of(everyone_present(), number("coordinates", (2, 4), NAN)),
    ),
    "position as never written": ("positions-large", number("coordinates", (3, 1, 1), 9.96921e36)),
    "position of 1e7": ("positions-large", number("coordinates", (1, 0, 0), -1e7)),
    "velocity that is NaN": ("velocities-finite", number("velocities", (1, 0, 0), NAN)),
    "velocity that is infinite": (
        "velocities-finite",
        all_of(everyone_present(), number("velocities", (1, 0, 0), INF)),
    ),
    "cell of 0": ("cell-lengths", number("cell_lengths", slice(None), 0.0)),
    "one length of 0": ("cell-lengths", number("cell_lengths", (1, 2), 0.0)),
    "negative length": ("cell-lengths", number("cell_lengths", (3, 0), -20.0)),
    "length that is NaN": ("cell-lengths", number("cell_lengths", (0, 0), NAN)),
    "length that is infinite": ("cell-lengths", number("cell_lengths", (0, 1), INF)),
    "angles of 0": ("cell-angles", number("cell_angles", slice(None), 0.0)),
    "angle of 200": ("cell-angles", number("cell_angles", (2, 1), 200.0)),
    "angle that is NaN": ("cell-angles", number("cell_angles", (2, 1), NAN)),
    "angles that do not meet": ("cell-angles", number("cell_angles", 1, [30.0, 30.0, 90.0])),
    "radians in degrees": ("rectangular", number("cell_angles", slice(None), np.pi / 2)),
    "hexagonal cell": ("rectangular", number("cell_angles", (slice(None), 2), 120.0)),
    "absent at a place": ("present", everyone_present(0)),
    "present twice": ("present", everyone_present(2)),
}


@pytest.mark.parametrize("name", DEVIATIONS)
def test_it_is_found(name, sound, write, tmp_path):
    expected, spoil = DEVIATIONS[name]
    file = sound()
    spoil(file)
    found = findings_in(write(tmp_path / "spoilt.nc", file))
    assert expected in {f.id for f in found}
    assert all(f.message and f.mend and f.needed_by for f in found)


def test_there_are_at_least_ninety_and_a_sound_file_has_none_of_them(sound, write, tmp_path):
    assert len(DEVIATIONS) >= 90
    for number_of_file, kind in enumerate([{}, {"periodic": False}, {"velocities": False}]):
        assert findings_in(write(tmp_path / f"{number_of_file}.nc", sound(**kind))) == []


FOLLOWS = {  # one deviation is another as well
    "NetCDF-4": {"container"},
    "valid_range of positions": {"vector-attribute", "masking"},
    "Conventions with CF": {"conventions"},
    "position that is infinite": {"positions-finite"},
    "no time": {"time"},
    "one length of 0": {"cell-lengths"},
    "hexagonal cell": {"rectangular"},
    "fixed frame": {"frame-unlimited"},
}


@pytest.mark.parametrize("name", FOLLOWS)
def test_nothing_else_is_found(name, sound, write, tmp_path):
    file = sound()
    DEVIATIONS[name][1](file)
    assert {f.id for f in findings_in(write(tmp_path / "spoilt.nc", file))} == FOLLOWS[name]


def test_three_faults_are_three_findings_with_their_frames(sound, write, tmp_path):
    file = sound()
    for name in ("no program", "negative length", "position that is NaN", "time that goes back"):
        DEVIATIONS[name][1](file)
    found = {f.id: f for f in findings_in(write(tmp_path / "spoilt.nc", file))}
    assert set(found) == {"program", "cell-lengths", "positions-finite", "time-order"}
    assert {id: f.frame for id, f in found.items()} == {
        "program": None,
        "cell-lengths": 3,
        "positions-finite": 2,
        "time-order": 3,
    }


def test_frames_are_listed_as_stretches(sound, write, tmp_path):
    file = sound()
    frames = 200
    for variable in file["variables"].values():
        if variable[0][:1] == ("frame",):
            variable[3] = np.resize(variable[3], (frames, *np.shape(variable[3])[1:]))
    file["variables"]["time"][3] = np.arange(frames)
    bad = [3, 17, 40, 41, 42, 199]
    file["variables"]["coordinates"][3][bad, 0] = NAN
    (found,) = findings_in(write(tmp_path / "spoilt.nc", file))
    assert found.message.endswith("in frames 3, 17, 40-42, 199")
    file["variables"]["coordinates"][3][::2, 0] = NAN
    (found,) = findings_in(write(tmp_path / "worse.nc", file))
    assert found.message.endswith(" more")
    assert len(found.message) < 200
