"""Kinds of animals in tables; what importers say of a school is kept or refused, never dropped."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

import kadita
from kadita import Tracks, importer
from kadita.base.errors import PluginError
from kadita.base.school_attributes import known_attributes
from kadita.io.importing.as_trajectory import as_trajectory

UNITS = {"length_unit": "mm", "time_unit": "s"}
WORDS = ("--length-unit", "mm", "--time-unit", "s")
KINDS = {"1": "predator", "2": "prey", "3": "prey"}


@pytest.fixture
def table(tmp_path):
    def table(kinds, name="species", head="agent,time,x,y"):
        """`kinds` are those of each row, by animal: two rows an animal."""
        rows = [f"{a},{t},{10 * i},{t},{k[t]}" for i, (a, k) in enumerate(kinds.items()) for t in range(2)]
        path = tmp_path / "t.csv"
        path.write_text("\n".join([f"{head},{name}", *rows]) + "\n")
        return path

    return table


def species_of(read):
    with kadita.open(read["path"]) as trajectory:
        return None if trajectory.species is None else trajectory.species.tolist()


TWICE = {a: (k, k) for a, k in KINDS.items()}


def test_a_column_of_species(table, converted):
    assert species_of(converted(table(TWICE), **UNITS)) == ["predator", "prey", "prey"]
    path = table(TWICE, name="kind")
    assert species_of(converted(path, **UNITS)) is None
    read = converted(path, parameters={"columns": ("species=kind",)}, **UNITS)
    assert species_of(read) == ["predator", "prey", "prey"]
    with kadita.open(read["path"]) as trajectory:
        assert trajectory[0].species.tolist() == ["predator", "prey", "prey"]


@pytest.mark.parametrize("head", ["id,t,x,y", "animal_id,time,x,y"])
def test_tables_of_other_programs(table, converted, head):
    assert species_of(converted(table(TWICE, head=head), **UNITS)) == ["predator", "prey", "prey"]


def test_words_and_numbers_stay_as_they_are_written(table, converted):
    kinds = {"a": ("01", "01"), "b": ("1E2", " 1E2 "), "c": ("NA", "NA"), "d": ("Danio rerio", "Danio rerio")}
    assert species_of(converted(table(kinds), **UNITS)) == ["01", "1E2", "NA", "Danio rerio"]


def test_a_row_that_does_not_say_it(table, converted, said):
    kinds = {"1": ("predator", ""), "2": ("", "prey"), "3": ("", "")}
    read = converted(table(kinds), **UNITS)
    assert species_of(read) == ["predator", "prey", "unknown"]
    assert said(read, "no row says the species of 1 animals; it is called unknown")
    assert not said(converted(table(TWICE), **UNITS), "unknown")


def test_an_animal_of_two_species_is_refused_by_name(table, refused):
    kinds = TWICE | {"nemo": ("prey", "predator")}
    line = refused(table(kinds), *WORDS)
    assert "expected one species for each agent; agent nemo has predator and prey" in line


def test_one_column_a_role(table, refused):
    words = ("--column", "species=species", "--column", "species=x")
    assert "expected one column for species; got species and x" in refused(table(TWICE), *WORDS, *words)


def test_species_of_animals_that_are_left_out(tmp_path, converted):
    """The second is never seen: the species of the third stays its own."""
    rows = ["1,0,0,0,a", "1,1,1,0,a", "2,0,,,b", "3,0,5,5,c", "3,1,6,5,c"]
    (tmp_path / "t.csv").write_text("\n".join(["agent,time,x,y,species", *rows]) + "\n")
    read = converted(tmp_path / "t.csv", **UNITS)
    assert read["agents"] == [1, 3]
    assert species_of(read) == ["a", "c"]


def declared(**known):
    @importer(endings=(".tracks",))
    def own(path):
        """Tracks of a test."""
        return Tracks(np.arange(2), np.zeros((1, 2, 2)), np.zeros(1), length_unit="m", time_unit="s", **known)

    return own


@pytest.mark.parametrize(
    ("attributes", "says"),
    [
        ({"species": ["a", "b"]}, r"attributes: give species as Tracks\(species=\.\.\.\)"),
        ({"length_unit": "m"}, r"attributes: give length_unit as Tracks\(length_unit=\.\.\.\)"),
        ({"y_axis": "down"}, r"attributes: give y_axis as Tracks\(y_down=\.\.\.\)"),
        ({"temperature": 21.0}, r"attributes: files have no 'temperature'; they have model, r_a, body_length"),
        ({"body_length": 4.0, "tank": "A"}, "attributes: files have no 'tank'"),
    ],
)
def test_attributes_that_no_file_has_are_refused(tmp_path, attributes, says):
    with pytest.raises(PluginError, match=f"importer own: {says}"):
        declared(attributes=attributes).read(tmp_path / "a.tracks", {})


@pytest.mark.parametrize(
    ("known", "says"),
    [
        ({"species": np.array(["a"])}, r"species: expected shape \(2,\); got \(1,\)"),
        ({"quality": {"p": np.ones(2)}}, r"quality p: expected shape \(1, 2\); got \(2,\)"),
        ({"velocities": np.zeros((1, 2, 3))}, r"velocities: expected shape \(1, 2, 2\); got \(1, 2, 3\)"),
        ({"identities": np.zeros(2, dtype=int)}, r"identities: expected shape \(1, 2\); got \(2,\)"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(tmp_path, known, says):
    with pytest.raises(PluginError, match=f"importer own: {says}"):
        declared(**known).read(tmp_path / "a.tracks", {})


def test_attributes_that_files_have_are_kept(tmp_path):
    known = {"body_length": 4.0, "r_a": 14.0, "model": "zebrafish"}
    assert set(known) <= set(known_attributes())
    tracks = declared(attributes=known).read(tmp_path / "a.tracks", {})
    units = {"length_unit": None, "time_unit": None, "frame_rate": None, "velocities": None}
    trajectory = as_trajectory(tracks, "a", [], **units)
    assert known.items() <= dict(trajectory.attributes).items()
    assert_array_equal(trajectory.agents, [0, 1])


def test_species_of_an_importer(tmp_path):
    tracks = declared(species=np.array(["a", "b"])).read(tmp_path / "a.tracks", {})
    units = {"length_unit": None, "time_unit": None, "frame_rate": None, "velocities": None}
    assert as_trajectory(tracks, "a", [], **units).species.tolist() == ["a", "b"]


def test_what_velocities_of_a_file_are(tmp_path, converted):
    path = tmp_path / "t.csv"
    path.write_text("agent,time,x,y,vx,vy\n1,0,0,0,1,0\n1,1,1,0,1,0\n")
    assert converted(path, **UNITS)["attributes"]["velocities"] == "tracker"
    assert converted(path, velocities="difference", **UNITS)["attributes"]["velocities"] == "difference"
    assert "velocities" not in converted(path, velocities="none", **UNITS)["attributes"]
    path.write_text("agent,time,x,y\n1,0,0,0\n1,1,1,0\n")
    assert converted(path, **UNITS)["attributes"]["velocities"] == "difference"
    assert "velocities" not in converted(path, velocities="none", **UNITS)["attributes"]
