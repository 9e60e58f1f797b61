"""What others can rely on: the names of the public modules, and that built-in plugins need no others."""

import ast
from importlib import import_module
from pathlib import Path

import pytest

import kadita

PLUGINS = Path(__file__).resolve().parents[2] / "plugins"
PUBLIC = {
    "kadita": """
        Analysis Axis Block Box Definition Facts Frame Importer KaditaError KaditaWarning Metric Model Needs
        NotApplicable Output Results ResultsOfFiles Tracks Trajectory Window analysis analyze analyze_files animate
        convert hookimpl importer info load_configuration metric metrics open plot record recover report run
        scenarios show simulate sweep topology validate write
    """,
    "kadita.models": """
        Agent Function InertialAgent InertialOther Length Model NOISE NOTHING NOWHERE ONE Other Positive TOO_SHORT
        across angle_of choose cosine cosine_and_sine count directed dot exponential exponential32 jitable logarithm
        normals opposite rotated scaled start_normals times total turned uniforms unit velocity_difference where
    """,
    "kadita.plugins.metrics": """
        Arena Axis Bins Block Box Clusters Definition Estimator Floats Frame Integers KaditaError KaditaWarning
        LinkDistance Metric Needs NotApplicable Regions about_centroid about_wrapped_mean chao_shen circle_entropies
        circle_entropy entropy grassberger grassberger_1988 grassberger_1988_logarithms grassberger_logarithms histogram
        histogram_entropy hookimpl jitable kernel linked link_length metric nearest parallel_kernel published_headings
        sphere_entropies sphere_entropy sum_over_agents
    """,
    "kadita.plugins.analyses": """
        Analysis BlockMean BlockSums ChosenBy Estimator Facts Floats Integers KaditaError KaditaWarning Needs
        NotApplicable Output TimeBlocks Window analysis block_correlation block_error block_length block_mean
        common_step hookimpl jitable kernel merge_blocks parallel_kernel sums_of_blocks time_blocks
    """,
    "kadita.plugins.importers": """
        Floats HDF5 INFLATED_AT_MOST Importer Integers KaditaError Tracks check_claim decimal_unit did_you_mean
        first_bytes hookimpl importer read_netcdf3_header
    """,
    "kadita.mda": "Analysis KaditaParser NC4Reader NC4Writer",
    "kadita.figures": """
        STYLE Phases SweepTable correlation distribution extremes_kept first_zero heatmap means neighbor_map order_plane
        phase_diagram phases profile quantiles read_sweep_table series snapshot states tracks
    """,
    "kadita.testing": """
        Check check_analysis check_importer check_metric check_model examine_analysis examine_importer examine_metric
        examine_model
    """,
}


@pytest.mark.parametrize("module", PUBLIC)
def test_public_names_are_these(module):
    found = import_module(module)
    assert set(found.__all__) == set(PUBLIC[module].split())
    for name in found.__all__:
        assert getattr(found, name) is not None
    assert found.__doc__


def test_the_package_shows_its_names():
    assert set(PUBLIC["kadita"].split()) <= set(dir(kadita))


def imported(file):
    """Modules of kadita that a file imports, and their names."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((a.name, "") for a in node.names if a.name.split(".")[0] == "kadita")
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "kadita":
            yield from ((node.module, a.name) for a in node.names)


@pytest.mark.parametrize("package", sorted(p.name for p in PLUGINS.iterdir() if (p / "__init__.py").is_file()))
def test_built_in_plugins_import_public_names_alone(package):
    names = [pair for file in (PLUGINS / package).rglob("*.py") for pair in imported(file)]
    assert names
    for module, name in names:
        assert module in PUBLIC, (module, name)
        assert name in PUBLIC[module].split(), (module, name)
