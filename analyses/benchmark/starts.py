"""The process `kadita`: its CPU time to answer, to complete, to begin a run, and to compile all that a run needs."""

import os
import resource
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

from table import spread
from worker import THREADS


def measure(bench):
    """Print CPU times of whole processes, as the operating system counts them."""
    s, table = bench.study["starts"], bench.table
    table.heading("a process, CPU time", "", "s")
    quick = {
        "python -c pass": lambda: python(bench, "pass"),
        "import typer": lambda: python(bench, "import typer"),
        "import kadita": lambda: python(bench, "import kadita"),
        "kadita --help": lambda: process(bench, "--help"),
        "kadita analyze --help": lambda: process(bench, "analyze", "--help"),
        "completion of -m pol": lambda: process(bench, **completing("kadita analyze -m pol")),
    }
    process(bench, "scenarios")  # writes the names of plugins for completion
    times = list(zip(*([measured() for measured in quick.values()] for _ in range(1 + s["help"])), strict=True))
    for what, of_one in zip(quick, times, strict=True):
        table.row(what, "", spread(of_one[1:]))  # the first may write bytecode
    run = ["run", s["case"], "--every", "1", "--force", "-o", "start.nc"]
    times = [process(bench, *run, "--steps", "1") for _ in range(1 + s["warm"])][1:]  # the first may compile
    table.row("kadita run, one step, warm", "", spread(times))
    run += ["--steps", str(s["steps"]), "--analyze"]
    with tempfile.TemporaryDirectory() as cache:
        cold = process(bench, *run, NUMBA_CACHE_DIR=cache)
        kernels = len(list(Path(cache).rglob("*.nbi")))
    table.row(f"kadita run --analyze, {kernels} kernels", "", spread([cold]))


def completing(line):
    """Return the variables with which a shell asks for the candidates for the last word of a line."""
    return {"_KADITA_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": str(len(line.split()) - 1)}


def process(bench, *arguments, **variables):
    """Return the CPU time, user and system, of a process `kadita` on one thread."""
    return cpu(bench, [Path(sysconfig.get_path("scripts")) / "kadita", *arguments], variables)


def python(bench, code):
    """Return the CPU time of a process of Python that runs this code."""
    return cpu(bench, [sys.executable, "-c", code], {})


def cpu(bench, command, variables):
    """Return the CPU time, user and system, of a process on one thread."""
    environment = os.environ | dict.fromkeys(THREADS, "1") | variables
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # modules are compiled once, as they are for everybody
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        command,
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=bench.folder,
        env=environment,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
