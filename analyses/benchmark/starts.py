"""The process `kadita`: its CPU time to answer, to begin a run, and to compile all that a run needs."""

import os
import resource
import subprocess
import sysconfig
import tempfile
from pathlib import Path

from table import spread
from worker import THREADS


def measure(bench):
    """Print CPU times of whole processes, as the operating system counts them."""
    s, table = bench.study["starts"], bench.table
    table.heading("a process, CPU time", "", "s")
    times = [process(bench, "--help") for _ in range(1 + s["help"])][1:]  # the first may write bytecode
    table.row("kadita --help", "", spread(times))
    run = ["run", s["case"], "--every", "1", "--force", "-o", "start.nc"]
    times = [process(bench, *run, "--steps", "1") for _ in range(1 + s["warm"])][1:]  # the first may compile
    table.row("kadita run, one step, warm", "", spread(times))
    run += ["--steps", str(s["steps"]), "--analyze"]
    with tempfile.TemporaryDirectory() as cache:
        cold = process(bench, *run, NUMBA_CACHE_DIR=cache)
        kernels = len(list(Path(cache).rglob("*.nbi")))
    table.row(f"kadita run --analyze, {kernels} kernels", "", spread([cold]))


def process(bench, *arguments, **variables):
    """Return the CPU time, user and system, of a process `kadita` on one thread."""
    command = Path(sysconfig.get_path("scripts")) / "kadita"
    environment = os.environ | dict.fromkeys(THREADS, "1") | variables
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # modules are compiled once, as they are for everybody
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [command, *arguments],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=bench.folder,
        env=environment,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
