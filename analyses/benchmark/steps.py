"""One step of the zone model beside dewi-kadita's: the four published cases, and a large school."""

import statistics
from functools import partial

from bench import alternate
from table import BusyCores


def measure(bench):
    """Compare with one thread of the peer, in CPU time, and with several, in wall time."""
    s = bench.study["steps"]
    bench.table.heading("one step, one thread each", "agents", "kadita, us/agent", "dewi-kadita, us/agent", "ratio")
    _cases(bench, 1, "cpu")
    _large(bench, 1, "cpu")
    title = f"one step, peer on {s['threads']} threads"
    bench.table.heading(title, "agents", "kadita, us/agent", "dewi-kadita, us/agent", "ratio of wall times")
    _cases(bench, s["threads"], "wall")
    _large(bench, s["threads"], "wall")


def _cases(bench, threads, clock):
    s, ours, peer = bench.study["steps"], bench.ours(), bench.peer(threads)
    for case in s["cases"]:
        parameters = ours.ask("parameters", case=case, changes={}, start=case)["parameters"]
        own = partial(ours.ask, "step", case=case, changes={}, steps=s["steps"], repeats=s["repeats"])
        theirs = partial(peer.ask, "step", start=case, parameters=parameters)
        warm = own, partial(theirs, steps=1)
        times = alternate(bench.rounds, own, partial(theirs, steps=s["steps"]), warm=warm)
        busy = BusyCores(threads, times[1]) if threads > 1 else None
        bench.table.versus(case, parameters["agents"], *times, 1e6 / parameters["agents"], clock, busy)


def _large(bench, threads, clock):
    """Compare a large school with equal threads: with r_a as in the other sections, and as it was published."""
    t = bench.study["steps"]["large"]
    ours, peer = bench.ours(threads), bench.peer(threads)
    published = bench.study["school"]["case"]
    small = ours.ask("parameters", case=published, changes={}, start=published)["parameters"]
    for change in ({}, {"r_a": small["r_a"]}):
        school = bench.school(t["agents"], **change)
        c = ours.ask("parameters", **school, start="large")["parameters"]
        own = partial(ours.ask, "step", **school, steps=t["steps"], repeats=1, threads=threads)
        theirs = partial(peer.ask, "step", start="large", parameters=c, steps=t["peer_steps"])
        warm = own, partial(peer.ask, "step", start=published, parameters=small, steps=1)
        rounds = 1 if change else t["rounds"]
        times = alternate(rounds, own, theirs, warm=warm)
        if not change and threads == 1:  # for the figure
            bench.found["peer"] = {c["agents"]: 1e6 * statistics.median(t["cpu"] for t in times[1]) / c["agents"]}
        busy = BusyCores(threads, times[1]) if threads > 1 else None
        what = f"r_a = {c['r_a']:g}, {threads} thread{'s' if threads > 1 else ''} each"
        bench.table.versus(what, c["agents"], *times, 1e6 / c["agents"], clock, busy)
