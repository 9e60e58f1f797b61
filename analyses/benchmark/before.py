"""Time steps of the built-in models beside those of another version of kadita, in one run.

    .venv/bin/python analyses/benchmark/before.py CHECKOUT [--rounds 100] [--million]

CHECKOUT is a working tree of that version, such as ``git worktree add ../before COMMIT`` makes. Each version has a
process of its own. They take turns, so that a busy machine hinders both; times are CPU time, and the least of all
rounds is that of the round which nothing disturbed.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parents[2]
LARGE = {"r_a": 10.0, "initial": "random", "initial_radius": None}  # a sphere of r_a holds 40 agents
CASES = {  # scenario, agents, parameters, steps of a round
    "couzin, all pairs": ("torus", 150, {}, 300),
    "couzin, 250": ("torus", 250, {}, 150),
    "vicsek, all pairs": ("vicsek", 150, {}, 600),
    "abp, all pairs": ("abp", 150, {}, 400),
    "couzin, cells": ("torus", 10_000, LARGE, 1),
    "vicsek, cells": ("vicsek", 10_000, {}, 2),
    "abp, cells": ("abp", 10_000, {}, 2),
}
MILLION = {
    "couzin, 1e6": ("torus", 1_000_000, LARGE, 1),
    "vicsek, 1e6": ("vicsek", 1_000_000, {}, 1),
    "abp, 1e6": ("abp", 1_000_000, {}, 1),
}
WORKER = """
import json, sys, time
import kadita
from kadita.simulation.integration import Integration

states = {}
for line in sys.stdin:
    name, scenario, agents, parameters, steps = json.loads(line)
    if name not in states:
        usual = kadita.load_configuration(scenario).parameters
        of_usual, usual_agents = (25.0, 150) if usual.box == "open" else (usual.box, usual.agents)
        edge = of_usual * (agents / usual_agents) ** (1 / 3)
        given = {"agents": agents} | parameters | ({"box": edge} if agents > 1000 else {})
        states[name] = Integration(kadita.load_configuration(scenario, {"seed": 5}, given), 1, None)
        states[name].advance(1)
    began = time.process_time()
    states[name].advance(steps)
    print(1e9 * (time.process_time() - began) / steps / agents, flush=True)
"""


class Version:
    """A process of one version."""

    def __init__(self, root: Path) -> None:
        environment = os.environ | {"PYTHONPATH": f"{root / 'core'}{os.pathsep}{root / 'plugins'}"}
        self.process = subprocess.Popen(
            [sys.executable, "-c", WORKER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )

    def time(self, *case: object) -> float:
        """Return the time of a step of an agent, in ns."""
        assert self.process.stdin
        assert self.process.stdout
        print(json.dumps(case), file=self.process.stdin, flush=True)
        return float(self.process.stdout.readline())


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("checkout", type=Path)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--million", action="store_true", help="also a million agents, three rounds")
    options = parser.parse_args()
    versions = Version(options.checkout.resolve()), Version(HERE)
    print("ns an agent and step        before     now   ratio (of medians)")
    for name, case in (CASES | (MILLION if options.million else {})).items():
        rounds = 4 if name in MILLION else options.rounds + 1
        times = [[version.time(name, *case) for version in versions] for _ in range(rounds)][1:]  # the first compiles
        before, now = zip(*times, strict=True)
        ratio, medians = min(now) / min(before), statistics.median(now) / statistics.median(before)
        print(f"{name:24}{min(before):10.1f}{min(now):8.1f}{ratio:8.3f} ({medians:.3f})", flush=True)


if __name__ == "__main__":
    main()
