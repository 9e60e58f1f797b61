"""A model is a plugin: a stranger's is run, measured and installed as kadita's are, and a broken one stops no other."""

import importlib
import os
import re
import subprocess
import sys

import numpy as np
import pytest

import kadita as api
from kadita.base.code_hash import checksum
from kadita.models.philox import NOISE, normals
from kadita.plugins.loading import _installed, load_registry

WALKER = '''
from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import Field

from kadita import Model, hookimpl
from kadita.base.jit import jitable
from kadita.models.fixed_point import NOTHING, count
from kadita.models.vectors import unit


@jitable
def pair(agent, other):
    return NOTHING, NOTHING, NOTHING, count(False)


@jitable
def turn(agent, sums):
    u, g, noise = agent.heading, agent.normals, agent.constants.noise
    return unit((u[0] + noise * g[0], u[1] + noise * g[1], u[2] + noise * g[2]), u)


class Walker(Model):
    """A persistent random walker: it takes no notice of others."""

    name: ClassVar[str] = "walker"
    pair = staticmethod(pair)
    turn = staticmethod(turn)

    noise: Annotated[float, Field(ge=0, description="standard deviation of what is added to a heading")]

    @property
    def constants(self):
        return {"noise": self.noise}

    @property
    def cutoff(self):
        return 0.0


@hookimpl
def kadita_models():
    return [Walker]


@hookimpl
def kadita_scenarios():
    return [Path(__file__).with_name("walkers.toml")]
'''
WALKERS = """
title = "persistent random walkers"
model = "walker"
steps = 40
every = 4
seed = 3

[parameters]
agents = 30
box = 10.0
speed = 0.5
noise = 0.1
time_step = 0.2
"""
TAKEN_UP, TURNED, GIVEN, CUTOFF = (
    next(line.strip() for line in WALKER.splitlines() if start in line)
    for start in ("return NOTHING", "return unit(", "return {", "return 0.0")
)


def walk():
    """Positions and headings of the walkers' last frame, in plain NumPy from their first, which is any model's."""
    given = {"agents": 30, "box": 10.0, "speed": 0.5, "time_step": 0.2}
    x, u = api.load_configuration("vicsek", parameters=given).parameters.initial_state(seed=3)
    for step in range(40):
        u = u + 0.1 * np.array([normals(np.uint64(3), step, i, NOISE)[:3] for i in range(30)])
        u /= np.linalg.norm(u, axis=1, keepdims=True)
        x = (x + 0.5 * 0.2 * u) % 10.0
    return x, u


@pytest.fixture
def process(tmp_path):
    """Run Python in a process of its own, in the test's folder."""

    def run(*words, **environment):
        options = {"capture_output": True, "text": True, "timeout": 300, "cwd": tmp_path}
        return subprocess.run([sys.executable, *map(str, words)], env=os.environ | environment, **options)

    return run


@pytest.fixture
def kadita(process):
    """Run `kadita ...` there, in a process with plugins or settings of its own."""
    return lambda *words, **environment: process("-m", "kadita", *words, **environment)


@pytest.fixture
def write(tmp_path):
    """Write mine.py, or another file, and a scenario beside it; return the path of the first."""

    def write(text=WALKER, name="mine.py", scenario=WALKERS):
        (tmp_path / "walkers.toml").write_text(scenario)
        (tmp_path / name).write_text(text)
        return tmp_path / name

    return write


