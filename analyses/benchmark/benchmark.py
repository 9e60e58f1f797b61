"""Measure kadita beside dewi-kadita and fail where a required ratio is missed: `make benchmark`."""

import argparse
import resource
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import tomllib
from functools import partial
from pathlib import Path

from peer import environment
from worker import Worker

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
LINE = "{:<22} {:>6}  {:>14}  {:>14}  {:>20}  {:>10}  {}"


def main():
    """Run the whole benchmark; return 1 where something that is required does not hold."""
    study = tomllib.loads((HERE / "study.toml").read_text(encoding="utf-8"))
    arguments = argparse.ArgumentParser(description=study["title"])
    arguments.add_argument("--peer", metavar="PYTHON", help="interpreter of an environment that has dewi-kadita")
    arguments.add_argument("--rounds", type=int, default=study["rounds"], help="how often each side is measured")
    options = arguments.parse_args()
    python = options.peer or environment(ROOT / "build" / "peer", study["peer"])
    with tempfile.TemporaryDirectory() as folder:
        ours, peer = Worker(sys.executable, "ours.py", folder), Worker(python, "peer.py", folder)
        print(study["title"])
        for side in (ours, peer):
            print("  " + ", ".join(f"{name} {number}" for name, number in side.versions.items()))
        print(f"  {options.rounds} rounds; ratio: least - median - greatest of the rounds' ratios\n")
        print(LINE.format("", "agents", "kadita", "dewi-kadita", "ratio", "required", "").rstrip())
        held = [*steps(study, options.rounds, ours, peer), *metrics(study, options.rounds, ours, peer)]
        end_to_end(study, options.rounds, ours, peer)
        ours.close()
        peer.close()
    held.append(help_of_the_command(study["help"]))
    return 0 if all(held) else 1


def steps(study, rounds, ours, peer):
    """Compare one step of the zone model, in microseconds an agent; yield whether each case holds."""
    s = study["step"]
    for case in s["cases"]:
        parameters = ours.ask("parameters", case=case)["parameters"]
        agents = parameters["agents"]
        own = partial(ours.ask, "step", case=case, steps=s["steps"])
        theirs = partial(peer.ask, "step", case=case, parameters=parameters, steps=s["steps"])
        pairs = alternate(rounds, own, theirs, unit=1e6 / (s["steps"] * agents))
        yield report(f"step, {case}", agents, "us/agent", pairs, s["least_ratio"])


def metrics(study, rounds, ours, peer):
    """Compare all metrics on a frame, in microseconds; yield whether each case holds."""
    m = study["metrics"]
    for case in m["cases"]:
        agents = ours.ask("frames", case=case, after=m["after"], every=m["every"], frames=m["frames"])
        for profile, required in (("published", m["least_ratio"]), (None, None)):
            own = partial(ours.ask, "metrics", case=case, names=m["names"], profile=profile, repeats=m["repeats"])
            pairs = alternate(rounds, own, partial(peer.ask, "metrics", case=case), unit=1e6)
            yield report(f"12 metrics, {profile or 'corrected'}", agents, "us/frame", pairs, required)


def end_to_end(study, rounds, ours, peer):
    """Compare a whole run and its metrics, in milliseconds; nothing is required of it."""
    case = study["end_to_end"]["case"]
    c = ours.ask("parameters", case=case)
    own = partial(ours.ask, "end_to_end", case=case, names=study["metrics"]["names"])
    theirs = partial(peer.ask, "end_to_end", case=case, parameters=c["parameters"], steps=c["steps"], every=c["every"])
    pairs = alternate(rounds, own, theirs, unit=1e3)
    report("run and 12 metrics", c["parameters"]["agents"], "ms", pairs, None)


def alternate(rounds, ours, peer, unit):
    """Measure both sides in turn, after a round that compiles; return a pair of figures a round."""
    ours(), peer()
    return [(ours() * unit, peer() * unit) for _ in range(rounds)]


def report(what, agents, unit, pairs, required):
    """Print a line and return whether the median ratio is at least what is required."""
    a, b = (statistics.median(side) for side in zip(*pairs, strict=True))
    ratios = [theirs / own for own, theirs in pairs]
    median = statistics.median(ratios)
    spread = f"{min(ratios):.1f} - {median:.1f} - {max(ratios):.1f}"
    return say(
        what, agents, f"{significant(a)} {unit}", f"{significant(b)} {unit}", spread, required, "x", median, ">="
    )


def help_of_the_command(h):
    """Print the CPU time of `kadita --help` as a whole process, and return whether it is short enough."""
    command = Path(sysconfig.get_path("scripts")) / "kadita"
    times = []
    for _ in range(1 + h["runs"]):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([command, "--help"], check=True, stdout=subprocess.DEVNULL)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        times.append(1e3 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime))
    median = statistics.median(times[1:])  # the first may write bytecode
    return say("kadita --help", "", f"{median:.0f} ms", "", "", h["most_milliseconds"], " ms", median, "<=")


def significant(value):
    """Return a figure to three digits, without an exponent."""
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def say(what, agents, own, theirs, ratio, required, unit, value, relation):
    """Print a line of the table and return whether the requirement holds."""
    if required is None:
        print(LINE.format(what, agents, own, theirs, ratio, "", "").rstrip(), flush=True)
        return True
    holds = value >= required if relation == ">=" else value <= required
    wanted = f"{relation} {required:g}{unit}"
    print(LINE.format(what, agents, own, theirs, ratio, wanted, "ok" if holds else "MISSED"), flush=True)
    return holds


if __name__ == "__main__":
    sys.exit(main())
