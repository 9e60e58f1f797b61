"""Measure kadita beside dewi-kadita and LAMMPS: `make benchmark`. What is aimed at stands in study.toml."""

import argparse
import sys
import tempfile
import time
import tomllib
from importlib.metadata import version
from pathlib import Path

import field
import figure
import files
import melt
import memory
import metrics
import search
import sizes
import starts
import steps
import threads
import throughput
from bench import Bench
from machine import processor

HERE = Path(__file__).resolve().parent
SECTIONS = {
    "steps": steps.measure,
    "metrics": metrics.measure,
    "field": field.measure,
    "runs": metrics.measure_runs,
    "files": files.measure,
    "throughput": throughput.measure,
    "workers": throughput.measure_workers,
    "sizes": sizes.measure,
    "search": search.measure,
    "melt": melt.measure,
    "threads": threads.measure,
    "memory": memory.measure,
    "starts": starts.measure,
}


def main():
    """Run the benchmark, or some sections of it."""
    study = tomllib.loads((HERE / "study.toml").read_text(encoding="utf-8"))
    arguments = argparse.ArgumentParser(description=study["title"])
    arguments.add_argument("--only", nargs="+", metavar="SECTION", choices=SECTIONS, help=", ".join(SECTIONS))
    arguments.add_argument("--peer", metavar="PYTHON", help="interpreter of an environment that has dewi-kadita")
    arguments.add_argument("--lammps", metavar="PYTHON", help="interpreter of an environment that has LAMMPS")
    arguments.add_argument("--referees", metavar="PYTHON", help="interpreter of an environment that has freud")
    arguments.add_argument("--rounds", type=int, default=study["rounds"], help="how often each side is measured")
    options = arguments.parse_args()
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(study, options.rounds, folder, options.peer, options.lammps, options.referees)
        try:
            introduce(bench)
            for name, measure in SECTIONS.items():
                if not options.only or name in options.only:
                    measure(bench)
        finally:
            bench.close()
    table = bench.table
    table.say()
    table.say(f"{time.monotonic() - begun:.0f} s")
    if not options.only:  # a part would replace the whole
        figure.draw(bench.found, study, HERE / "cost.png")
        write(table, HERE / "table.md")


def introduce(bench):
    """Print what is measured, and on what."""
    table = bench.table
    table.say(bench.study["title"])
    table.say(f"  {processor()}")
    own = ", ".join(f"{name} {version(name)}" for name in ("kadita", "numba", "llvmlite", "numpy"))
    table.say(f"  {own}, python {sys.version.split()[0]}; {bench.study['peer']}; {bench.study['lammps']}")
    table.say("  a - b - c: least, median and greatest of the rounds; ratios are those within a round")


def write(table, path):
    """Write the table as it was printed."""
    path.write_text("\n".join(["# The last whole run", "", "```", *table.lines, "```", ""]), encoding="utf-8")


if __name__ == "__main__":
    main()
