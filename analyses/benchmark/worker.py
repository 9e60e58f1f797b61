"""The two ends of a pipe: a benchmark asks, a process of its own answers with the time that something took."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

THREADS = ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


class Worker:
    """A Python process that runs one of this folder's scripts on some threads and measures what it is asked for."""

    def __init__(self, python, script, folder, threads=1):
        self.process = subprocess.Popen(
            [python, Path(__file__).parent / script],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | dict.fromkeys(THREADS, str(threads)),
            cwd=folder,
        )
        self.versions = self.ask("versions")

    def ask(self, measure, **arguments):
        """Return the answer of the process."""
        try:
            self.process.stdin.write(json.dumps([measure, arguments]) + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            raise Stopped(f"benchmark: {self.process.args[1]} stopped with status {self.process.wait()}")
        return json.loads(line)

    def close(self):
        """Let the process end."""
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


class Stopped(SystemExit):
    """A process ended before it answered."""


def serve(*functions):
    """Answer, by the functions' names, until the benchmark has no more to ask."""
    measures = {f.__name__: f for f in functions}
    answers, sys.stdout = sys.stdout, sys.stderr  # whatever the measured code prints is no answer
    for line in sys.stdin:
        measure, arguments = json.loads(line)
        print(json.dumps(measures[measure](**arguments)), file=answers, flush=True)


def seconds(function, *arguments):
    """Return the CPU time of a call, user and system, of all threads of this process; and its wall time."""
    wall, cpu = time.perf_counter(), time.process_time()
    function(*arguments)
    return {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall}


def shared(spent, number):
    """Return what one of so many took."""
    return {clock: time / number for clock, time in spent.items()}


def together(all_spent):
    """Return what several calls took together."""
    return {clock: sum(spent[clock] for spent in all_spent) for clock in all_spent[0]}
