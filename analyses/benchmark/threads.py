"""Thread scaling: the same step on more and more threads, in wall time."""

import os
from functools import partial

from bench import alternate
from table import BusyCores


def measure(bench):
    """Print a step's time on 1, 2, 4 ... threads, and how many times as fast that is as on one."""
    s, table = bench.study["threads"], bench.table
    most = os.cpu_count() or 1
    numbers = [2**k for k in range(most.bit_length())]
    table.heading("threads, cells, wall time", "agents", "us/agent", "1 thread, us/agent", "faster than one")
    if most < 2:
        table.row("more threads", "", "", "not on one core")
    ours = bench.ours(most)
    for agents in s["agents"]:
        school = bench.school(agents)
        sides = [
            partial(ours.ask, "pace", **school, search="cells", least=s["seconds"], threads=threads)
            for threads in numbers
        ]
        one, *more = alternate(s["rounds"], *sides)
        for threads, times in zip(numbers[1:], more, strict=True):
            busy = BusyCores(threads, times)
            table.versus(f"{threads} threads", agents, times, one, 1e6 / agents, "wall", busy)
