"""A school that kadita simulated, opened in MDAnalysis: positions, velocities, cell and times are kadita's own."""

import MDAnalysis
import numpy as np
import pytest
from numpy.testing import assert_array_equal

import kadita
from kadita.io.topology import write_topology

LENGTHS = {f"{metric}.link_distance": 3.0 for metric in ("largest_cluster_fraction", "cluster_count", "percolates")}


@pytest.fixture(scope="module")
def simulated(tmp_path_factory):
    folder = tmp_path_factory.mktemp("simulated")
    path = kadita.run("dewi-kadita-2", agents=40, steps=140, every=2, seed=3, output=folder / "school.nc")
    with kadita.open(path) as opened:
        write_topology(opened, folder / "school.pdb")
    return path


@pytest.fixture(scope="module")
def universe(simulated):
    return MDAnalysis.Universe(str(simulated.with_suffix(".pdb")), str(simulated))


def test_mdanalysis_sees_what_kadita_sees(simulated, universe):
    seen = 0
    with kadita.open(simulated) as opened:
        assert len(universe.trajectory) == len(opened) == 71  # the start, and 70 frames: more than one block
        for block in opened.blocks():
            for row, frame in enumerate(block.frames):
                ts = universe.trajectory[frame]
                assert_array_equal(ts.positions.astype(np.float64), block.positions[row], strict=True)
                assert_array_equal(ts.velocities.astype(np.float64), block.velocities[row], strict=True)
                assert_array_equal(ts.dimensions[:3].astype(np.float64), block.box.array, strict=True)
                assert ts.time == block.times[row]
                seen += 1
    assert seen == 71


def test_the_school_swims_in_mdanalysis_too(universe):
    """Each fish moves by its velocity times the time between frames, give or take its turning, to a float32."""
    ts = universe.trajectory[0]
    speed = np.linalg.norm(ts.velocities, axis=1)
    assert np.ptp(speed) < 1e-6
    start, time = ts.positions.copy(), ts.time
    ts = universe.trajectory[1]
    step = ts.positions - start
    step -= ts.dimensions[:3] * np.rint(step / ts.dimensions[:3])
    moved = np.linalg.norm(step, axis=1)
    assert (moved <= speed * (ts.time - time) + 1e-5).all()
    assert (moved > 0).all()


def test_metrics_of_a_universe_are_those_of_the_file(simulated, universe):
    of_file = kadita.analyze(simulated, parameters=LENGTHS)
    of_universe = kadita.analyze(universe, parameters=LENGTHS)
    assert set(of_universe) == set(of_file)
    assert {"polarization", "oceanic_schooling_index", "state"} <= set(of_universe)
    assert_array_equal(of_universe.times, of_file.times, strict=True)
    undefined = {metric for metric in of_file if np.isnan(of_file[metric]).all()}
    assert undefined <= {"depth_stratification_entropy"}  # where a school has no depth
    for metric in of_file:
        assert_array_equal(of_universe[metric], of_file[metric], strict=True, err_msg=metric)


def test_metrics_of_some_atoms_are_those_of_these_agents(simulated, universe):
    of_ten = kadita.analyze(universe.atoms[:10], ["polarization"])["polarization"]
    with kadita.open(simulated) as opened:
        for block in opened.blocks():
            units = block.velocities[:, :10] / np.linalg.norm(block.velocities[:, :10], axis=2, keepdims=True)
            expected = np.linalg.norm(units.mean(axis=1), axis=1)
            np.testing.assert_allclose(of_ten[block.frames], expected, rtol=0, atol=1e-14)
