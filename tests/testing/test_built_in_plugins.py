"""The built-in plugins pass the checks that are asked of others."""

import numpy as np
import pytest

from kadita import load_configuration
from kadita.plugins.loading import load_registry
from kadita.testing import check_analysis, check_importer, check_metric, check_model

REGISTRY = load_registry()
CELLS = {"position": "xy", "velocity": "xy", "position_cell": 2.0, "velocity_cell": 0.5, "agents_per_cell": 0}
# what a user must choose, or what trajectories so short need
PRODUCTION = {"headings": "odd", "diffusion": 0.5, "relaxation_rate": 0.0, "reorientation_rate": 0.1}
GIVEN = {"boltzmann_entropy": CELLS, "current_irreversibility": {"blocks": 8}, "entropy_production": PRODUCTION}


def own(what, shelf):
    return [name for name in shelf if REGISTRY.plugin_of(what, name).distribution == "kadita"]


@pytest.mark.parametrize("name", own("metric", REGISTRY.metrics))
def test_metrics(name):
    check_metric(REGISTRY.metrics[name], **GIVEN.get(name, {}))


@pytest.mark.parametrize("name", own("analysis", REGISTRY.analyses))
def test_analyses(name):
    check_analysis(REGISTRY.analyses[name], **GIVEN.get(name, {}))


def test_depth_between_two_surfaces():
    check_metric(REGISTRY.metrics["depth_stratification_entropy"], depth_range=(-2.0, 2.0))


def test_published_definitions_are_found_to_depend_on_the_place():
    with pytest.raises(AssertionError) as error:
        check_metric(REGISTRY.metrics["rotation"], definition="published")
    assert "invariant under translation: " in str(error.value)


@pytest.mark.slow
@pytest.mark.parametrize("scenario", ["swarm", "vicsek", "abp"])
def test_models(scenario):
    check_model(load_configuration(scenario, parameters={"agents": 60}).parameters)


HEADERS = {"trackdf": "t,id,x,y", "table": "frame,agent,x,y"}


@pytest.mark.parametrize("name", HEADERS)
def test_importers(tmp_path, name):
    rng = np.random.default_rng(2)
    path = tmp_path / "tracks.csv"
    lines = [f"{t},{i},{x:.4f},{y:.4f}" for t in range(6) for i, (x, y) in enumerate(rng.random((3, 2)), start=1)]
    path.write_text("\n".join([HEADERS[name], *lines]) + "\n")
    check_importer(REGISTRY.importers[name], path)
