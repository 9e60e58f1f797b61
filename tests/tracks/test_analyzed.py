"""Tracks are measured by `kadita analyze` without being converted first, with the options of `kadita convert`."""

import numpy as np
import pytest

import kadita
from kadita.cli import main
from kadita.io.convert import convert

UNITS = {"length_unit": "cm", "time_unit": "s"}
WORDS = ["--length-unit", "cm", "--time-unit", "s"]


@pytest.fixture
def walks(tmp_path):
    """A table of five animals that walk at random."""
    x = np.random.default_rng(3).normal(1, 0.5, (40, 5, 2)).cumsum(axis=0)
    rows = [f"{i},{t},{a:.6f},{b:.6f}" for t, frame in enumerate(x) for i, (a, b) in enumerate(frame)]
    (tmp_path / "walks.csv").write_text("\n".join(["fish,time,x,y", *rows, ""]))
    return tmp_path / "walks.csv"


@pytest.mark.filterwarnings("ignore::kadita.KaditaWarning")
@pytest.mark.parametrize("options", [{}, {"smooth": 7}, {"resample": 2.0, "most_gap": 1.0}])
def test_measured_at_once_or_after_it_is_converted(options, walks, tmp_path):
    convert(walks, tmp_path / "walks.nc", **UNITS, **options)
    converted = kadita.analyze(tmp_path / "walks.nc", ["polarization", "spread"])
    for workers in (1, 2):
        at_once = kadita.analyze(walks, ["polarization", "spread"], tracks=UNITS, workers=workers, **options)
        for name in ("polarization", "spread"):
            assert np.allclose(at_once[name], converted[name], rtol=1e-5)


def test_what_was_assumed_is_a_warning_and_a_note(walks):
    with pytest.warns() as warned:
        kadita.open(walks, **UNITS)
    assert any("the column fish is taken as agent" in str(w.message) for w in warned)
    with pytest.warns():
        results = kadita.analyze(walks, "spread", tracks=UNITS)
    assert any("the column fish is taken as agent" in note for note in results.notes)


def test_parameters_of_the_importer(walks, capsys, monkeypatch):
    monkeypatch.chdir(walks.parent)
    for setting in ("epoch=false", "table.epoch=false"):
        assert main(["analyze", "walks.csv", *WORDS, "-m", "spread", "--set", setting]) == 0
        assert main(["convert", "walks.csv", "o.nc", "--force", *WORDS, "--set", setting]) == 0
    capsys.readouterr()
    for command in (["analyze", "walks.csv"], ["convert", "walks.csv", "p.nc"]):
        assert main([*command, *WORDS, "--set", "gpx.projection=EPSG:32633"]) == 2
        assert "expected parameters of table, which reads this file" in capsys.readouterr().err


def test_contradictions(walks, capsys, monkeypatch):
    monkeypatch.chdir(walks.parent)
    with pytest.raises(kadita.KaditaError, match="arena: expected it once"):
        kadita.analyze(walks, arena="circle:0,0,9", tracks={"arena": "circle:0,0,8"})
    assert main(["convert", "walks.csv", "o.nc", *WORDS, "--frame-rate", "0"]) == 2
    assert "--frame-rate: expected a number above 0; got 0" in capsys.readouterr().err
    (walks.parent / "epoch.csv").write_text("agent,time,x,y\n1,1577836800,1,2\n1,1577836801,1,3\n")
    assert main(["convert", "epoch.csv", "o.nc", "--length-unit", "m", "--time-unit", "us"]) == 2
    assert "--set epoch=false takes them as numbers" in capsys.readouterr().err
