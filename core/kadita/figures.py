"""Figures of the field: each function draws on axes of matplotlib and returns them.

Results are those of `kadita.analyze`, of one run, or of several by name or as `kadita.analyze_files` returns them.

>>> import kadita
>>> from kadita import figures
>>> results = kadita.analyze("school.nc")  # doctest: +SKIP
>>> figure, axes = matplotlib.pyplot.subplots()  # doctest: +SKIP
>>> figures.order_plane(axes, results)  # doctest: +SKIP
>>> with matplotlib.rc_context(figures.STYLE):  # the sizes, lines and colours of `kadita plot`  # doctest: +SKIP
...     ...
"""

from kadita.evaluation.figures.correlation import correlation, first_zero
from kadita.evaluation.figures.distribution import distribution
from kadita.evaluation.figures.entropies import means
from kadita.evaluation.figures.maps import heatmap, neighbor_map
from kadita.evaluation.figures.order_plane import order_plane
from kadita.evaluation.figures.phase_diagram import Phases, phase_diagram, phases
from kadita.evaluation.figures.profiles import profile
from kadita.evaluation.figures.quantiles import quantiles
from kadita.evaluation.figures.series import series
from kadita.evaluation.figures.snapshot import snapshot
from kadita.evaluation.figures.states import states
from kadita.evaluation.figures.style import STYLE
from kadita.evaluation.figures.sweep_table import SweepTable, read_sweep_table
from kadita.evaluation.figures.thinning import extremes_kept
from kadita.evaluation.figures.tracks import tracks

# fmt: off
__all__ = [
    "STYLE", "Phases", "SweepTable", "correlation", "distribution", "extremes_kept", "first_zero", "heatmap", "means",
    "neighbor_map", "order_plane", "phase_diagram", "phases", "profile", "quantiles", "read_sweep_table", "series",
    "snapshot", "states", "tracks",
]
# fmt: on
