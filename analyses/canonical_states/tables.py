"""The study's figures as Markdown: the full table, and the compact one of docs/two-definitions.md."""

import csv
from collections import Counter, defaultdict

import numpy as np

BEGIN = "<!-- canonical states: made by make studies -->"
END = "<!-- end of canonical states -->"
ABSENT = "–"
COLUMNS = ("polarization", "rotation", "oceanic_schooling_index")  # of the compact table
SYMBOLS = {"polarization": "P", "rotation": "M", "oceanic_schooling_index": "OSI"}


def read_runs(path):
    """Return the values of runs.csv, one a seed, by scenario, definition and metric."""
    runs = defaultdict(list)
    with open(path, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            scenario, definition = row.pop("scenario"), row.pop("definition")
            del row["seed"]
            for metric, value in row.items():
                if value:
                    runs[scenario, definition, metric].append(value if metric == "state" else float(value))
    return runs


def read_peer(path):
    """Return mean and standard deviation of peer.csv by case and metric."""
    with open(path, encoding="utf-8", newline="") as file:
        return {(row["case"], row["metric"]): (float(row["mean"]), float(row["sd"])) for row in csv.DictReader(file)}


def mean_and_sd(mean, sd, digits):
    """Write mean ± sd with so many digits after the point, or one more where the spread would vanish."""
    if sd == 0:
        return f"{mean:.{digits}g}"
    digits += sd < 0.5 * 10.0**-digits
    least = 10.0**-digits
    return f"{mean:.{digits}f} ± " + (f"{sd:.{digits}f}" if sd >= least / 2 else f"<{least:.{digits}f}")


def cell(values, digits):
    """Write what the seeds gave: mean ± sd, or how many of them were in which state."""
    if not values:
        return ABSENT
    if isinstance(values[0], str):
        return ", ".join(f"{state} {n}/{len(values)}" for state, n in Counter(values).most_common())
    if np.isnan(values).any():
        return "undefined"
    return mean_and_sd(np.mean(values), np.std(values, ddof=1), digits)


def peer_cell(peer, case, metric, digits):
    """Write what dewi-kadita's own runs gave."""
    return mean_and_sd(*peer[case, metric], digits) if (case, metric) in peer else ABSENT


def compact(study, runs, peer, steps):
    """Return the table of docs/two-definitions.md, and a line below it that says what it shows."""
    osi = SYMBOLS["oceanic_schooling_index"]
    head = ["scenario", *SYMBOLS.values(), f"{osi}, published definition"]
    head += [f"dewi-kadita's own {SYMBOLS[m]}" for m in COLUMNS] + ["its paper"]
    rows = [head, ["---"] + ["---:"] * (len(head) - 2) + ["---"]]
    called = dict(zip(study["dewi-kadita"]["scenarios"], study["dewi-kadita"]["called"], strict=True))
    for scenario in steps:
        name = f"`{scenario}` (“{called[scenario]}”)" if scenario in called else f"`{scenario}`"
        ours = [cell(runs[scenario, "corrected", m], 2) for m in COLUMNS]
        published = cell(runs[scenario, "published", "oceanic_schooling_index"], 2)
        theirs = [peer_cell(peer, scenario, m, 2) for m in COLUMNS]
        paper = study["paper"]["figures"].get(scenario, {})
        said = ", ".join(f"{SYMBOLS[m]} {_with_relation(paper[m])}" for m in COLUMNS if m in paper)
        rows.append([name, *ours, published, *theirs, said or ABSENT])
    return _markdown(rows) + "\n" + _explanation(study, steps)


def full(study, runs, peer, steps):
    """Return all metrics of all scenarios by both definitions, beside dewi-kadita's own figures and the paper's."""
    parts = [f"# {study['title']}\n", _explanation(study, steps)]
    metrics = [m for names in study["metrics"].values() for m in names]
    for scenario in steps:
        figures = study["paper"]["figures"].get(scenario, {})
        theirs = scenario in study["dewi-kadita"]["scenarios"]
        head = ["metric", "corrected", "published definition"]
        rows = [head + (["dewi-kadita itself", "its paper"] if theirs else [])]
        rows.append(["---"] + ["---:"] * (len(rows[0]) - 1))
        for m in metrics:
            row = [f"`{m}`", *(cell(runs[scenario, d, m], 3) for d in ("corrected", "published"))]
            rows.append(row + ([peer_cell(peer, scenario, m, 3), figures.get(m, ABSENT)] if theirs else []))
        parts.append(f"## {scenario}\n\n{_markdown(rows)}")
    return "\n".join(parts)


def put_between_marks(path, text):
    """Replace what stands between the two marks of a file; return whether they are there."""
    before, begin, rest = path.read_text(encoding="utf-8").partition(f"{BEGIN}\n")
    _, end, after = rest.partition(END)
    if not (begin and end):
        return False
    path.write_text(f"{before}{BEGIN}\n\n{text}\n{END}{after}", encoding="utf-8")
    return True


def _with_relation(figure):
    return figure if figure[0] in "<≈>" else f"= {figure}"


def _markdown(rows):
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _explanation(study, steps):
    """Return what the figures are: seeds, steps, windows, schools."""
    couzin, published, peer = study["couzin-2002"], study["dewi-kadita"], study["peer"]
    (n,) = {steps[s] for s in couzin["scenarios"]}
    lengths = ", ".join(str(steps[s]) for s in published["scenarios"])
    cube = couzin["metric_parameters"]["box_length"]
    return (
        "Mean ± standard deviation between seeds; corrected definitions where nothing else is said. "
        f"Couzin 2002's states, in open space: seeds {_seeds(couzin)}, {n} steps, the largest cluster over the last "
        f"{round(n * couzin['window'])}; published definitions see it in the middle of a cube of {cube:g}. "
        f"dewi-kadita's cases, in their periodic cells: seeds {_seeds(published)}, {lengths} steps, the last "
        f"{published['window']:.0%}. {peer['package']} {peer['version']} itself: the same, seeds {_seeds(peer)}, by "
        f"its own, published definitions. Its paper ({study['paper']['source']}) shows single runs.\n"
    )


def _seeds(group):
    return f"{group['first_seed']} to {group['first_seed'] + group['seeds'] - 1}"
