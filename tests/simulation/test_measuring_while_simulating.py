"""One pass: a simulation is a trajectory whose frames are computed as they are read."""

import numpy as np
import pytest

import kadita


def school(**changes):
    options = {"agents": 30, "steps": 200, "every": 5, "seed": 4} | changes
    return kadita.simulate("torus", **options)


@pytest.fixture(params=["torus", "dewi-kadita-1", "vicsek"])
def both(request, tmp_path):
    """The same school measured while it is simulated, and from the file that was written meanwhile."""
    path = tmp_path / "school.nc"
    with kadita.simulate(request.param, agents=60, steps=300, every=3, seed=4) as school:
        school.record(path)
        live = kadita.analyze(school)
    return live, kadita.analyze(path)


@pytest.mark.filterwarnings("ignore::kadita.KaditaWarning")
class TestOnePass:
    def test_it_is_the_analysis_of_the_file_up_to_float32(self, both):
        live, later = both
        assert list(live) == list(later)
        np.testing.assert_allclose(live.times, later.times, rtol=1e-6)
        np.testing.assert_array_equal(live.frames, later.frames)
        for name in ("polarization", "polarization_unbiased", "rotation", "rotation_unbiased", "spread", "order_index"):
            np.testing.assert_allclose(live[name], later[name], rtol=1e-4, atol=3e-5, err_msg=name)
        for name in (n for n in live if "entropy" in n or "index" in n):
            # a value on the edge of a bin may fall to its other side
            np.testing.assert_allclose(live[name], later[name], rtol=0, atol=0.03, err_msg=name)
            assert np.isnan(live[name]).all() or np.nanmedian(np.abs(live[name] - later[name])) < 1e-4

    def test_it_knows_what_it_measured(self, both):
        live, later = both
        assert live.attributes == later.attributes
        made_by = live.provenance["input"]["configuration"]
        assert (made_by["seed"], made_by["steps"], made_by["parameters"]["agents"]) == (4, 300, 60)


def test_measuring_changes_no_byte_of_the_file(tmp_path):
    alone = kadita.run("torus", agents=30, steps=200, every=5, seed=4, output=tmp_path / "a.nc")
    with school() as measured:
        measured.record(tmp_path / "b.nc")
        kadita.analyze(measured, ["rotation"], begin=5.0, largest_cluster="r_a")
    assert (tmp_path / "b.nc").read_bytes() == alone.read_bytes()


def test_a_later_begin_measures_less_and_records_all(tmp_path):
    with school() as measured:
        measured.record(tmp_path / "a.nc")
        found = kadita.analyze(measured, ["rotation"], begin=10.0)
    assert found.frames[0] == 20
    with kadita.open(tmp_path / "a.nc") as recorded:
        assert recorded.n_frames == 41
        assert recorded.complete


def test_frames_can_be_chosen_without_a_file():
    every_third = kadita.analyze(school(), ["rotation"], start=4, stop=30, step=3)
    np.testing.assert_array_equal(every_third.frames, np.arange(4, 30, 3))
    np.testing.assert_array_equal(every_third["rotation"], kadita.analyze(school(), ["rotation"])["rotation"][4:30:3])


def test_a_frame_by_number_is_the_one_of_the_whole_run():
    (block,) = school().blocks()
    np.testing.assert_array_equal(school()[17].positions, block.positions[17])
    np.testing.assert_array_equal(school()[-1].velocities, block.velocities[-1])
    assert [frame.number for frame in school()] == list(range(41))


def test_recorded_frames_pass_once(tmp_path):
    with school() as measured:
        measured.record(tmp_path / "a.nc")
        kadita.analyze(measured, ["rotation"])
        with pytest.raises(kadita.KaditaError, match="its frames can be read once while recorded; read the file"):
            kadita.analyze(measured, ["rotation"])


def test_it_is_recorded_in_one_file(tmp_path):
    with school() as measured:
        measured.record(tmp_path / "a.nc")
        with pytest.raises(kadita.KaditaError, match="it is recorded already, in"):
            measured.record(tmp_path / "b.nc")
    assert list(tmp_path.iterdir()) == []


def test_a_run_that_is_left_early_is_not_complete(tmp_path):
    with school(steps=2000) as measured:
        measured.record(tmp_path / "a.nc")
        blocks = measured.blocks()
        next(blocks), next(blocks)  # a block is written once the next is asked for
    with kadita.open(tmp_path / "a.nc") as recorded:
        assert recorded.n_frames == 64
        assert not recorded.complete


def test_a_school_goes_on_from_the_frame_it_is_given():
    first = school(steps=100)[-1]
    on = kadita.simulate("torus", agents=30, steps=10, every=5, seed=5, start=first)
    np.testing.assert_array_equal(on[0].positions, first.positions)
    np.testing.assert_allclose(on[0].velocities, first.velocities, rtol=1e-14)
    with pytest.raises(kadita.KaditaError, match="start: expected a frame of 20 agents; got 30"):
        kadita.simulate("torus", agents=20, start=first)
    with pytest.raises(kadita.KaditaError, match=r"start: expected a frame, such as trajectory\[-1\]; got -1"):
        kadita.simulate("torus", agents=30, start=-1)
    rest = kadita.Block(np.zeros((2, 3)), [[1, 0, 0], [0, 0, 0]])[0]
    with pytest.raises(kadita.KaditaError, match="start: expected agents that move; agent 1 is at rest"):
        kadita.simulate("torus", agents=2, start=rest)


def test_noise_does_not_come_again_where_a_school_goes_on():
    """Free agents, whose turns are noise alone; the same seed."""
    free = {"box": 100.0, "initial": "random", "initial_radius": None, "r_r": 0.0, "r_o": 0.0, "r_a": 0.0}
    once = school(steps=1, every=1, agents=4000, parameters=free)
    again = kadita.simulate(once.configuration, start=once[-1])
    turns = [s[1].headings - s[0].headings for s in (once, again)]
    assert abs(np.corrcoef(*(np.linalg.norm(t, axis=1) for t in turns))[0, 1]) < 5 / np.sqrt(4000)
    assert once.fingerprint() != again.fingerprint()


def test_a_configuration_can_be_changed_as_a_scenario_can():
    torus = kadita.load_configuration("torus")
    changes = {"agents": 20, "steps": 50, "every": 5, "seed": 7, "parameters": {"noise": 0.1}}
    assert kadita.simulate(torus, **changes).configuration == kadita.simulate("torus", **changes).configuration
    with pytest.raises(kadita.KaditaError, match="couzin: speed: .* greater than or equal to 0"):
        kadita.simulate(torus, parameters={"speed": -1.0})
