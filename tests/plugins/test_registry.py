"""Plugins are loaded one by one, and one that is broken stops no other."""

from importlib.metadata import version

import pytest

from kadita import KaditaError, Metric, metric
from kadita.base.errors import PluginError
from kadita.plugins.loading import _installed, load_registry
from kadita.plugins.registry import Plugin, Registry

GOOD = """
from kadita import Block, hookimpl, metric

@metric(units="length")
def farthest(block: Block):
    '''Distance of the farthest agent from the centre, (T,).'''
    return (block.offsets**2).sum(axis=2).max(axis=1) ** 0.5

@hookimpl
def kadita_metrics():
    return [farthest]
"""


@pytest.fixture
def plugin_file(tmp_path):
    def write(text, name="mine.py"):
        (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path / name

    return write


def test_the_built_in_packages_are_found_by_their_entry_points():
    registry = load_registry()
    assert registry.problems == []
    expected = {f"{name} (kadita {version('kadita')})" for name in ("order", "entropy")}
    assert {str(p) for p in registry.plugins.values()} >= expected
    assert {"polarization", "rotation", "state", "oceanic_schooling_index"} <= registry.metrics.keys()


def test_every_built_in_metric_says_what_it_is():
    for name, m in load_registry().metrics.items():
        assert m.summary.endswith((".", "it.")) or "," in m.summary, name
        assert m.formula, name
        assert m.source, name
        assert "(T" in (m.function.__doc__ or ""), name


def test_a_file_brings_its_metrics(plugin_file):
    registry = load_registry([plugin_file(GOOD)])
    assert isinstance(registry["farthest"], Metric)
    assert "polarization" in registry


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1 / 0", r"ZeroDivisionError: division by zero \(mine.py, line 1\)"),
        ("def f(:", "SyntaxError"),
        ("import nothing_of_that_name", "ModuleNotFoundError: No module named 'nothing_of_that_name'"),
        ("raise SystemExit(3)", "SystemExit"),
        (
            "x = 1",
            "implements no hook; expected one of kadita_metrics, kadita_analyses, kadita_models",
        ),
        (GOOD.replace("@hookimpl\n", ""), "kadita_metrics looks like a hook but lacks @hookimpl"),
        (GOOD.replace("def kadita_metrics", "def kadita_metric"), "kadita_metric'.*; expected one of kadita_metrics"),
        (GOOD.replace("return [farthest]", "return farthest"), "kadita_metrics: expected a list; got Metric"),
        (GOOD.replace("return [farthest]", "return [len]"), "expected functions decorated with @metric; got 'len'"),
        (GOOD.replace("farthest", "polarization"), "the metric name 'polarization' is taken by plugin order"),
        (GOOD.replace("[farthest]", "[farthest, farthest]"), "it defines 'farthest' twice"),
        (GOOD.replace("block: Block", "block: 'Blok'"), "metric farthest: annotation 'Blok' cannot be resolved"),
    ],
)
def test_a_file_that_cannot_be_loaded_is_named_with_the_reason(plugin_file, text, message):
    with pytest.raises(KaditaError, match=message) as error:
        load_registry([plugin_file(text)])
    assert "mine.py" in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("name", ["missing.py", "folder"])
def test_a_file_that_is_none_is_named(tmp_path, name):
    (tmp_path / "folder").mkdir()
    with pytest.raises(KaditaError, match="there is no such file"):
        load_registry([tmp_path / name])


def test_a_taken_name_refuses_the_later_plugin_whole_and_alone():
    @metric()
    def one(block):
        return block

    @metric()
    def two(block):
        return block

    registry = Registry()
    registry.add(Plugin("first", "a", "1"), [one])
    with pytest.raises(PluginError, match=r"'one' is taken by plugin first \(a 1\)"):
        registry.add(Plugin("second", "b", "1"), [two, one])
    assert list(registry.metrics) == ["one"]


def test_near_names_are_suggested():
    with pytest.raises(KaditaError, match=r"no metric 'polarisation' \(did you mean polarization"):
        load_registry()["polarisation"]


@pytest.fixture
def site(tmp_path, monkeypatch):
    """A folder of installed distributions, of which each is damaged in its own way."""

    def install(folder, metadata, entry_points):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "METADATA").write_text(metadata)
        (tmp_path / folder / "entry_points.txt").write_text(entry_points)

    install("nameless-1.dist-info", "Metadata-Version: 2.1\n", "[kadita]\nnameless = nowhere\n")
    install("torn-1.dist-info", "Metadata-Version: 2.1\nName: torn\nVersion: 1\n", "[kadita]\njust words\n")
    install("odd-1.dist-info", "Metadata-Version: 2.1\nName: odd\nVersion: 1\n", "[kadita]\nodd = :::\n")
    install("strange-1.dist-info", "Metadata-Version: 2.1\nName: strange\nVersion: 1\n", "[other]\njust words\n")
    monkeypatch.syspath_prepend(tmp_path)
    _installed.cache_clear()
    yield load_registry
    _installed.cache_clear()


def test_distributions_whose_files_are_damaged_stop_no_other(site):
    registry = site()
    assert "polarization" in registry
    told = sorted(registry.problems)
    assert len(told) == 3
    assert told[0].startswith("distribution torn is left out: its entry points cannot be read: ")
    assert told[1].startswith("plugin nameless (? ?) is left out: ModuleNotFoundError: No module named 'nowhere'")
    assert told[2] == "plugin odd (odd 1) is left out: expected the name of a module in its entry point; got ':::'"
