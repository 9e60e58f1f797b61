"""What it costs to write and to read a trajectory file, beside NumPy's plain bytes and MDAnalysis."""

from functools import partial

from bench import alternate

MICRO = 1e6


def measure(bench):
    """Print times of a frame: of writing, of reading, and of others that do as much or less."""
    f, table, worker = bench.study["files"], bench.table, bench.files()
    table.heading("writing a frame, wall time", "agents", "kadita, us", "numpy.tofile, us", "tofile / kadita")
    for case in f["writing"]:
        sizes = {key: case[key] for key in ("agents", "size", "blocks")}
        own, plain = alternate(
            f["rounds"], partial(worker.ask, "write", **sizes), partial(worker.ask, "tofile", **sizes)
        )
        what = f"in blocks of {case['size']}"
        table.versus(what, case["agents"], own, plain, MICRO, clock="wall")
    table.heading("reading a frame, wall time", "agents", "kadita, us", "MDAnalysis, us", "ratio")
    agents = f["reading"]["agents"]
    sides = [partial(worker.ask, name, agents=agents) for name in ("blocks_of", "frames_of", "arrays_of")]
    blocks, frames, arrays = alternate(f["rounds"], *sides, warm=[sides[0]])
    table.versus("blocks, its frame loop", agents, blocks, frames, MICRO, clock="wall")
    table.versus("the same numbers kept", agents, blocks, arrays, MICRO, clock="wall")
