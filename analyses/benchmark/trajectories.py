"""Trajectory files, written and read by kadita, by MDAnalysis and by NumPy: the process that measures them."""

import warnings
from importlib.metadata import version
from pathlib import Path

import numpy as np
from worker import seconds, serve, shared

import kadita
from kadita.io.amber.writer import AmberWriter

warnings.simplefilter("ignore")  # MDAnalysis: a file without topology has no names


def versions():
    """Return what is measured."""
    return {"kadita": version("kadita"), "MDAnalysis": version("MDAnalysis"), "numpy": version("numpy")}


def school(agents, frames):
    """Return positions and velocities of some frames, in doubles as a model has them."""
    rng = np.random.default_rng(agents)
    return rng.uniform(0, 25, (frames, agents, 3)), rng.normal(size=(frames, agents, 3))


def write(agents, size, blocks):
    """Write blocks of so many frames, each counted and with its checksum; return the time of a frame."""
    x, v = school(agents, size)
    times, lengths = np.arange(size, dtype=float), np.full((size, 3), 25.0)
    with AmberWriter(f"{agents}.nc", agents, periodic=True, force=True) as writer:

        def append():
            for _ in range(blocks):
                writer.write(x, v, times, lengths)

        writer.write(x, v, times, lengths)  # the file gets its name
        return shared(seconds(append), blocks * size)


def tofile(agents, size, blocks):
    """Write as many bytes of positions and velocities as they are, in single precision; return the time of a frame."""
    numbers = np.concatenate(school(agents, size), axis=1).astype(np.float32)
    with Path(f"{agents}.bytes").open("wb") as file:

        def append():
            for _ in range(blocks):
                numbers.tofile(file)

        numbers.tofile(file)
        spent = shared(seconds(append), blocks * size)
    Path(f"{agents}.bytes").unlink()
    return spent


def blocks_of(agents):
    """Read the file that was written in blocks, each frame checked against its checksum; return the time of a frame."""
    with kadita.open(f"{agents}.nc") as trajectory:

        def read():
            for block in trajectory.blocks():
                assert block.velocities.shape == block.positions.shape

        return shared(seconds(read), trajectory.n_frames)


def frames_of(agents):
    """Read it frame by frame with MDAnalysis; return the time of a frame."""
    import MDAnalysis

    universe = MDAnalysis.Universe(f"{agents}.nc")

    def read():
        for ts in universe.trajectory:
            assert ts.velocities.shape == ts.positions.shape

    return shared(seconds(read), len(universe.trajectory))


def arrays_of(agents):
    """Do the same and keep every frame's positions and velocities in doubles, as a block does."""
    import MDAnalysis

    universe = MDAnalysis.Universe(f"{agents}.nc")
    kept = np.empty((2, 64, agents, 3))

    def read():
        for ts in universe.trajectory:
            kept[0, ts.frame % 64] = universe.atoms.positions
            kept[1, ts.frame % 64] = universe.atoms.velocities

    return shared(seconds(read), len(universe.trajectory))


def school_file(agents, frames):
    """Write the frames of a published case under way, at its density for any number of agents; return the path."""
    path = Path(f"school-{agents}.nc").absolute()
    if not path.exists():
        changes = {"agents": agents, "box": 25.0 * (agents / 150) ** (1 / 3), "r_a": 10.0, "allow_long_range": True}
        kadita.run("dewi-kadita-1", output=path, steps=frames - 1, every=1, parameters=changes)
    return str(path)


def polarization(path, step):
    """Compute the polarization of frames; return a frame's time."""
    return measured(path, step, ["polarization"])


def everything(path, step):
    """Compute all default metrics of frames; return a frame's time."""
    return measured(path, step, None)


def shared_out(path, workers):
    """Compute all default metrics of all frames with some workers; return the time it takes."""
    return seconds(lambda: kadita.analyze(path, workers=workers))


def measured(path, step, names):
    """Compute metrics of frames; return a frame's time, and the mean of the first metric that was named."""
    found = None

    def analyze():
        nonlocal found
        found = kadita.analyze(path, names, step=step)

    spent = seconds(analyze)
    return shared(spent, len(found.frames)) | {"mean": float(found[names[0]].mean()) if names else 0.0}


def nearest(path, step, k):
    """Find the k nearest neighbours of all agents; return a frame's time, and the mean distance."""
    means = []

    def find():
        with kadita.open(path) as trajectory:
            for block in trajectory.blocks(step=step):
                distances = block.neighbor_distances(k)
                means.extend(distances.mean(axis=(1, 2)).tolist())

    spent = seconds(find)
    return shared(spent, len(means)) | {"mean": float(np.mean(means))}


if __name__ == "__main__":
    serve(
        versions,
        write,
        tofile,
        blocks_of,
        frames_of,
        arrays_of,
        school_file,
        polarization,
        everything,
        shared_out,
        nearest,
    )
