"""Metrics and analyses that are right in space and wrong in a plane, or the reverse: the kit tries both."""

import numpy as np
import pytest

from kadita import KaditaError, analysis, metric
from kadita.testing import check_analysis, check_metric, examine_metric, schools

SHAPE = "real numbers of the declared shape"


def failed(check, *arguments, **options):
    """The failed checks, by name, with their details."""
    with pytest.raises(AssertionError) as caught:
        check(*arguments, **options)
    lines = [line.strip().partition(": ") for line in str(caught.value).splitlines()[1:]]
    return {name: detail for name, _, detail in lines}


@metric(needs_velocities=True, symmetries=("translation", "rotation", "images", "scale"), undefined="of none in motion")
def drift(block):
    """Length of the mean heading; in a plane its x component alone."""
    moving = block.moving.sum(axis=1)
    mean = block.headings.sum(axis=1) / np.where(moving > 0, moving, np.nan)[:, None]
    return np.abs(mean[:, 0]) if block.dimensions == 2 else np.linalg.norm(mean, axis=1)


@metric(symmetries=("images",))
def by_edges(block):
    """Divides by edges of the cell, as if it repeated along all axes."""
    if not block.box.periodic:
        return np.zeros(len(block))
    return np.abs(block.offsets / block.box.array).max(axis=(1, 2))


@metric(dimensions=(2,), needs_velocities=True, symmetries=("rotation",), undefined="of none in motion")
def turned(block):
    """Mean x component of headings, which turns with the school."""
    moving = block.moving.sum(axis=1)
    return block.headings[..., 0].sum(axis=1) / np.where(moving > 0, moving, np.nan)


@metric(dimensions=(3,), symmetries=("translation", "rotation"))
def flat(block):
    """For space alone: a plane would be a fault."""
    if block.dimensions == 2:
        raise ValueError("this is a plane")
    return np.sqrt((block.offsets**2).sum(axis=2).mean(axis=1))


@metric(needs_velocities=True)
def leaks(block):
    """Mean speed, without a thought of those whose velocity is not known."""
    return block.speeds.mean(axis=1)


@metric(dims=("agent",))
def species_in_order(block):
    """Whether an agent is prey, by its place instead of its name."""
    if block.species is None:
        return np.zeros(block.shape)
    return np.tile(np.resize([0.0, 1.0, 1.0], block.shape[1]), (len(block), 1))


@metric(dims=("agent",))
def prey(block):
    """Whether an agent is prey, by its name."""
    if block.species is None:
        return np.zeros(block.shape)
    return np.tile((block.species == "prey").astype(float), (len(block), 1))


def test_a_fault_of_the_planar_form_is_caught():
    found = failed(check_metric, drift)
    assert found.keys() == {"invariant under rotation"}
    assert "plane, frame" in found["invariant under rotation"]


def test_what_raises_in_a_plane_names_the_school_and_not_those_of_space():
    @metric()
    def only_space(block):
        """Determinant of the covariance, inverted: singular in a plane."""
        x = block.offsets
        return np.linalg.inv(np.einsum("tia,tib->tab", x, x) + np.eye(3) * (block.dimensions == 3)).trace(0, 1, 2)

    found = failed(check_metric, only_space)
    assert found[SHAPE].startswith("aligned, plane: LinAlgError: Singular matrix")
    declared = metric(dimensions=(3,))(only_space.function)
    check_metric(declared)


def test_an_open_axis_of_a_cell_is_no_edge():
    found = failed(check_metric, by_edges)
    assert any("straddling, slab" in detail for detail in found.values())


def test_a_metric_of_planes_is_tried_in_planes_alone():
    found = failed(check_metric, turned)
    assert found.keys() == {"invariant under rotation"}


def test_a_metric_of_space_is_not_tried_in_planes():
    check_metric(flat)
    (shape,) = (p for p in examine_metric(flat) if p.name == SHAPE)
    spatial = sum(block.dimensions == 3 for block in schools.known().values())
    assert shape.detail == f"(T) in {spatial} schools"


def test_known_schools_of_other_dimensions_are_none():
    found = failed(check_metric, flat, known={"a plane": schools.mill(dimensions=2)})
    assert found[SHAPE] == "expected schools in 3 dimensions; got none"


def test_velocities_that_are_not_known_must_not_leak():
    found = failed(check_metric, leaks)
    assert found.keys() == {"finite, or NaN where declared undefined"}
    assert found["finite, or NaN where declared undefined"].startswith("partly known, frame 0: nan")


def test_species_go_with_their_agents():
    assert failed(check_metric, species_in_order).keys() == {"invariant under permutations of agents"}
    check_metric(prey)


def test_a_metric_may_do_without_one_that_is_for_space():
    """Annotated ``| None``: a plane has no depth, and the mean is over the others."""

    @metric(dimensions=(3,))
    def depth(block):
        """Root mean square height."""
        return block.offsets[..., 2].std(axis=1)

    @metric(symmetries=("translation",))
    def size(block, spread, depth: np.ndarray | None):
        """Mean of spread and depth, or spread alone."""
        return spread if depth is None else (spread + depth) / 2

    @metric(symmetries=("translation",))
    def strict(block, spread, depth):
        """Needs both."""
        return (spread + depth) / 2

    check_metric(size, others=[depth])
    spatial = sum(block.dimensions == 3 for block in schools.known().values())
    for m, where in ((size, len(schools.known())), (strict, spatial)):
        (shape,) = (p for p in examine_metric(m, others=[depth]) if p.name == SHAPE)
        assert shape.passed
        assert f"in {where} schools" in shape.detail


def test_it_cannot_do_without_one_that_is_not_installed():
    @metric()
    def lost(block, nothing_of_that_name: np.ndarray | None):
        """Needs what is not installed."""
        return nothing_of_that_name

    with pytest.raises(KaditaError, match="needs nothing_of_that_name"):
        check_metric(lost)


@analysis(finish=lambda state, facts: state)
def thickness(window):
    """Sum of heights over that of a plane."""
    if window.dimensions == 2:
        raise ValueError("this is a plane")
    return float(np.nansum(window.positions[: window.own, :, 2] ** 2))


@analysis(finish=lambda state, facts: facts.dimensions * state)
def by_dimensions(window):
    """Sightings, times the dimensions that `finish` knows."""
    return int(window.present[: window.own].sum())


def test_an_analysis_is_tried_in_planes_unless_it_declares_space():
    found = failed(check_analysis, thickness)
    assert "plane: ValueError: this is a plane" in found[SHAPE]
    declared = analysis(finish=thickness.finish, dimensions=(3,))(thickness.function)
    check_analysis(declared)
    check_analysis(by_dimensions)