class TestAFile:
    @pytest.mark.slow
    def test_its_model_runs_is_measured_and_walks_as_its_rule_says(self, command, write, tmp_path):
        write()
        done = command(
            "run", "walkers.toml", "--plugin", "mine.py", "--analyze", "-m", "polarization", "--results", "p.csv"
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert "polarization" in done.stdout
        x, u = walk()
        with api.open(tmp_path / "walkers.nc") as trajectory:
            block = next(trajectory.blocks())
            assert trajectory.attributes["model"] == "walker"
            assert trajectory.configuration["parameters"]["noise"] == 0.1
        np.testing.assert_allclose(block.times, 0.8 * np.arange(11), rtol=1e-6)
        np.testing.assert_allclose(block.box.minimum_image(block.positions[-1] - x), 0, atol=2e-6)
        np.testing.assert_allclose(block.velocities[-1], 0.5 * u, atol=1e-6)
        measured = np.genfromtxt(tmp_path / "p.csv", delimiter=",", names=True)["polarization"]
        assert measured[-1] == pytest.approx(np.linalg.norm(u.mean(axis=0)), abs=1e-6)

    def test_its_scenario_and_parameters_are_known_by_name(self, command, write):
        write()
        assert "walkers           persistent random walkers" in command("scenarios", "--plugin", "mine.py").stdout
        assert 'model = "walker"' in command("scenarios", "walkers", "--plugin", "mine.py").stdout
        assert command("run", "walkers", "--plugin", "mine.py", "--agents", 5, "--set", "noise=0").returncode == 0
        for setting, said in (
            ("noise=-1", "noise: input should be greater than or equal to 0; got -1"),
            ("nois=1", "there is no parameter 'nois' (did you mean noise"),
        ):
            done = command("run", "walkers", "--plugin", "mine.py", "--set", setting, "-o", "other.nc")
            assert done.returncode == 2
            assert done.stderr.startswith(f"kadita: error: walkers: {said}")
            assert done.stderr.count("\n") == 1

    def test_its_trajectory_is_read_without_it(self, command, kadita, write, tmp_path):
        write()
        assert command("run", "walkers", "--plugin", "mine.py").returncode == 0
        (tmp_path / "mine.py").unlink()
        done = kadita("analyze", "walkers.nc", "-m", "polarization")
        assert (done.returncode, done.stderr) == (0, "")
        assert command("info", "walkers.nc").returncode == 0
        done = command("run", "walkers.toml", "-o", "again.nc")
        assert done.returncode == 2
        assert done.stderr.startswith("kadita: error: walkers.toml: there is no model 'walker'")

    @pytest.mark.slow
    def test_threads_do_not_change_a_bit(self, command, write, tmp_path):
        write()
        for threads in (1, 2):
            done = command("run", "walkers", "--plugin", "mine.py", "--threads", threads, "-o", f"{threads}.nc")
            assert done.returncode == 0, done.stderr
        assert (tmp_path / "1.nc").read_bytes() == (tmp_path / "2.nc").read_bytes()

    @pytest.mark.parametrize("scenario", ["walkers", "torus", "dewi-kadita-1", "vicsek"])
    def test_plain_python_gives_the_same_bytes_and_no_warning(self, command, kadita, write, tmp_path, scenario):
        """So that a rule can be followed with print and a debugger."""
        write()
        words = ("run", scenario, "--plugin", "mine.py", "--agents", 30, "--steps", 4, "--every", 2)
        compiled, plain = command(*words, "-o", "compiled.nc"), kadita(*words, "-o", "plain.nc", NUMBA_DISABLE_JIT="1")
        for done in (compiled, plain):
            assert (done.returncode, done.stderr) == (0, "")
        assert (tmp_path / "compiled.nc").read_bytes() == (tmp_path / "plain.nc").read_bytes()

    @pytest.mark.slow
    def test_a_first_state_outside_the_cell_is_brought_into_it(self, command, write, tmp_path):
        state = "np.full((30, 3), -1.0), np.tile([0.0, 0.0, 1.0], (30, 1))"
        write(WALKER + f"\n\nimport numpy as np\n\nWalker.initial_state = lambda self, seed: ({state})\n")
        done = command("run", "walkers.toml", "--plugin", "mine.py", "--set", "noise=0", "--steps", 4)
        assert (done.returncode, done.stderr) == (0, "")
        with api.open(tmp_path / "walkers.nc") as trajectory:
            first, last = next(trajectory.blocks()).positions
        np.testing.assert_array_equal(first, 9.0)
        np.testing.assert_allclose(last - first, np.tile([0, 0, 4 * 0.5 * 0.2], (30, 1)), rtol=0, atol=1e-6)


class TestAnEditedRule:
    """Compiled code is kept on disk; what is run is the rule as it stands in its files."""

    PAIR = "@jitable\ndef pair(agent, other):\n    return {}, NOTHING, NOTHING, count(False)\n\n\n"
    TURN = "@jitable\ndef turn(agent, sums):\n    u = agent.heading\n    return {}\n"
    MODEL = '\n\nclass {}(Model):\n    name = "{}"\n    pair = staticmethod(pair)\n    turn = staticmethod({})\n\n'
    HOOK = "\n\n@hookimpl\ndef kadita_models():\n    return [Walker]\n"
    IMPORTS = (
        "from kadita import Model, hookimpl\nfrom kadita.base.jit import jitable\n"
        "from kadita.models.fixed_point import NOTHING, count, opposite, where\n"
    )
    TIMES = "@jitable\ndef times(u):\n    return F * u[0], F * u[1], F * u[2]\n"
    BY_HAND = "{0} * u[0], {0} * u[1], {0} * u[2]"

    CONSTANTS = (
        "    @property\n    def constants(self):\n        return {}\n\n"
        "    @property\n    def cutoff(self):\n        return 0.0\n"
    )
    ALONE = PAIR.format("NOTHING")
    WALKER = MODEL.format("Walker", "walker", "turn") + CONSTANTS + HOOK
    COSINES = (  # between headings before and after each model's first turn, and where its steps came from
        "import sys, kadita\n"
        "from kadita.models.engine.integrator import steps_of\n"
        "from kadita.plugins.loading import load_registry\n"
        "from kadita.simulation.configuration import RunConfiguration\n"
        "from kadita.simulation.preparation import prepare\n"
        "models = load_registry(['mine.py']).models\n"
        "for name in sys.argv[1:]:\n"
        "    parameters = models[name](agents=3, box=9.0, speed=1.0, time_step=0.1)\n"
        "    run = RunConfiguration(model=name, steps=1, parameters=parameters)\n"
        "    (block,) = kadita.simulate(run).blocks()\n"
        "    cosine = (block.headings[0] * block.headings[1]).sum(axis=1).mean()\n"
        "    steps = steps_of(prepare([parameters]).method, by_cells=False, parallel=False)\n"
        "    hits = steps.stats.cache_hits\n"
        "    print(round(cosine, 6), 'disk' if hits else 'compiler')\n"
    )

    @pytest.fixture
    def first_turn(self, process, tmp_path):
        def first_turn(*names):
            # where nothing is kept yet; which code is run is asked, not how fast it is
            own = {"PYTHONPATH": str(tmp_path), "NUMBA_CACHE_DIR": str(tmp_path / "machine_code"), "NUMBA_OPT": "0"}
            done = process("-c", self.COSINES, *names, **own)
            assert done.returncode == 0, done.stderr
            return done.stdout.split("\n")[:-1]

        return first_turn

    @pytest.mark.slow
    def test_is_compiled_anew_and_one_that_was_compiled_before_is_not(self, first_turn, tmp_path):
        said = []
        for factor in (1.0, 1.0, -1.0, 1.0):
            rule = "\n\n" + self.ALONE + self.TURN.format(self.BY_HAND.format(factor)) + self.WALKER
            (tmp_path / "mine.py").write_text(self.IMPORTS + rule)
            said += first_turn("walker")
        assert said == ["1.0 compiler", "1.0 disk", "-1.0 compiler", "1.0 disk"]

    @pytest.mark.slow
    def test_of_a_pair_is_compiled_anew_too(self, first_turn, tmp_path):
        """An agent takes its own heading from a pair, or the opposite."""
        said = []
        turn = self.TURN.format("sums[0]").replace("    return", "    sums = (vectors.unit(sums[0], u),)\n    return")
        for taken_up in ("other.heading", "other.heading", "opposite(other.heading)"):
            pair = self.PAIR.format(f"where(other.square == 0, {taken_up})")
            (tmp_path / "mine.py").write_text(
                self.IMPORTS + "from kadita.models import vectors\n\n\n" + pair + turn + self.WALKER
            )
            said += first_turn("walker")
        assert said == ["1.0 compiler", "1.0 disk", "-1.0 compiler"]

    @pytest.mark.slow
    def test_takes_parts_from_other_files_as_they_stand(self, first_turn, tmp_path):
        rule = "from parts_of_mine import times\n\n\n" + self.ALONE + self.TURN.format("times(u)") + self.WALKER
        (tmp_path / "mine.py").write_text(self.IMPORTS + rule)
        for factor in (1.0, -1.0):
            part = self.IMPORTS + f"\nF = {factor}\n\n\n" + self.TIMES
            (tmp_path / "parts_of_mine.py").write_text(part)
            assert first_turn("walker")[0].split()[0] == str(factor)

    @pytest.mark.slow
    def test_rules_in_one_file_do_not_get_each_others_code(self, first_turn, tmp_path):
        """Even where one function makes them, so that nothing but what they close over tells them apart."""
        maker = "def rule(f):\n" + "".join(
            f"    {line}\n" for line in self.TURN.format(self.BY_HAND.format("f")).splitlines()
        )
        classes = "".join(
            self.MODEL.format(name.upper(), name, f"rule({f})") + self.CONSTANTS
            for name, f in (("w0", 1.0), ("w1", -1.0))
        )
        hook = self.HOOK.replace("[Walker]", "[W0, W1]")
        rules = self.ALONE + maker + "    return turn\n"
        (tmp_path / "mine.py").write_text(self.IMPORTS + "\n\n" + rules + classes + hook)
        for names, cosines in ((("w0", "w1"), ["1.0", "-1.0"]), (("w1", "w0"), ["-1.0", "1.0"])):
            assert [line.split()[0] for line in first_turn(*names)] == cosines


RULE = "def turn(u, sums, g, c, key):\n"
EDITS = {  # a rule's source before and after
    "a number": (RULE + "    return 1.0", RULE + "    return 2.0"),
    "its type": (RULE + "    return 1 / key[2]", RULE + "    return 1.0 / key[2]"),
    "a sign of zero": (RULE + "    return 1 / (0.0 * key[2])", RULE + "    return 1 / (-0.0 * key[2])"),
    "an operator": (RULE + "    return key[1] + key[2]", RULE + "    return key[1] - key[2]"),
    "another argument": (RULE + "    return u[0]", RULE + "    return g[0]"),
    "a method": (RULE + "    return g.min()", RULE + "    return g.max()"),
    "an attribute of a module": (
        "import math\n" + RULE + "    return math.sin(g[0])",
        "import math\n" + RULE + "    return math.cos(g[0])",
    ),
    "two names exchanged": (
        "from math import cos, sin\n" + RULE + "    return cos(g[0]) - sin(g[1])",
        "from math import cos, sin\n" + RULE + "    return sin(g[0]) - cos(g[1])",
    ),
    "two numbers exchanged": (
        "A, B = 1.0, 2.0\n" + RULE + "    return A - B",
        "A, B = 1.0, 2.0\n" + RULE + "    return B - A",
    ),
    "a member of an enumeration": (
        "from enum import IntEnum\nclass S(IntEnum):\n    A = 1\n" + RULE + "    return S.A",
        "from enum import IntEnum\nclass S(IntEnum):\n    A = 2\n" + RULE + "    return S.A",
    ),
    "a function of whole arrays": (
        "import numba\n@numba.vectorize\ndef h(a):\n    return a\n" + RULE + "    return h(g[0])",
        "import numba\n@numba.vectorize\ndef h(a):\n    return -a\n" + RULE + "    return h(g[0])",
    ),
    "how a kernel is compiled": (
        "import numba\n@numba.njit\ndef h(a):\n    return a\n" + RULE + "    return h(g[0])",
        "import numba\n@numba.njit(fastmath=True)\ndef h(a):\n    return a\n" + RULE + "    return h(g[0])",
    ),
    "a number beside it": ("F = 1.0\n" + RULE + "    return F", "F = 2.0\n" + RULE + "    return F"),
    "a digit far behind the point": (
        "import numpy\nF = numpy.array([0.1])\n" + RULE + "    return F[0]",
        "import numpy\nF = numpy.array([0.1000000000001])\n" + RULE + "    return F[0]",
    ),
    "the middle of a long table": (
        "import numpy\nF = numpy.zeros(5000)\n" + RULE + "    return F[key[2]]",
        "import numpy\nF = numpy.zeros(5000)\nF[2500] = 1\n" + RULE + "    return F[key[2]]",
    ),
    "a number that a comprehension takes": (
        "F = 1.0\n" + RULE + "    return [F * a for a in u][0]",
        "F = 2.0\n" + RULE + "    return [F * a for a in u][0]",
    ),
    "a part": (
        "def part():\n    return 1.0\n" + RULE + "    return part()",
        "def part():\n    return 2.0\n" + RULE + "    return part()",
    ),
    "a part of a part": (
        "F = 1.0\ndef a():\n    return F\ndef b():\n    return a()\n" + RULE + "    return b()",
        "F = 2.0\ndef a():\n    return F\ndef b():\n    return a()\n" + RULE + "    return b()",
    ),
    "which of two parts": (
        "def a():\n    return 1.0\ndef b():\n    return 2.0\n" + RULE + "    return a() - b()",
        "def a():\n    return 1.0\ndef b():\n    return 2.0\n" + RULE + "    return b() - a()",
    ),
    "what a part takes if nothing is said": (
        "def part(f=1.0):\n    return f\n" + RULE + "    return part()",
        "def part(f=2.0):\n    return f\n" + RULE + "    return part()",
    ),
    "what a part takes by name": (
        "def part(*, f=1.0):\n    return f\n" + RULE + "    return part()",
        "def part(*, f=2.0):\n    return f\n" + RULE + "    return part()",
    ),
    "what it is closed over": (
        "def rule(f):\n    def turn(u):\n        return f\n    return turn\nturn = rule(1.0)",
        "def rule(f):\n    def turn(u):\n        return f\n    return turn\nturn = rule(2.0)",
    ),
    "a module in a module": (
        "import types\nouter = types.ModuleType('outer')\nouter.inner = types.ModuleType('inner')\n"
        "outer.inner.f = 1.0\n" + RULE + "    return outer.inner.f",
        "import types\nouter = types.ModuleType('outer')\nouter.inner = types.ModuleType('inner')\n"
        "outer.inner.f = 2.0\n" + RULE + "    return outer.inner.f",
    ),
}


def turn_of(text):
    """The function `turn` of a source text that lies in no file, as in a notebook."""
    names = {"__name__": "mine"}
    exec(compile(text, "<a notebook>", "exec"), names)
    return names["turn"]


@pytest.mark.parametrize(("before", "after"), EDITS.values(), ids=EDITS)
def test_an_edit_of_anything_that_a_rule_is_made_of_changes_its_checksum(before, after):
    assert checksum(turn_of(before)) == checksum(turn_of(before))
    assert checksum(turn_of(before)) != checksum(turn_of(after))


@pytest.mark.slow
def test_checksums_are_the_same_in_every_process(process):
    """What is kept on disk is found again, whatever hash seed and addresses a process has."""
    text = (
        "from kadita.base.code_hash import checksum\nfrom kadita.plugins.loading import load_registry\n"
        "F = {'one', 'two', 'three'}\n"
        "def turn(i):\n    return F, i in {'four', 'five', 'six'}\n"
        "models = load_registry().models.values()\n"
        "rules = [vars(m).get(name) for m in models for name in ('pair', 'turn', 'displacement', 'accelerate')]\n"
        "rules = [rule.__func__ for rule in rules if isinstance(rule, staticmethod)]\n"
        "assert len(rules) > 8\n"
        "print(checksum(turn), *map(checksum, rules))\n"
    )
    assert len({process("-c", text, PYTHONHASHSEED=str(seed)).stdout for seed in (1, 2, 3)} - {""}) == 1


@pytest.fixture(scope="module")
def installed(distribution):
    """Install a distribution of plugin modules with pip, each with its files; return where."""

    def installed(folder, name, modules):
        files = {f"{module}/{file}": text for module, own in modules.items() for file, text in own.items()}
        source = distribution(folder / "source", name, {"__init__.py": ""} | files, modules)
        pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "install"]
        options = ["--no-deps", "--no-index", "--no-build-isolation", "--no-compile", "--target", str(folder / "site")]
        subprocess.run([*pip, *options, str(source)], check=True, capture_output=True)
        return folder / "site"

    return installed


