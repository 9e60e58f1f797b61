"""The two ends of a pipe: a benchmark asks, a process of its own answers with the CPU time that something took."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

ONE_THREAD = {"NUMBA_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


class Worker:
    """A Python process that runs one of this folder's scripts on one thread and measures what it is asked for."""

    def __init__(self, python, script, folder):
        self.process = subprocess.Popen(
            [python, Path(__file__).parent / script],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | ONE_THREAD,
            cwd=folder,
        )
        self.versions = self.ask("versions")

    def ask(self, measure, **arguments):
        """Return the answer of the process."""
        self.process.stdin.write(json.dumps([measure, arguments]) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"benchmark: {self.process.args[1]} stopped with status {self.process.wait()}")
        return json.loads(line)

    def close(self):
        """Let the process end."""
        self.process.stdin.close()
        self.process.wait()


def serve(*functions):
    """Answer, by the functions' names, until the benchmark has no more to ask."""
    measures = {f.__name__: f for f in functions}
    answers, sys.stdout = sys.stdout, sys.stderr  # whatever the measured code prints is no answer
    for line in sys.stdin:
        measure, arguments = json.loads(line)
        print(json.dumps(measures[measure](**arguments)), file=answers, flush=True)


def cpu_seconds(function, *arguments):
    """Return the CPU time of a call, user and system, of all threads of this process."""
    start = time.process_time()
    function(*arguments)
    return time.process_time() - start
