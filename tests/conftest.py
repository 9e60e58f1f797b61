"""What all tests share: reference data, schools with known answers, and no silent skips."""

from __future__ import annotations

import gc
import os
import shutil
import signal
import subprocess
import warnings
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pytest
import typer
from numpy.typing import NDArray

import kadita.cli.commands
from kadita import Block, KaditaWarning, analyze
from kadita.models.engine.integrator import EXTREMES, steps_of
from kadita.models.engine.state import State
from kadita.plugins.loading import load_registry
from kadita.plugins.registry import Registry
from kadita.simulation.preparation import prepare

Floats = NDArray[np.float64]
Swarm = tuple[Floats, Floats]
Done = subprocess.CompletedProcess[str]
COMMANDS = typer.main.get_command(kadita.cli.commands.app)  # which typer would make anew for every command
SILENT = (DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning)  # where Python starts anew
Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:  # as it is in the background of a shell: so would it be in all
    signal.signal(signal.SIGINT, signal.default_int_handler)  # processes that tests start and interrupt
REFERENCE = Path(__file__).resolve().parents[2] / "shared" / "data"
WEB = Path(kadita.__file__).parent / "evaluation" / "report" / "web"
ORDER_AND_ENTROPY = ("kadita:order", "kadita:entropy")

PROJECT = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "kadita-{name}"
version = "3.1"

[project.entry-points.kadita]
{entry_points}

[tool.hatch.build]
dev-mode-dirs = ["."]

