"""Metrics as analyses of MDAnalysis: the numbers of kadita.analyze, bit for bit, on every backend."""

import MDAnalysis
import numpy as np
import pytest
from MDAnalysis.analysis.backends import BackendBase

import kadita
import kadita.mda
from kadita.io.amber.writer import AmberWriter

NAMES = ["rotation", "polarization", "spread", "nearest_neighbor_entropy", "state"]
FRAMES = 150
pytestmark = [
    pytest.mark.filterwarnings("ignore:there is no reference attributes"),
    pytest.mark.filterwarnings("ignore:.*:kadita.base.errors.KaditaWarning"),
]


@pytest.fixture
def file(tmp_path, rng):
    """A school in a cell, in which one agent is absent for a while, and all are in one frame."""
    positions, velocities = rng.uniform(0, 20, (FRAMES, 30, 3)), rng.normal(size=(FRAMES, 30, 3))
    positions[40:90, 3] = velocities[40:90, 3] = np.nan
    positions[20] = velocities[20] = np.nan
    with AmberWriter(tmp_path / "school.nc", 30, periodic=True, presence=True) as writer:
        writer.write(positions, velocities, 0.4 * np.arange(FRAMES), np.full((FRAMES, 3), 20.0))
    return tmp_path / "school.nc"


@pytest.fixture
def universe(file):
    return MDAnalysis.Universe(str(file))


class Pickled(BackendBase):
    """What processes and clusters have in common: what is sent to them, and what comes back, is pickled."""

    def apply(self, function, computations):
        import pickle

        return [pickle.loads(pickle.dumps(function))(c) for c in pickle.loads(pickle.dumps(computations))]


BACKENDS = {
    "serial": {},
    "multiprocessing": {"backend": "multiprocessing", "n_workers": 2},
    "pickled": {"backend": Pickled(n_workers=7), "unsupported_backend": True, "n_parts": 7},
}


@pytest.mark.parametrize("backend", BACKENDS.values(), ids=BACKENDS)
def test_results_are_those_of_analyze_bit_for_bit(universe, file, backend):
    analysis = kadita.mda.Analysis(universe.atoms, NAMES).run(**backend)
    expected, of_file = kadita.analyze(universe, NAMES), kadita.analyze(file, NAMES)
    for name in NAMES:
        np.testing.assert_array_equal(analysis.results[name], expected[name], strict=True)
        np.testing.assert_array_equal(getattr(analysis.results, name), of_file[name])
    np.testing.assert_array_equal(analysis.results.frames, np.arange(FRAMES))
    np.testing.assert_array_equal(analysis.results.times, expected.times)
    np.testing.assert_array_equal(analysis.times, analysis.results.times)
    assert analysis.measured.notes == expected.notes


def test_a_cell_that_mdanalysis_rounds_changes_what_metrics_see_by_as_much(tmp_path, rng):
    """MDAnalysis keeps cells in single precision, kadita in double."""
    with AmberWriter(tmp_path / "a.nc", 30, periodic=True) as writer:
        x, v = rng.uniform(0, 25.3, (3, 30, 3)), rng.normal(size=(3, 30, 3))
        writer.write(x, v, np.arange(3.0), np.full((3, 3), 25.3))
    here = kadita.mda.Analysis(MDAnalysis.Universe(str(tmp_path / "a.nc")), "rotation").run().results.rotation
    np.testing.assert_allclose(here, kadita.analyze(tmp_path / "a.nc", "rotation")["rotation"], rtol=1e-5)


def test_frames_are_chosen_as_mdanalysis_does(universe):
    everything = kadita.analyze(universe, "rotation")["rotation"]
    analysis = kadita.mda.Analysis(universe.atoms, "rotation")
    for chosen in ({"start": 100, "stop": 140, "step": 7}, {"stop": -100}, {"step": 50, "start": 10}):
        some = slice(chosen.get("start"), chosen.get("stop"), chosen.get("step"))
        run = analysis.run(**chosen)
        np.testing.assert_array_equal(run.results.rotation, everything[some])
        np.testing.assert_array_equal(run.frames, np.arange(FRAMES)[some])
    for frames in ([7, 3, 3, 140], np.arange(FRAMES) % 50 == 1):
        np.testing.assert_array_equal(analysis.run(frames=frames).results.rotation, everything[frames])


