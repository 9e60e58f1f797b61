"""MDAnalysis and freud on kadita's trajectories: the process that measures them."""

import warnings
from importlib.metadata import version

import numpy as np
from worker import seconds, serve, shared

warnings.simplefilter("ignore")  # a file without topology has no names


def versions():
    """Return what is measured."""
    return {"MDAnalysis": version("MDAnalysis"), "freud": version("freud-analysis")}


def polarization(path, step):
    """Compute the polarization of frames with an `AnalysisBase`, as MDAnalysis tells to.

    Returns a frame's time, and the mean of the polarization.
    """
    import MDAnalysis
    from MDAnalysis.analysis.base import AnalysisBase

    class Polarization(AnalysisBase):
        def __init__(self, atoms):
            super().__init__(atoms.universe.trajectory)
            self.atoms = atoms

        def _prepare(self):
            self.results.polarization = np.zeros(self.n_frames)

        def _single_frame(self):
            v = self.atoms.velocities
            u = v / np.linalg.norm(v, axis=1)[:, None]
            self.results.polarization[self._frame_index] = np.linalg.norm(u.mean(axis=0))

    universe = MDAnalysis.Universe(path)
    analysis = Polarization(universe.atoms)
    spent = seconds(lambda: analysis.run(step=step))
    return shared(spent, analysis.n_frames) | {"mean": float(analysis.results.polarization.mean())}


def nearest(path, step, k):
    """Find the k nearest neighbours of all agents with freud, frames read by MDAnalysis.

    Returns a frame's time, and the mean distance.
    """
    import freud
    import MDAnalysis

    freud.parallel.set_num_threads(1)
    universe = MDAnalysis.Universe(path)
    frames = universe.trajectory[::step]
    means = []

    def find():
        for ts in frames:
            box = freud.box.Box(*ts.dimensions[:3])  # what from_box would take the angles for is a slant
            points = freud.locality.AABBQuery(box, ts.positions)
            found = points.query(ts.positions, {"num_neighbors": k, "exclude_ii": True}).toNeighborList()
            means.append(found.distances.mean())

    return shared(seconds(find), len(frames)) | {"mean": float(np.mean(means))}


if __name__ == "__main__":
    serve(versions, polarization, nearest)