[tool.hatch.build.targets.wheel]
packages = ["kadita_{name}"]
"""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With KADITA_REQUIRE_ALL=1 a test that skips has failed."""
    return fail_if_skipped((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The same for a module that skips as a whole."""
    return fail_if_skipped((yield))


def fail_if_skipped(report: Report) -> Report:
    if report.skipped and os.environ.get("KADITA_REQUIRE_ALL") == "1":
        report.outcome = "failed"
        report.longrepr = f"skipped although KADITA_REQUIRE_ALL=1: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def reference() -> Path:
    """The folder of reference data that others made."""
    if not REFERENCE.is_dir():
        pytest.skip(f"no reference data beside the project ({REFERENCE.parent.name}/{REFERENCE.name})")
    return REFERENCE


@pytest.fixture
def rng() -> np.random.Generator:
    """The same random numbers in every run."""
    return np.random.default_rng(20260207)


@pytest.fixture
def command(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Done]]:
    """Run `kadita ...` in the test's folder: its exit status, and all that reaches stdout and stderr, C libraries' too.

    It runs in this process, which spares it a second of imports. What only a process of its own can show is told by
    tests/cli/test_processes.py, and by every command of the README.
    """
    monkeypatch.setattr(kadita.cli.commands, "app", COMMANDS)

    def run(*words: object, cwd: Path = tmp_path) -> Done:
        said = [str(word) for word in words]
        capfd.readouterr()
        with monkeypatch.context() as here, warnings.catch_warnings():
            here.chdir(cwd)
            warnings.simplefilter("default", KaditaWarning)  # any other is a fault
            for category in SILENT:
                warnings.simplefilter("ignore", category)
            status = kadita.cli.main(said)
        return subprocess.CompletedProcess(said, status, *capfd.readouterr())

    gc.freeze()  # a command that fails collects its garbage: its own, and not that of all tests
    yield run
    gc.unfreeze()


@pytest.fixture
def refused(command: Callable[..., Done]) -> Callable[..., str]:
    """Run a command that must be refused: nothing on stdout, one line on stderr, exit status 2; return the line."""

    def run(*words: object, **options: Any) -> str:
        done = command(*words, **options)
        assert (done.returncode, done.stdout) == (2, ""), done
        assert done.stderr.startswith("kadita: error: "), done.stderr
        assert done.stderr.count("\n") == 1, done.stderr
        return done.stderr

    return run


@pytest.fixture(scope="session")
def distribution() -> Callable[..., Path]:
    """Write the source of a distribution that brings plugins, kadita-NAME 3.1, and return its folder."""

    def distribution(folder: Path, name: str, files: Mapping[str, str | bytes], modules: Iterable[str] = ()) -> Path:
        """`files` are those of its package, kadita_NAME; plugins are the package, or these `modules` of it."""
        entry_points = [f'{module} = "kadita_{name}.{module}"' for module in modules] or [f'{name} = "kadita_{name}"']
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "pyproject.toml").write_text(PROJECT.format(name=name, entry_points="\n".join(entry_points)))
        for file, text in files.items():
            place = folder / f"kadita_{name}" / file
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(text if isinstance(text, bytes) else text.encode())
        return folder

    return distribution


@pytest.fixture(scope="session")
def registry() -> Registry:
    """The metrics of order and entropy alone."""
    found, own = load_registry(), Registry()
    for name, m in found.metrics.items():
        plugin = found.plugin_of("metric", name)
        if f"{plugin.distribution}:{plugin.name}" in ORDER_AND_ENTROPY:
            own.add(plugin, [m])
    return own


@pytest.fixture(scope="session")
def measure(registry: Registry) -> Callable[..., dict[str, Floats]]:
    """Series of the named metrics (all of them by default) by name, without their remarks."""

    def measure(block: Block, *names: str, link: float | None = None, **options: Any) -> dict[str, Floats]:
        if link is not None:
            groups = ("largest_cluster_fraction", "cluster_count", "percolates")
            asked = [g for g in groups if not names or g in names]
            options["parameters"] = {f"{g}.link_distance": link for g in asked} | options.get("parameters", {})
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", KaditaWarning)
            results = analyze(block, names or None, registry=registry, **options)
        return {name: results[name] for name in results}

    return measure


@pytest.fixture(scope="session")
def one(measure: Callable[..., dict[str, Floats]]) -> Callable[..., float]:
    """One metric of a school in one frame; options but `profile`, `link` and `dimensions` are its parameters."""

    def one(
        name: str, positions: Any, velocities: Any, box: Any = None, dimensions: int | None = None, **options: Any
    ) -> float:
        block = Block(positions, velocities, box=box, dimensions=dimensions)
        parameters = {f"{name}.{key}": value for key, value in options.items() if key not in ("profile", "link")}
        kept = {key: options[key] for key in ("profile", "link") if key in options}
        return float(measure(block, name, parameters=parameters, **kept)[name][0])

    return one


@pytest.fixture(scope="session")
def sphere() -> Callable[[np.random.Generator, tuple[int, ...]], Floats]:
    """Directions that are uniform on the unit sphere."""

    def sphere(rng: np.random.Generator, shape: tuple[int, ...]) -> Floats:
        v = rng.normal(size=(*shape, 3))
        return v / np.linalg.norm(v, axis=-1, keepdims=True)

    return sphere


@pytest.fixture(scope="session")
def mill() -> Callable[..., Swarm]:
    """A perfect mill: a ring in the plane z = 0 about the origin; `against` of its agents go the other way."""

    def mill(n: int = 40, radius: float = 4.0, against: int = 0) -> Swarm:
        a = 2 * np.pi * np.arange(n) / n
        zero = np.zeros(n)
        sense = np.where(np.arange(n) * 7 % n < against, -1.0, 1.0)[:, None]
        return radius * np.stack([np.cos(a), np.sin(a), zero], 1), sense * np.stack([-np.sin(a), np.cos(a), zero], 1)

    return mill


@pytest.fixture(scope="session")
def drawn_school(sphere: Callable[..., Floats]) -> Callable[..., Swarm]:
    """A school of N agents of any kind: loose, aligned, milling, some at rest; about 4 lengths across, unequal axes."""

    def drawn_school(seed: int, n: int, kind: str = "loose") -> Swarm:
        rng = np.random.default_rng(seed)
        positions = rng.normal(size=(n, 3)) * [1.2, 1.0, 0.7]
        velocities = sphere(rng, (n,)) * rng.uniform(0.5, 2.0, (n, 1))
        if kind == "aligned":
            velocities = velocities * 0.3 + sphere(rng, ())
        elif kind == "milling":
            velocities = velocities * 0.2 + np.cross([0.0, 0.6, 0.8], positions)
        elif kind == "resting":
            velocities[rng.random(n) < 0.3] = 0.0
        return positions, velocities

    return drawn_school


@pytest.fixture(scope="session")
def advance() -> Callable[..., Swarm]:
    """Advance copies of positions and headings by some steps of a model."""

    def advance(model, positions, headings, steps=1, seed=0, first_step=0, parallel=False, by_cells=False):
        x, u = (np.array(a, dtype=float).T.copy() for a in (positions, headings))
        agents = np.arange(x.shape[1], dtype=np.int32)
        school = State(x, u, agents, np.zeros_like(agents), np.empty(0), np.empty((3, 0)))
        method, space, scales, rules = prepare([model])
        run = steps_of(method, by_cells=by_cells, parallel=parallel)
        extremes = np.zeros((3 if parallel else 1, EXTREMES))
        run(school, space, scales, rules, steps, first_step, np.uint64(seed), extremes)
        order = np.argsort(school.agents)
        return x.T[order], u.T[order]

    return advance


@pytest.fixture(scope="session")
def web(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the page's sources, with the packages that its lock names."""
    if shutil.which("npm") is None:
        pytest.skip("npm is not here; on Debian: apt-get install nodejs npm")
    folder = tmp_path_factory.mktemp("web") / "web"
    shutil.copytree(WEB, folder, ignore=shutil.ignore_patterns("node_modules"))
    subprocess.run(["npm", "ci"], cwd=folder, check=True, capture_output=True, text=True, timeout=300)
    return folder
