"""What is installed, what failed and why, and checks as a table: a broken plugin stops no other."""

from importlib.metadata import version

import pytest

import kadita_tracks
from kadita.cli import main

GOOD = '''
from kadita import hookimpl, metric


@metric(units="length", undefined="never")
def {name}(block):
    """Mean x, (T,)."""
    return block.positions[..., 0].mean(axis=1)


@hookimpl
def kadita_metrics():
    return [{name}]
'''
PLUGINS = {
    "sound": GOOD.format(name="sound"),
    "absent": "import a_module_that_is_not_there\n",
    "wrong_type": GOOD.format(name="wrong_type").replace("return [wrong_type]", "return wrong_type"),
    "thief": GOOD.format(name="polarization"),
    "raising": GOOD.format(name="raising").replace("return block", "raise RuntimeError('no'); return block"),
    "leaving": "raise SystemExit(3)\n",
    "misspelt": GOOD.format(name="misspelt").replace("kadita_metrics", "kadita_metrcs"),
}
LEFT_OUT = {
    "absent": "No module named 'a_module_that_is_not_there'",
    "wrong_type": "kadita_metrics: expected a list; got Metric",
    "thief": "the metric name 'polarization' is taken by plugin order (kadita",
    "leaving": "SystemExit: 3",
    "misspelt": "; expected one of kadita_metrics",
}


@pytest.fixture(scope="module")
def folders(tmp_path_factory, distribution):
    folder = tmp_path_factory.mktemp("plugins")
    for name, code in PLUGINS.items():
        distribution(folder / name, name, {"__init__.py": code})
    return folder


@pytest.mark.slow
def test_broken_plugins_stop_no_other_and_each_is_named_once(stranger, install, folders):
    install(*(folders / name for name in PLUGINS))
    listed = stranger("kadita", "plugins", "list")
    assert (listed.returncode, listed.stderr) == (0, "")
    for name in ("kadita-sound", "kadita-raising", "metrics: sound", "polarization, polarization_unbiased"):
        assert name in listed.stdout
    for name, why in LEFT_OUT.items():
        (line,) = (line for line in listed.stdout.splitlines() if f"kadita-{name}" in line)
        assert line.startswith(f"plugin {name} (kadita-{name} 3.1) is left out: ")
        assert why in line
    good = stranger("kadita", "plugins", "check", "sound")
    assert good.returncode == 0, good.stderr
    bad = stranger("kadita", "plugins", "check", "kadita-raising")
    assert bad.returncode == 1
    assert bad.stderr.count("\n") == 1
    assert "real numbers of the declared shape" in bad.stderr
    assert "RuntimeError: no" in bad.stdout
    left_out = stranger("kadita", "plugins", "check", "absent")
    assert left_out.returncode == 1
    assert "a_module_that_is_not_there" in left_out.stderr
    assert left_out.stderr.count("\n") == 1


@pytest.mark.slow
def test_a_file_that_fails_a_check(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    code = GOOD.format(name="mine").replace('undefined="never"', 'symmetries=("translation",)')
    (tmp_path / "mine.py").write_text(code)
    assert main(["plugins", "check", "mine.py"]) == 1
    said = capsys.readouterr()
    (failed,) = (line for line in said.out.splitlines() if " NO " in line)
    assert "translation" in failed
    assert said.err == "kadita: error: mine.py fails 1 of 13 checks: metric mine: invariant under translation\n"


def test_a_parameter_without_a_name_is_that_of_all_that_have_it(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    code = GOOD.format(name="mine").replace("(block)", "(block, *, power: int = 1)").replace(".mean", "**power).mean")
    (tmp_path / "mine.py").write_text(code.replace("return block", "return (block"))
    assert main(["plugins", "check", "mine.py", "--set", "power=0"]) == 0
    assert "found 1 to 1" in capsys.readouterr().out
    assert main(["plugins", "check", "mine.py", "--set", "power=half"]) == 1  # so that nothing was tried


@pytest.mark.slow
@pytest.mark.parametrize(
    ("target", "status", "said"),
    [
        ("nowhere.py", 2, "there is no such file"),
        ("broken.py", 1, "ZeroDivisionError"),
        ("order --set polarisation.definition=published", 2, "got 'polarisation' (did you mean polarization"),
        ("order -m polarisation", 2, "order has no 'polarisation' (did you mean polarization"),
        ("tracks --tracks nowhere.csv", 2, "there is no such file"),
        ("order -m polarization --set k=4", 2, "has a parameter 'k'"),
        (
            "nematic_order",
            2,
            f"expected a plugin; 'nematic_order' belongs to field (kadita {version('kadita')}): "
            "kadita plugins check field",
        ),
        ("oder", 2, "there is no plugin 'oder' (did you mean order"),
    ],
)
def test_what_cannot_be_checked_is_said_in_a_line(tmp_path, monkeypatch, capsys, target, status, said):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "broken.py").write_text("1 / 0\n")
    assert main(["plugins", "check", *target.split()]) == status
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert said in err


@pytest.mark.slow
@pytest.mark.parametrize("plugin", ["vicsek", "kadita_tracks"])
def test_models_scenarios_and_importers_are_checked_as_far_as_they_can_be(tmp_path, capsys, plugin):
    tracks = tmp_path / "a.csv"
    tracks.write_text("frame,agent,x,y\n0,1,0.0,1.0\n1,1,0.5,1.0\n")
    if plugin == "vicsek":
        assert main(["plugins", "check", "vicsek"]) == 0
        out = capsys.readouterr().out
        assert "the same bits on 3 threads" in out
        assert "scenario vicsek" in out
    else:
        assert main(["plugins", "check", plugin]) == 1
        said = capsys.readouterr()
        importers = len(kadita_tracks.kadita_importers())
        assert said.err.count("not checked: importer") == importers
        assert "needs a file to read, --tracks FILE" in said.err
        assert "kadita_tracks: nothing was checked" in said.err
        assert main(["plugins", "check", plugin, "--tracks", str(tracks)]) == 0
        said = capsys.readouterr()
        assert "importer table" in said.out
        assert said.err.count("is not a file of its format") == importers - 1
