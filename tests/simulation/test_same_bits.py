"""The bits of a run depend on nothing but its configuration: not on threads, neighbour search or instruction set."""

import os
import platform
import subprocess
import sys

import pytest

AGENTS, STEPS = 1500, 200  # a bit that differs once in 60,000 turns is seen with 99 % and by chaos in all that follow
RUNS = """
import hashlib
import sys
import kadita
from kadita.simulation.integration import Integration
from kadita.models.engine import cell_list

within = {"agents": AGENTS, "noise": 0.1, "r_a": 6.0, "initial": "random", "initial_radius": None, "box": 48.0}
spaces = {"periodic": within, "open": within | {"box": "open", "initial": "sphere", "initial_radius": 24.0}}
for space, changes in spaces.items():
    school = kadita.load_configuration("torus", {"seed": 5}, changes)
    for code in sys.argv[1:]:
        search, threads = code.split(":")
        cell_list.cells_are_faster = lambda *_, by_cells=search == "cells": by_cells
        state = Integration(school, int(threads), None)
        state.advance(STEPS)
        digest = hashlib.sha256(state.positions.tobytes() + state.headings.tobytes()).hexdigest()
        print(space, search, threads, digest)
""".replace("AGENTS", str(AGENTS)).replace("STEPS", str(STEPS))
ALL = ("pairs:1", "pairs:2", "pairs:4", "cells:1", "cells:2", "cells:4")
# What a machine must have, how code for it is asked for, and what of it is run. Of this machine's own instructions it
# is all, from the machine code that other tests have compiled. Others are compiled here, which takes most of the time:
# each search and each of serial and parallel code once in both, in one combination or the other.
INSTRUCTIONS = {
    "own": ("", {}, ALL),
    "SSE2": ("sse2", {"NUMBA_CPU_NAME": "x86-64", "NUMBA_CPU_FEATURES": "+sse2"}, ("pairs:4", "cells:1")),
    "AVX2": ("avx2", {"NUMBA_CPU_NAME": "haswell", "NUMBA_CPU_FEATURES": "+avx,+avx2,+fma"}, ("pairs:1", "cells:4")),
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
    for name, (feature, choice, codes) in INSTRUCTIONS.items():
        if not feature or has(feature):
            own = {"NUMBA_CACHE_DIR": str(tmp_path_factory.mktemp("machine_code"))} if choice else {}
            environment = os.environ | choice | own | {"NUMBA_NUM_THREADS": "4"}
            done = subprocess.run(
                [sys.executable, "-c", RUNS, *codes], capture_output=True, text=True, env=environment, timeout=900
            )
            assert done.returncode == 0, done.stderr
            for space, search, threads, digest in map(str.split, done.stdout.splitlines()):
                found[space][name, search, threads] = digest
    return found


@pytest.mark.slow
@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="instruction sets of x86-64")
@pytest.mark.parametrize("space", ["periodic", "open"])
def test_threads_neighbour_search_and_instruction_sets_give_one_checksum(digests, space):
    assert len(digests[space]) >= len(ALL) + 2  # SSE2 at least is there
    assert len(set(digests[space].values())) == 1, digests[space]
