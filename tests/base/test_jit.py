"""Machine code that is kept on disk is that of the sources as they stand, whichever file an edit is made in."""

import importlib.util
import os
import subprocess
import sys

import numba
import numpy as np
import pytest

from kadita.base import jit

THIRD = "THIRD = {0}\n"
PARTS = """
import numpy as np
from numba import types
from numba.extending import intrinsic

from kadita.base.jit import jitable, kernel
from third import THIRD

NUMBER, ATTRIBUTE, ENCLOSED, UNUSED = {0}, {0}, {0}, {1}
TABLE = np.array([0.0, {0}])


@jitable
def inlined(x):
    return {0} * x


@kernel
def called(x):
    return {0} * x


@jitable
def twice_removed(x):
    return THIRD * x


@intrinsic
def lowered(context):
    def generate(context, builder, signature, values):
        return context.get_constant(types.float64, {0})

    return types.float64(), generate
"""
KERNELS = """
import parts
from kadita.base.jit import kernel
from parts import ENCLOSED, NUMBER, TABLE, called, inlined, lowered, twice_removed


def multiply_by(factor):
    return kernel(lambda x: factor * x)


KERNELS = {
    "a function that is inlined": kernel(lambda x: inlined(x)),
    "a kernel that is called": kernel(lambda x: called(x)),
    "a number": kernel(lambda x: NUMBER * x),
    "a number of a module": kernel(lambda x: parts.ATTRIBUTE * x),
    "a number that is closed over": multiply_by(ENCLOSED),
    "an array": kernel(lambda x: TABLE[1] * x),
    "an intrinsic": kernel(lambda x: lowered() * x),
    "a number in a third file": kernel(lambda x: twice_removed(x)),
}
for what, compiled in KERNELS.items():
    print(what, compiled(1.0), "disk" if compiled.stats.cache_hits else "compiler", sep=": ")
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("edited")


@pytest.fixture(scope="module")
def told(folder):
    """What the kernels return, and from where they came, in four processes: the other files change after the second."""
    told = []
    (folder / "kernels.py").write_text(KERNELS)
    for factor, unused in (("1.0", 5), ("1.0", 6), ("2.0", 6), ("1.0", 6)):
        (folder / "parts.py").write_text(PARTS.format(factor, unused))
        (folder / "third.py").write_text(THIRD.format(factor))
        # compiled modules of Python, known by second and size, would hide an edit
        own = {"NUMBA_CACHE_DIR": str(folder / "machine_code"), "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run(
            [sys.executable, "kernels.py"], cwd=folder, env=os.environ | own, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        told.append(dict(line.split(": ", 1) for line in done.stdout.splitlines()))
    return told


@pytest.mark.slow
@pytest.mark.parametrize(
    "what",
    [
        "a function that is inlined",
        "a kernel that is called",
        "a number",
        "a number of a module",
        "a number that is closed over",
        "an array",
        "an intrinsic",
        "a number in a third file",
    ],
)
def test_an_edit_in_another_file_is_compiled_and_nothing_else_is(told, what):
    assert [process[what] for process in told] == ["1.0: compiler", "1.0: disk", "2.0: compiler", "1.0: disk"]


@pytest.fixture
def multiply_by(tmp_path, monkeypatch):
    """Make kernels that multiply by a number, which is all that tells them apart; their files lie in tmp_path."""
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path / "machine_code"))
    (tmp_path / "makers.py").write_text(
        "from kadita.base.jit import kernel\n\n\ndef multiply_by(factor):\n    return kernel(lambda x: factor * x)\n"
    )
    spec = importlib.util.spec_from_file_location("makers", tmp_path / "makers.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.multiply_by


def test_the_oldest_versions_are_deleted(multiply_by, tmp_path, monkeypatch):
    monkeypatch.setattr(jit, "KEPT", 4)  # files: an index and machine code of two versions
    assert [multiply_by(factor)(1.0) for factor in (2.0, 3.0, 4.0)] == [2.0, 3.0, 4.0]
    assert len([path for path in tmp_path.rglob("*") if path.suffix in (".nbi", ".nbc")]) == 4
    last, first = multiply_by(4.0), multiply_by(2.0)
    assert (last(1.0), first(1.0)) == (4.0, 2.0)
    assert (last.stats.cache_hits.total(), first.stats.cache_hits.total()) == (1, 0)


def test_threads_do_not_take_the_machine_code_of_one_thread(multiply_by):
    """Both are made of the same function; how it is compiled is all that differs."""
    one = multiply_by(2.0)
    several = jit.parallel_kernel(one.py_func)
    assert (one(np.ones(3)).tolist(), several(np.ones(3)).tolist()) == ([2.0] * 3, [2.0] * 3)
    assert several.stats.cache_hits.total() == 0


def test_a_kernel_without_a_file_is_compiled_all_the_same():
    names = {"kernel": jit.kernel}
    exec(compile("twice = kernel(lambda x: 2 * x)", "<a notebook>", "exec"), names)
    assert names["twice"](3.0) == 6.0


def test_linear_algebra_is_imported_by_kernels_that_use_it_alone():
    text = (
        "import sys\nimport numpy as np\nfrom kadita.base.jit import kernel\n"
        "print(kernel(lambda a: 2 * a[0, 0])(np.eye(2)), 'scipy.linalg' in sys.modules)\n"
        "print(kernel(lambda a, b: (a @ b)[0, 1])(np.eye(2), np.full((2, 2), 3.0)), 'scipy.linalg' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True)
    assert done.stdout.splitlines() == ["2.0 False", "3.0 True"], done.stderr
