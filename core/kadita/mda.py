"""kadita in MDAnalysis: read and write `.nc4`, find agents by name and species, run metrics as MDAnalysis analyses.

>>> import MDAnalysis
>>> import kadita.mda  # registers .nc4 for reading and writing
>>> universe = MDAnalysis.Universe("school.nc4")  # doctest: +SKIP
>>> universe.select_atoms("type predator")  # doctest: +SKIP
>>> mills = kadita.mda.Analysis(universe.atoms, "rotation").run(step=10)  # doctest: +SKIP
>>> mills.results.rotation.mean(), mills.times[-1]  # doctest: +SKIP
>>> mills.run(backend="multiprocessing", n_workers=4)  # doctest: +SKIP
>>> kadita.write(mills.measured, "rotation.csv")  # doctest: +SKIP
"""

from kadita.evaluation.mdanalysis import Analysis
from kadita.io.mda_topology import KaditaParser
from kadita.io.nc4.mda_reader import NC4Reader
from kadita.io.nc4.mda_writer import NC4Writer

__all__ = ["Analysis", "KaditaParser", "NC4Reader", "NC4Writer"]
