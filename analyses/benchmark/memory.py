"""The greatest memory of a run of very many agents into a file."""

from table import spread


def measure(bench):
    """Print bytes an agent: the peak of a run less that of a run of few, with and without a block of frames."""
    m, table = bench.study["memory"], bench.table
    table.heading("memory of a run into a file", "agents", "bytes an agent", "beyond a block")
    peak(bench, m["few"])  # compiles
    whole, beyond = [], []
    for _ in range(m["rounds"]):
        (few, small), (many, block) = peak(bench, m["few"]), peak(bench, m["agents"])
        agents = m["agents"] - m["few"]
        whole.append((many - few) / agents)
        beyond.append((many - few - (block - small)) / agents)
    table.row("peak resident memory", m["agents"], spread(whole), spread(beyond))


def peak(bench, agents):
    """Return a new process' greatest memory, and that of a block of frames."""
    worker = bench.fresh()
    found = worker.ask("peak", **bench.school(agents), frames=bench.study["memory"]["frames"])
    worker.close()
    return found