@pytest.fixture(scope="module")
def site(tmp_path_factory, installed):
    """An environment into which pip has installed the walkers."""
    files = {"__init__.py": WALKER, "walkers.toml": WALKERS}
    return {"PYTHONPATH": str(installed(tmp_path_factory.mktemp("walker"), "walker", {"walker": files}))}


class TestADistribution:
    @pytest.mark.slow
    def test_its_scenario_is_listed_printed_and_run_by_name(self, kadita, site, tmp_path):
        listing = kadita("scenarios", **site)
        assert (listing.returncode, listing.stderr) == (0, "")
        assert "walkers           persistent random walkers\n" in listing.stdout
        assert "dewi-kadita-1" in listing.stdout
        printed = kadita("scenarios", "walkers", **site).stdout
        (tmp_path / "mine.toml").write_text(printed)
        for scenario in ("walkers", "mine.toml"):
            done = kadita("run", scenario, **site)
            assert (done.returncode, done.stderr) == (0, "")
        assert (tmp_path / "walkers.nc").read_bytes() == (tmp_path / "mine.nc").read_bytes()

    @pytest.mark.filterwarnings("ignore:there is no reference attributes")  # a trajectory alone has no names
    def test_its_trajectory_opens_in_mdanalysis(self, kadita, site, tmp_path):
        import MDAnalysis

        assert kadita("run", "walkers", **site).returncode == 0
        x, u = walk()
        universe = MDAnalysis.Universe(str(tmp_path / "walkers.nc"))
        assert (len(universe.atoms), len(universe.trajectory)) == (30, 11)
        last = universe.trajectory[-1]
        assert last.time == pytest.approx(8.0)
        d = last.positions - x
        np.testing.assert_allclose(d - 10 * np.rint(d / 10), 0, atol=2e-6)
        np.testing.assert_allclose(last.velocities, 0.5 * u, atol=1e-5)
        np.testing.assert_allclose(last.dimensions, [10, 10, 10, 90, 90, 90])


