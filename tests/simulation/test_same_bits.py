"""The bits of a run depend on nothing but its configuration: not on threads, neighbour search or instruction set."""

import os
import platform
import subprocess
import sys

import pytest

AGENTS, STEPS = 3000, 200
RUNS = """
import hashlib, os, sys
import numba, numpy as np
import kadita
from kadita.simulation.integration import Integration
from kadita.models.engine import cell_list

changes = {"agents": AGENTS, "noise": 0.1, "r_a": 6.0, "initial": "random", "initial_radius": None, "box": 60.0}
if sys.argv[1] == "open":
    changes |= {"box": "open", "initial": "sphere", "initial_radius": 30.0}
school = kadita.load_configuration("torus", {"seed": 5}, changes)
for by_cells in (False, True):
    cell_list.cells_are_faster = lambda *_, by_cells=by_cells: by_cells
    for threads in (1, 2, 4):
        state = Integration(school, threads, None)
        state.advance(STEPS)
        digest = hashlib.sha256(state.positions.tobytes() + state.headings.tobytes()).hexdigest()
        print(by_cells, threads, digest)
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
def machine_code(tmp_path_factory):
    return str(tmp_path_factory.mktemp("machine_code"))


@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="instruction sets of x86-64")
@pytest.mark.parametrize("space", ["periodic", "open"])
def test_threads_neighbour_search_and_instruction_sets_give_one_checksum(machine_code, space):
    digests = {}
    for name, (feature, choice) in INSTRUCTIONS.items():
        if not has(feature):
            continue
        environment = os.environ | choice | {"NUMBA_NUM_THREADS": "4", "NUMBA_CACHE_DIR": machine_code}
        done = subprocess.run(
            [sys.executable, "-c", RUNS, space], capture_output=True, text=True, env=environment, timeout=900
        )
        assert done.returncode == 0, done.stderr
        for line in done.stdout.splitlines():
            by_cells, threads, digest = line.split()
            digests[name, "cells" if by_cells == "True" else "pairs", threads] = digest
    assert len(digests) >= 6
    assert len(set(digests.values())) == 1, digests
