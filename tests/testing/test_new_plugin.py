"""From an empty folder to a metric that is installed, tested and computed, within a minute."""

import csv
import subprocess
import sys
import time

import numpy as np
import pytest

import kadita as api
from kadita import KaditaError
from kadita.cli import main
from kadita.plugins.scaffold import new_distribution, new_file
from kadita.testing import check_metric

CAPTURED = {"capture_output": True, "text": True}


@pytest.fixture(scope="module")
def school(tmp_path_factory):
    path = tmp_path_factory.mktemp("school") / "school.nc"
    return api.run("vicsek", steps=20, every=2, seed=3, output=path, parameters={"agents": 40})


def test_a_distribution_works_as_it_is(stranger, install, tmp_path, school):
    begin = time.monotonic()
    made = stranger("kadita", "plugins", "new", "crowding")
    assert (made.returncode, made.stderr) == (0, "")
    assert "cd crowding && pip install -e '.[dev]' && pytest" in made.stdout
    folder = tmp_path / "crowding"
    install(folder)
    tested = stranger("pytest", "-q", "-p", "no:cacheprovider", cwd=folder)
    assert tested.returncode == 0, tested.stdout
    assert "3 passed" in tested.stdout
    measured = stranger("kadita", "analyze", school, "-m", "crowding", "--set", "crowding.k=5", "-o", "crowding.csv")
    assert measured.returncode == 0, measured.stderr
    assert "length" in measured.stdout
    assert time.monotonic() - begin < 60

    with api.open(school) as trajectory, (tmp_path / "crowding.csv").open() as file:
        found = [float(row["crowding"]) for row in csv.DictReader(file)]
        expected = [block.neighbor_distances(5).mean(axis=(1, 2)) for block in trajectory.blocks()]
    np.testing.assert_allclose(found, np.concatenate(expected), rtol=1e-12)

    listed = stranger("kadita", "plugins", "list").stdout
    assert "kadita-crowding" in listed
    assert "metrics: crowding" in listed
    checked = stranger("kadita", "plugins", "check", "crowding", "--set", "crowding.k=2")
    assert checked.returncode == 0, checked.stderr
    assert "crowding passes all 15 checks" in checked.stdout
    assert "us per agent and frame" in checked.stdout

    (folder / "kadita_crowding" / "crowding.py").write_text(
        (folder / "kadita_crowding" / "crowding.py").read_text().replace("axis=(1, 2))", "axis=(1, 2)) * len(block)")
    )
    failed = stranger("pytest", "-q", "-p", "no:cacheprovider", cwd=folder)
    assert failed.returncode == 1
    assert "the value of a frame depends on that frame alone" in failed.stdout


def test_a_file_can_be_tried_at_once(tmp_path, monkeypatch, capsys, school):
    monkeypatch.chdir(tmp_path)
    assert main(["plugins", "new", "--single-file", "closeness"]) == 0
    assert "--plugin closeness.py -m closeness" in capsys.readouterr().out
    assert main(["analyze", str(school), "--plugin", "closeness.py", "-m", "closeness"]) == 0
    assert "closeness" in capsys.readouterr().out
    assert main(["plugins", "check", "closeness.py"]) == 0
    said = capsys.readouterr()
    assert "closeness.py passes all 15 checks" in said.out
    assert said.err == ""


def test_what_is_made_is_as_its_authors_would_write_it(tmp_path):
    """Formatted and sorted by the rules of this project, with every name found."""
    folder, _ = new_distribution("kadita-pond-depth", tmp_path)
    assert folder == tmp_path / "kadita-pond-depth"
    assert sorted(str(f.relative_to(folder)) for f in folder.rglob("*.py")) == [
        "kadita_pond_depth/__init__.py",
        "kadita_pond_depth/pond_depth.py",
        "tests/test_pond_depth.py",
    ]
    new_file("pond", folder)
    for command in ("check", "format"):
        options = ["--isolated", "--no-cache", "--line-length", "120"] + ["--check"] * (command == "format")
        done = subprocess.run([sys.executable, "-m", "ruff", command, *options], cwd=folder, **CAPTURED)
        assert done.returncode == 0, done.stdout
    assert all("$" not in file.read_text() for file in folder.rglob("*") if file.is_file())


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("polarization", "the metric name 'polarization' is taken by plugin order (kadita"),
        ("mean_squared_displacement", "the analysis name 'mean_squared_displacement' is taken"),
        ("order", "a module kadita_order is installed"),
        ("Crowding", "expected a name in lower case"),
        ("../crowding", "expected a name in lower case"),
        ("lambda", "expected a name in lower case"),
        ("", "expected a name in lower case"),
        ("metric", "the name 'metric' is used for something else in the file; choose another name"),
        ("there", "exists; choose another name"),
    ],
)
def test_names_that_cannot_be_had(tmp_path, name, said):
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "mine.txt").write_text("mine")
    with pytest.raises(KaditaError, match=said.replace("(", r"\(")):
        new_distribution(name, tmp_path)
    assert [f.name for f in tmp_path.rglob("*")] == ["there", "mine.txt"]


def test_a_file_of_the_users_is_never_replaced(tmp_path):
    (tmp_path / "pond.py").write_text("mine")
    with pytest.raises(KaditaError, match="exists; choose another name"):
        new_file("pond", tmp_path)
    assert (tmp_path / "pond.py").read_text() == "mine"
    assert [f.name for f in tmp_path.iterdir()] == ["pond.py"]


def test_the_metric_of_the_template_passes_all_checks(tmp_path):
    from kadita.plugins.loading import load_registry

    file = new_file("pond", tmp_path)
    pond = load_registry([file]).metrics["pond"]
    assert pond.undefined
    check_metric(pond, k=2)
