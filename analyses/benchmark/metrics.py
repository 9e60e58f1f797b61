"""The twelve metrics of a frame beside dewi-kadita's, and whole runs with the metrics of all frames."""

from functools import partial

from bench import alternate
from table import BusyCores, spread


def measure(bench):
    """Compare all metrics on a frame, in microseconds of one thread each, CPU time; then what they cost together."""
    m, ours = bench.study["metrics"], bench.ours()
    bench.table.heading("12 metrics of a frame", "agents", "kadita, us/frame", "dewi-kadita, us/frame", "ratio")
    for case in m["cases"]:
        school = {"case": case, "changes": {}, "after": m["after"], "every": m["every"], "frames": m["frames"]}
        agents = ours.ask("frames", **school, name=case)
        _compare(bench, case, agents, m["repeats"], bench.rounds)
    for large in m["large"]:
        agents = large["agents"]
        ours.ask("frames", **bench.school(agents), name=agents, after=100, every=5, frames=large["frames"])
        _compare(bench, agents, agents, large["repeats"], large["rounds"])
    _together(bench, m["together"])


def _compare(bench, name, agents, repeats, rounds):
    names = bench.study["metrics"]["names"]
    theirs = partial(bench.peer().ask, "metrics", name=name)
    for profile in ("published", None):
        own = partial(bench.ours().ask, "metrics", name=name, names=names, profile=profile, repeats=repeats)
        times = alternate(rounds, own, theirs)
        bench.table.versus(profile or "corrected", agents, *times, 1e6)


def _together(bench, t):
    """Print what all default metrics cost in one pass, and beside the slowest of them alone."""
    bench.table.heading("default metrics, one pass", "agents", "all, us/agent", "one alone, us/agent", "all / one")
    for agents, frames in t["agents"]:
        box = bench.school(agents)["changes"]["box"]
        for name, deviation in (("isotropic", None), ("aligned", t["aligned"])):
            school = {"agents": agents, "frames": frames, "box": box, "link": t["link"], "deviation": deviation}
            rounds = [bench.ours().ask("passes", **school) for _ in range(t["rounds"])]
            together = [1e6 * r["all"] / agents for r in rounds]
            for what in ("slowest", "simple"):
                alone = [1e6 * r[what] / agents for r in rounds]
                ratios = [a / b for a, b in zip(together, alone, strict=True)]
                columns = spread(together), spread(alone), spread(ratios)
                one = "the slowest" if what == "slowest" else "that needs no other"
                bench.table.row(f"{name}, {one}", agents, *columns)


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
        busy = BusyCores(r["threads"], times[1])
        bench.table.versus(case, c["parameters"]["agents"], *times, 1e3, "wall", busy)
