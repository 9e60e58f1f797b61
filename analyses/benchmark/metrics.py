"""The twelve metrics of a frame beside dewi-kadita's, and whole runs with the metrics of all frames."""

from functools import partial

from bench import alternate
from table import Crew


def measure(bench):
    """Compare all metrics on a frame, in microseconds of one thread each, CPU time."""
    m, ours, peer = bench.study["metrics"], bench.ours(), bench.peer()
    bench.table.heading("12 metrics of a frame", "agents", "kadita, us/frame", "dewi-kadita, us/frame", "ratio")
    for case in m["cases"]:
        agents = ours.ask("frames", case=case, after=m["after"], every=m["every"], frames=m["frames"])
        theirs = partial(peer.ask, "metrics", case=case)
        for profile, required in (("published", m["least_ratio"]), (None, None)):
            own = partial(ours.ask, "metrics", case=case, names=m["names"], profile=profile, repeats=m["repeats"])
            times = alternate(bench.rounds, own, theirs)
            bench.table.versus(profile or "corrected", agents, *times, 1e6, least=required)


def measure_runs(bench):
    """Compare a run, every frame written, all metrics of every frame, in milliseconds of wall time."""
    r, names = bench.study["runs"], bench.study["metrics"]["names"]
    ours, peer = bench.ours(), bench.peer(r["threads"])
    title = f"run + metrics, peer on {r['threads']} threads"
    bench.table.heading(title, "agents", "kadita, ms", "dewi-kadita, ms", "ratio of wall times")
    for case in r["cases"]:
        c = ours.ask("parameters", case=case, changes={}, start=case)
        own = partial(ours.ask, "end_to_end", case=case, names=names)
        theirs = partial(peer.ask, "end_to_end", start=case, parameters=c["parameters"])
        warm = own, partial(theirs, steps=2, every=1)
        sides = own, partial(theirs, steps=c["steps"], every=c["every"])
        times = alternate(r["rounds"], *sides, warm=warm)
        bench.table.versus(
            case, c["parameters"]["agents"], *times, 1e3, "wall", r["least_ratio"], Crew(r["threads"], times[1])
        )