NO_MODEL = WALKER.replace("class Walker(Model)", "class Walker")
BROKEN_AT_LOADING = {
    "no subclass of Model": (NO_MODEL, "kadita_models: expected subclasses of kadita.Model; got "),
    "no class": (WALKER.replace("[Walker]", "[3]"), "expected subclasses of kadita.Model; got 3"),
    "no list": (WALKER.replace("[Walker]", "Walker"), "kadita_models: expected a list"),
    "Model itself": (WALKER.replace("[Walker]", "[Model]"), "Model lacks name, pair, turn, constants, cutoff;"),
    "no name": (WALKER.replace('    name: ClassVar[str] = "walker"\n', ""), "Walker lacks name; see kadita.Model"),
    "no turn": (WALKER.replace("    turn = staticmethod(turn)\n", ""), "Walker lacks turn; see kadita.Model"),
    "no pair": (WALKER.replace("    pair = staticmethod(pair)\n", ""), "Walker lacks pair; see kadita.Model"),
    "no cutoff": (WALKER.replace("cutoff(self)", "range(self)"), "Walker lacks cutoff; see kadita.Model"),
    "no constants": (WALKER.replace("constants(self)", "others(self)"), "Walker lacks constants; see kadita.Model"),
    "a name that is a number": (WALKER.replace('= "walker"', "= 3"), "name"),
    "an empty name": (WALKER.replace('= "walker"', '= ""'), "name"),
    "a taken name": (
        WALKER.replace('"walker"', '"couzin"'),
        r"the model name 'couzin' is taken by plugin couzin \(kadita ",
    ),
    "a name given twice": (WALKER.replace("[Walker]", "[Walker, Walker]"), "it defines 'walker' twice"),
    "a taken scenario": (
        WALKER.replace("walkers.toml", "torus.toml"),
        r"the scenario name 'torus' is taken by plugin couzin \(kadita ",
    ),
    "a scenario that is no TOML by name": (
        WALKER.replace("walkers.toml", "walkers.txt"),
        r"expected files named \*.toml; got walkers.txt",
    ),
    "a scenario that is no file": (
        WALKER.replace('Path(__file__).with_name("walkers.toml")', '"walkers.toml"'),
        "kadita_scenarios: expected ",
    ),
}


