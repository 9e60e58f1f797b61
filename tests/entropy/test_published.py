"""The profile `published` equals dewi-kadita 0.0.4, which made the reference frames, faults and fall-backs included."""

from __future__ import annotations

import json

import numpy as np
import pytest

from kadita import Block, KaditaError, analyze

TWELVE = (
    "polarization",
    "rotation",
    "spread",
    "order_index",
    "school_cohesion_entropy",
    "polarization_entropy",
    "depth_stratification_entropy",
    "angular_momentum_entropy",
    "nearest_neighbor_entropy",
    "velocity_correlation_entropy",
    "school_shape_entropy",
    "oceanic_schooling_index",
)
TOLERANCE = 1e-12


@pytest.fixture(scope="module")
def answers(reference):
    return json.loads((reference / "dewi_kadita" / "frames.json").read_text())


@pytest.fixture(scope="module")
def arrays(reference):
    with np.load(reference / "dewi_kadita" / "frames.npz") as file:
        return dict(file)


@pytest.fixture
def block_of(arrays):
    def block_of(i):
        box = float(arrays[f"box_{i:02d}"])
        return Block(arrays[f"pos_{i:02d}"], arrays[f"vel_{i:02d}"], box=box, dimensions=3)

    return block_of


def test_all_thirty_three_frames_are_there(answers):
    assert [frame["index"] for frame in answers["frames"]] == list(range(33))
    assert all(set(frame["metrics"]) == set(TWELVE) for frame in answers["frames"])


@pytest.mark.parametrize("index", range(33))
def test_frame(index, answers, block_of, measure):
    frame = answers["frames"][index]
    found = measure(block_of(index), *TWELVE, profile="published")
    fragile = {metric for name, metric in answers["fragile"] if name == frame["name"]}
    wrong = {
        name: (found[name][0], expected)
        for name, expected in frame["metrics"].items()
        if name not in fragile and not abs(found[name][0] - expected) <= TOLERANCE
    }
    assert not wrong, f"{frame['name']}: (kadita, dewi-kadita) {wrong}"


def test_fragile_pairs_differ_at_most_by_one_agent_on_a_bin_edge(answers, block_of, measure):
    """All ten coincide on an edge of a depth bin: the entropy is 0 whichever side they fall on, as one."""
    by_name = {frame["name"]: frame for frame in answers["frames"]}
    for name, metric in answers["fragile"]:
        frame = by_name[name]
        found = measure(block_of(frame["index"]), metric, profile="published")[metric][0]
        assert found == pytest.approx(frame["metrics"][metric], abs=TOLERANCE)


def test_coordinates_outside_the_cell_are_wrapped(answers, measure, rng):
    """dewi-kadita refuses them with a traceback."""
    assert [refused["name"] for refused in answers["raises"]] == ["coord_equal_L", "coord_negative"]
    for refused in answers["raises"]:
        side = refused["box"]
        positions = np.array(refused["positions"], dtype=float)
        inside = np.mod(positions, side)
        assert (inside != positions).any()
        velocities = rng.normal(size=positions.shape)
        found = measure(Block(positions, velocities, box=side, dimensions=3), *TWELVE, profile="published")
        expected = measure(Block(inside, velocities, box=side, dimensions=3), *TWELVE, profile="published")
        assert found == expected


def test_the_profile_holds_what_has_a_published_form(measure, block_of, registry):
    found = measure(block_of(0), profile="published")
    assert set(found) == {*TWELVE, "state"}
    two_definitions = {name for name, m in registry.metrics.items() if "definition" in m.parameters.model_fields}
    assert two_definitions == set(found) - {"order_index"}  # which follows what it needs


@pytest.mark.filterwarnings("ignore::kadita.base.errors.KaditaWarning")
@pytest.mark.parametrize("profile", [None, "published"])
def test_results_record_the_definition(profile, block_of, registry):
    found = analyze(block_of(0), ["rotation", "state", "school_shape_entropy"], profile=profile, registry=registry)
    assert {s.parameters["definition"] for s in found.series.values()} == {profile or "corrected"}
    assert found.provenance["profile"] == (profile or "corrected")


def test_there_is_no_third_definition(one):
    with pytest.raises(KaditaError, match="rotation.definition.*'corrected' or 'published'.*got 'publishd'"):
        one("rotation", np.eye(3), np.eye(3), definition="publishd")


def test_fall_back_of_one_half_where_the_school_is_too_small(measure):
    """Alone in the sea; corrected has no answer there."""
    found = measure(Block([[1.0, 2.0, 3.0]], [[1.0, 0.0, 0.0]], box=10.0), *TWELVE, profile="published")
    halves = {name for name, value in found.items() if value[0] == 0.5}
    assert halves == {
        "school_cohesion_entropy",
        "angular_momentum_entropy",
        "nearest_neighbor_entropy",
        "velocity_correlation_entropy",
        "school_shape_entropy",
    }


def test_an_agent_at_rest_counts_as_a_zero_vector(one):
    positions, velocities = np.eye(3), np.array([[1.0, 0, 0], [1.0, 0, 0], [0.0, 0, 0]])
    assert one("polarization", positions, velocities, profile="published") == pytest.approx(2 / 3)
    assert one("polarization", positions, velocities) == pytest.approx(1)


def test_only_the_order_of_agents_does_not_matter(answers, block_of, measure, rng):
    for index in (0, 2, 8, 20):
        block = block_of(index)
        order = rng.permutation(block.shape[1])
        mixed = Block(block.positions[:, order], block.velocities[:, order], box=block.box, dimensions=3)
        found, expected = (measure(b, *TWELVE, profile="published") for b in (mixed, block))
        for name in TWELVE:
            assert found[name][0] == pytest.approx(expected[name][0], abs=TOLERANCE), name