def test_some_atoms_and_transformations_count(universe):
    half = kadita.mda.Analysis(universe.atoms[::2], "polarization").run(start=100)
    velocities = np.array([universe.atoms[::2].velocities for _ in universe.trajectory[100:]], dtype=float)
    directions = velocities / np.linalg.norm(velocities, axis=2, keepdims=True)
    np.testing.assert_allclose(half.results.polarization, np.linalg.norm(directions.mean(axis=1), axis=1), rtol=1e-12)

    def reverse(ts):
        ts.velocities[::2] *= -1
        return ts

    universe.trajectory.add_transformations(reverse)
    turned = kadita.mda.Analysis(universe.atoms, "polarization").run(start=100)
    assert (turned.results.polarization != kadita.analyze(universe.trajectory.filename)["polarization"][100:]).all()


def test_parameters_profiles_and_plugins_are_those_of_analyze(universe, tmp_path):
    (tmp_path / "crowding.py").write_text(
        "from kadita import Block, hookimpl, metric\n"
        "@metric(units='length')\n"
        "def crowding(block: Block, *, k: int = 3):\n"
        "    return block.neighbor_distances(k).mean(axis=(1, 2))\n"
        "@hookimpl\n"
        "def kadita_metrics():\n"
        "    return [crowding]\n"
    )
    options = {"parameters": {"crowding.k": 2}, "plugins": [tmp_path / "crowding.py"]}
    analysis = kadita.mda.Analysis(universe.atoms, "crowding", **options).run(**BACKENDS["multiprocessing"])
    expected = kadita.analyze(universe, "crowding", **options)
    np.testing.assert_array_equal(analysis.results.crowding, expected["crowding"])
    assert analysis.measured.series["crowding"].parameters == {"k": 2}
    assert analysis.measured.series["crowding"].units == "angstrom"
    published = {"profile": "published", "metrics": ["rotation"]}
    np.testing.assert_array_equal(
        kadita.mda.Analysis(universe.atoms, **published).run().results.rotation,
        kadita.analyze(universe, **published)["rotation"],
    )


def test_results_are_written_as_any_others(universe, tmp_path):
    analysis = kadita.mda.Analysis(universe.atoms, "rotation").run()
    kadita.write(analysis.measured, tmp_path / "rotation.csv")
    assert (tmp_path / "rotation.csv").read_text().startswith("frame,time,rotation,agents\n")


def test_what_cannot_be_measured_is_said_in_one_line(universe, rng):
    still = MDAnalysis.Universe.empty(5, trajectory=True)
    for wrong, message in (
        (lambda: kadita.mda.Analysis(still.atoms, "rotation"), "rotation needs velocities, and .* has none"),
        (lambda: kadita.mda.Analysis(universe.atoms, "rotatoin"), "there is no metric 'rotatoin'"),
        (lambda: kadita.mda.Analysis(universe.atoms, "rotation").run(stop=0), "no frames selected"),
        (lambda: kadita.mda.Analysis(universe.atoms[:0], "rotation").run(), "expected at least one atom"),
        (
            lambda: kadita.mda.Analysis(universe.select_atoms("prop x < 5", updating=True), "rotation"),
            "expected a fixed group of atoms",
        ),
    ):
        with pytest.raises(kadita.KaditaError, match=message) as caught:
            wrong()
        assert "\n" not in str(caught.value)


def test_a_metric_that_nobody_named_is_left_out_with_a_note(tmp_path):
    still = MDAnalysis.Universe.empty(5, trajectory=True)
    still.atoms.positions = np.arange(15.0).reshape(5, 3) ** 1.5
    with pytest.warns(kadita.KaditaWarning, match="left out: .*needs velocities"):
        analysis = kadita.mda.Analysis(still.atoms).run()
    assert "rotation" not in analysis.results
    assert any("needs velocities" in note for note in analysis.measured.notes)