@pytest.mark.parametrize(("text", "said"), BROKEN_AT_LOADING.values(), ids=BROKEN_AT_LOADING)
def test_a_file_that_brings_no_proper_model_is_named_with_the_reason(write, text, said):
    with pytest.raises(api.KaditaError, match=said) as error:
        load_registry([write(text)])
    assert "mine.py" in str(error.value)
    assert "\n" not in str(error.value)
    assert "Error:" not in str(error.value), "an error of Python's own tells the author little"


ATTRIBUTES = "    @property\n    def attributes(self):\n        return {}\n\n"
WALKS = "    @property\n    def constants(self):\n"


def but(old, new):
    """The walker's file with a change."""
    assert old in WALKER
    return WALKER.replace(old, new)


BROKEN_AT_RUNNING = {
    "a turn that is no part": (
        but("@jitable\ndef turn", "def turn"),
        "turn of Walker: expected a function with @kadita.",
    ),
    "a turn with fewer arguments": (
        but("turn(agent, sums)", "turn(agent, sums, c)"),
        "turn of Walker: expected the arguments agent, sums; got agent, sums, c",
    ),
    "a turn of before": (
        but("turn(agent, sums)", "turn(i, x, u, cell, step, seed, constants, scratch)"),
        "turn of Walker: expected the arguments agent, sums; got i, x, u, cell",
    ),
    "a turn that has no types": (but("noise * g[0]", 'noise + "a"'), "mine.py"),
    "a turn that knows no name": (but("noise * g[0]", "konstants"), "konstants"),
    "a turn that knows no constant": (but("agent.constants.noise", "agent.constants.nois"), "nois"),
    "two components": (but(TURNED, "return u[0], u[1]"), "turn"),
    "one number": (but(TURNED, "return u[0]"), "turn"),
    "nothing": (but(TURNED, "return"), "turn"),
    "NaN": (but(TURNED, "return float('nan'), 0.0, 1.0"), "nan"),
    "a heading of length 2": (but(TURNED, "return 2.0, 0.0, 0.0"), "unit"),
    "a heading of length 0": (but(TURNED, "return 0.0, 0.0, 0.0"), "unit"),
    "a turn that is chosen and raises": (
        but("    turn = staticmethod(turn)", "    @property\n    def turn(self):\n        return 1 / 0"),
        "ZeroDivisionError",
    ),
    "a pair that is no part": (
        but("@jitable\ndef pair", "def pair"),
        "pair of Walker: expected a function with @kadita.",
    ),
    "a pair with fewer arguments": (
        but("pair(agent, other)", "pair(agent, other, c)"),
        "pair of Walker: expected the arguments agent, other; got agent, other, c",
    ),
    "a pair that knows no name": (but(TAKEN_UP, "return NOWHERE, NOTHING, NOTHING, count(False)"), "NOWHERE"),
    "a pair without a number": (but(TAKEN_UP, "return NOTHING, NOTHING, NOTHING"), "pair"),
    "a pair of one vector": (but(TAKEN_UP, "return NOTHING"), "pair"),
    "a pair of two components": (but(TAKEN_UP, "return NOTHING[:2], NOTHING, NOTHING, count(False)"), "pair"),
    "a pair of words": (but(TAKEN_UP, 'return NOTHING, NOTHING, NOTHING, "one"'), "pair"),
    "a pair of nothing": (but(TAKEN_UP, "return"), "pair"),
    "a pair of lengths": (but(TAKEN_UP, "return other.displacement, NOTHING, NOTHING, count(False)"), "pair"),
    "a pair beyond its cutoff": (
        but(TAKEN_UP, "return other.heading, NOTHING, NOTHING, count(True)"),
        "zeros beyond the cutoff, 0",
    ),
    "a displacement that is no part": (
        but(
            "    turn = staticmethod(turn)",
            "    turn = staticmethod(turn)\n    displacement = staticmethod(lambda *a: a)",
        ),
        "displacement of Walker: expected a function with @kadita.",
    ),
    "constants that raise": (but(GIVEN, "return 1 / 0"), "constants: ZeroDivisionError"),
    "constants that are not named": (but(GIVEN, "return (self.noise,)"), "constants: "),
    "constants that are a number": (but(GIVEN, "return self.noise"), "constants: "),
    "constants that are no numbers": (but(GIVEN, 'return {"noise": "a"}'), "numbers; got noise = 'a'"),
    "constants that are named by numbers": (but(GIVEN, "return {1: self.noise}"), "constants: "),
    "constants beyond numbers": (but(GIVEN, 'return {"noise": 10**400}'), "constants: "),
    "a cutoff that raises": (but(CUTOFF, "return 1 / 0"), "cutoff: ZeroDivisionError"),
    "a cutoff below 0": (
        but(CUTOFF, "return -1.0"),
        "expected a length of at least 0 and at most 1e+15, or math.inf; got -1.0",
    ),
    "a cutoff that is NaN": (
        but(CUTOFF, "return float('nan')"),
        "expected a length of at least 0 and at most 1e+15, or math.inf; got nan",
    ),
    "a cutoff too far away": (
        but(CUTOFF, "return 1e16"),
        "expected a length of at least 0 and at most 1e+15, or math.inf; got 1e+16",
    ),
    "a cutoff that is no number": (
        but(CUTOFF, "return 'far'"),
        "expected a length of at least 0 and at most 1e+15, or math.inf; got 'far'",
    ),
    "attributes that raise": (but(WALKS, ATTRIBUTES.format("1 / 0") + WALKS), "attributes: ZeroDivisionError"),
    "no length as r_a": (
        but(WALKS, ATTRIBUTES.format('{"r_a": -3.0}') + WALKS),
        "expected a length above 0 as r_a, or none; got -3.0",
    ),
    "a first state of other agents": (
        WALKER + "\n\nWalker.initial_state = lambda self, seed: (cell_of_two(), cell_of_two())\n"
        "\n\ndef cell_of_two():\n    import numpy as np\n\n    return np.ones((2, 3))\n",
        "initial_state",
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize(("text", "said"), BROKEN_AT_RUNNING.values(), ids=BROKEN_AT_RUNNING)
def test_a_model_that_fails_in_a_run_is_named_with_its_plugin_and_the_reason(command, write, tmp_path, text, said):
    assert text != WALKER
    write(text)
    done = command("run", "walkers.toml", "--plugin", "mine.py", "-o", "out.nc")
    assert done.stderr.count("\n") == 1, done.stderr
    assert done.stderr.startswith("kadita: error: ")
    assert "internal error" not in done.stderr
    assert "mine" in done.stderr
    assert said in done.stderr
    # a fault that shows when the file is loaded is one of what was named on the command line
    assert done.returncode == (2 if "plugin file" in done.stderr else 1)
    assert not (tmp_path / "out.nc").exists()


@pytest.fixture(scope="module")
def broken_ones(tmp_path_factory, installed):
    """A folder into which pip has installed plugins that are broken in their ways, and a good one after them."""

    def walker(name, old="", new="", scenario=WALKERS):
        """Files of a plugin whose model and scenario are called by this name, with a change."""
        text = WALKER.replace('"walker"', f'"{name}"').replace("walkers.toml", f"{name}.toml")
        assert old in text
        toml = scenario.replace('"walker"', f'"{name}"') if isinstance(scenario, str) else scenario
        files = {"__init__.py": text.replace(old, new) if old else text}
        return files if toml is None else files | {f"{name}.toml": toml}

    modules = {
        # the plugin is left out
        "unmodelled": walker("unmodelled", "class Walker(Model)", "class Walker"),
        "nameless": walker("nameless", '    name: ClassVar[str] = "nameless"\n', ""),
        "turnless": walker("turnless", "    turn = staticmethod(turn)\n", ""),
        "constantless": walker("constantless", "constants(self)", "others(self)"),
        "thief": walker("thief", '"thief"', '"couzin"'),
        # only its scenario cannot be run
        "lost": walker("lost", scenario=None),
        "torn": walker("torn", scenario="title = "),
        "foreign": walker("foreign", scenario=WALKERS.replace('"walker"', '"jackdaw"')),
        "lacking": walker("lacking", scenario=WALKERS.replace("noise = 0.1\n", "")),
        "latin": walker("latin", scenario='title = "Vögel"\nmodel = "latin"\n'.encode("latin-1")),
        "zealous": walker("zealous"),
    }
    return installed(tmp_path_factory.mktemp("broken"), "broken", modules)


@pytest.fixture
def broken(broken_ones, monkeypatch):
    """Have that folder on the path, and what is installed loaded anew, as long as a test lasts."""
    monkeypatch.syspath_prepend(broken_ones)
    importlib.invalidate_caches()
    _installed.cache_clear()
    yield
    _installed.cache_clear()
    for name in [name for name in sys.modules if name.partition(".")[0] == "kadita_broken"]:
        del sys.modules[name]


LEFT_OUT = ("unmodelled", "nameless", "turnless", "constantless", "thief")
WITHOUT_SCENARIO = ("lost", "torn", "foreign", "lacking", "latin")


def notes_on(name, stderr):
    """Notes on this plugin or its scenario."""
    return [line for line in stderr.splitlines() if re.match(rf"kadita: note: (plugin |scenario )?'?{name}\b", line)]


@pytest.mark.slow
def test_broken_model_plugins_are_left_out_each_in_a_line_and_stop_no_other(command, broken):
    for words in (["run", "dewi-kadita-1", "--steps", 0], ["run", "zealous", "--steps", 0], ["metrics"]):
        done = command(*words)
        assert done.returncode == 0, done.stderr
        for name in LEFT_OUT:
            (line,) = notes_on(name, done.stderr)
            assert line.startswith(f"kadita: note: plugin {name} (kadita-broken 3.1) is left out: ")


def test_scenarios_that_cannot_be_run_hide_no_other_from_the_list(command, broken):
    done = command("scenarios")
    assert done.returncode == 0, done.stderr
    for name in ("swarm", "dewi-kadita-1", "vicsek", "zealous"):
        assert f"\n{name} " in f"\n{done.stdout}"
    for name in WITHOUT_SCENARIO:
        assert done.stderr.count(f"kadita: note: {name}: ") == 1, done.stderr
    assert done.stderr.count("\n") == len(LEFT_OUT) + len(WITHOUT_SCENARIO)


@pytest.mark.parametrize("name", WITHOUT_SCENARIO)
def test_a_scenario_that_cannot_be_run_is_named_with_the_reason(command, broken, tmp_path, name):
    done = command("run", name, "-o", "out.nc")
    assert done.returncode in (1, 2)  # the plugin's, or the name's
    errors = [line for line in done.stderr.splitlines() if line.startswith("kadita: error: ")]
    assert len(errors) == 1, done.stderr
    assert name in errors[0]
    assert "internal error" not in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out.nc").exists()
