"""The bits of a run depend on nothing but its configuration: not on threads, neighbour search or instruction set."""

import os
import platform
import subprocess
import sys

import pytest

AGENTS, STEPS = 1500, 200  # a bit that differs once in 60,000 turns is seen with 99 % and by chaos in all that follow
RUNS = """
import hashlib
import kadita
from kadita.simulation.integration import Integration
from kadita.models.engine import cell_list

within = {"agents": AGENTS, "noise": 0.1, "r_a": 6.0, "initial": "random", "initial_radius": None, "box": 48.0}
spaces = {"periodic": within, "open": within | {"box": "open", "initial": "sphere", "initial_radius": 24.0}}
for space, changes in spaces.items():
    school = kadita.load_configuration("torus", {"seed": 5}, changes)
    for by_cells in (False, True):
        cell_list.cells_are_faster = lambda *_, by_cells=by_cells: by_cells
        for threads in (1, 2, 4):
            state = Integration(school, threads, None)
            state.advance(STEPS)
            digest = hashlib.sha256(state.positions.tobytes() + state.headings.tobytes()).hexdigest()
            print(space, "cells" if by_cells else "pairs", threads, digest)
""".replace("AGENTS", str(AGENTS)).replace("STEPS", str(STEPS))
INSTRUCTIONS = {  # what a machine must have, and how code for it is asked for
    "SSE2": ("sse2", {"NUMBA_CPU_NAME": "x86-64", "NUMBA_CPU_FEATURES": "+sse2"}),
    "AVX2": ("avx2", {"NUMBA_CPU_NAME": "haswell", "NUMBA_CPU_FEATURES": "+avx,+avx2,+fma"}),
    "AVX-512": (
        "avx512dq",
        {"NUMBA_CPU_NAME": "skylake-avx512", "NUMBA_CPU_FEATURES": "+avx512f,+avx512vl,+avx512dq,+avx512bw,+fma"},
    ),
}


def has(feature):
    try:
        with open("/proc/cpuinfo") as file:
            return f" {feature} " in file.read().replace("\n", " ")
    except OSError:
        return False


@pytest.fixture(scope="module")
def digests(tmp_path_factory):
    """Checksums of final states, {space: {(instructions, pairs or cells, threads): checksum}}."""
    found = {"periodic": {}, "open": {}}
    own = {"NUMBA_NUM_THREADS": "4", "NUMBA_CACHE_DIR": str(tmp_path_factory.mktemp("machine_code"))}
    for name, (feature, choice) in INSTRUCTIONS.items():
        if has(feature):
            done = subprocess.run(
                [sys.executable, "-c", RUNS], capture_output=True, text=True, env=os.environ | choice | own, timeout=900
            )
            assert done.returncode == 0, done.stderr
            for space, search, threads, digest in map(str.split, done.stdout.splitlines()):
                found[space][name, search, threads] = digest
    return found


@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="instruction sets of x86-64")
@pytest.mark.parametrize("space", ["periodic", "open"])
def test_threads_neighbour_search_and_instruction_sets_give_one_checksum(digests, space):
    assert len(digests[space]) >= 6
    assert len(set(digests[space].values())) == 1, digests[space]
