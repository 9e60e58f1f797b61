"""What each metric of the field costs alone, in a cell and in open space; some of them beside freud."""

import sys
from contextlib import closing
from functools import partial

from bench import agree, alternate
from table import spread
from worker import Worker


def measure(bench):
    """Print what every metric takes of one thread, CPU time; then ratios to freud, of what freud has."""
    f = bench.study["field"]
    with closing(Worker(sys.executable, "alone.py", bench.folder)) as ours:
        refused = [_alone(bench, f, ours, space) for space in ("periodic cell", "open space")]
        if nowhere := set.intersection(*refused):
            raise SystemExit(f"benchmark: {', '.join(nowhere)}: expected a value in a cell or in open space; got none")
        with closing(Worker(bench.python("referees"), "alone.py", bench.folder)) as freud:
            _beside_freud(bench, f, ours, freud)


def _alone(bench, f, ours, space):
    """Print the metrics' times in one kind of space; return the names of those that are not defined there."""
    table, agents, refused = bench.table, f["agents"], set()
    table.heading(f"a metric alone, {space}", "agents", "isotropic, us/agent", "aligned, us/agent", "given")
    for name, parameters in _settings(f, ours):
        schools = [_school(bench, f, space, deviation) for deviation in (None, f["aligned"])]
        can = ours.ask("parameters_for", name=name, parameters=parameters, r_max=f["r_max"], **schools[0])
        if can["why"]:
            table.row(name, agents, "none")
            table.say(f"  {can['why']}")
            refused.add(name)
            continue
        sides = [partial(ours.ask, "kadita_alone", name=name, parameters=can["parameters"], **s) for s in schools]
        times = [[1e6 * spent["cpu"] / agents for spent in side] for side in alternate(bench.rounds, *sides)]
        what = ", ".join([name, *_said(parameters)])
        given = ", ".join(_said({key: v for key, v in can["parameters"].items() if key not in parameters}))
        table.row(what, agents, *map(spread, times), given)
    return refused


def _said(parameters):
    return [f"{key} = {value}" for key, value in parameters.items()]


def _settings(f, ours):
    """Return names and parameters of all metrics that the plugin brings, as they are and as the study wants them."""
    names = ours.ask("brought_by", plugin=f["plugin"])
    return [(name, {}) for name in names] + [(s["metric"], s["parameters"]) for s in f["settings"]]


def _school(bench, f, space, deviation):
    box = bench.school(f["agents"])["changes"]["box"]
    school = {"agents": f["agents"], "frames": f["frames"], "box": box, "deviation": deviation}
    return school | {"periodic": space == "periodic cell", "r_a": f["link"]}


def _beside_freud(bench, f, ours, freud):
    agents = f["agents"]
    bench.table.heading("beside freud, periodic cell", "agents", "kadita, us/agent", "freud, us/agent", "ratio")
    for case in f["referees"]:
        own = {"name": case["metric"], "parameters": case["parameters"]} | _school(bench, f, "periodic cell", None)
        theirs = {key: value for key, value in own.items() if key != "periodic"}
        times = alternate(
            bench.rounds, partial(ours.ask, "kadita_alone", **own), partial(freud.ask, "freud_alone", **theirs)
        )
        agree([side[0]["mean"] for side in times], case["metric"])
        bench.table.versus(case["metric"], agents, *times, 1e6 / agents)
