"""The plane of two order parameters: how often a school is where in it, and the regions of its states."""

from __future__ import annotations

from typing import Any

import numpy as np

from kadita.base.errors import KaditaError
from kadita.evaluation.figures.runs import Runs, check_defined, column_of, label_of, named
from kadita.evaluation.figures.style import INK, LABELLED, SEQUENTIAL, colour_map, on_axes
from kadita.evaluation.figures.thinning import extremes_kept
from kadita.evaluation.results import Results, Series
from kadita.plugins.declaration.regions import Regions

MOST_POINTS = 4000  # of a path
NARROW = 0.028  # of the plane, for a letter of a region's name: narrower regions have it upright


@on_axes
def order_plane(axes: Any, runs: Runs, state: str | None = None, *, bins: int = 50, path: bool = False) -> Any:
    """Draw the density of frames in the plane of the two metrics that decide the state; return the axes.

    The regions are those of the metric with labels, by its own thresholds and definition, and the plane is that of the
    metrics by which it judges: unbiased polarization and rotation, or as published the biased ones. The density is
    normalized: its integral over the plane is 1. Cells without a frame and undefined frames are not drawn.

    Args:
        axes: of matplotlib.
        runs: results of one or several runs, whose frames are counted together.
        state: the metric with labels; by default the only one with regions among the results.
        bins: cells of the density along each axis.
        path: draw the way through the plane, too, of one run.

    Raises:
        KaditaError: no such metric or not those that decide it among the results, or all frames are undefined.

    Source: Tunstrom et al. 2013, PLoS Comput. Biol. 9, e1002915, doi:10.1371/journal.pcbi.1002915

    >>> import kadita
    >>> from kadita import figures
    >>> from matplotlib import pyplot
    >>> results = kadita.analyze("school.nc", ["state", "polarization_unbiased", "rotation_unbiased"])
    >>> _, axes = pyplot.subplots()
    >>> axes = figures.order_plane(axes, results)
    >>> axes.get_xlabel()
    'polarization unbiased P0'
    """
    from matplotlib.colors import LogNorm
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    found = named(runs)
    series, regions = _regions(found, state)
    columns = {k: [column_of(r, k) for r in found.values()] for k in (regions.x, regions.y)}
    x, y = (np.concatenate([values for _, values in c]) for c in columns.values())
    defined = np.isfinite(x) & np.isfinite(y)
    check_defined(f"{regions.x} with {regions.y}", [np.where(defined, x, np.nan)])
    edges = [np.linspace(e[0], e[-1], bins + 1) for e in (regions.x_edges, regions.y_edges)]
    # beyond 0 and 1 by rounding alone
    inside = [np.clip(v[defined], e[0], e[-1]) for v, e in zip((x, y), edges, strict=True)]
    density, *_ = np.histogram2d(inside[0], inside[1], bins=edges, density=True)
    _draw_regions(axes, series, regions)
    shown = np.ma.masked_equal(density.T, 0)
    norm = LogNorm(shown.min() / 2, max(shown.max(), 2 * shown.min()))
    mesh = axes.pcolormesh(*edges, shown, cmap=colour_map(SEQUENTIAL), norm=norm, rasterized=True, zorder=2)
    bar = axes.figure.colorbar(mesh, ax=axes, pad=0.02, label="density of frames")
    bar.outline.set_linewidth(0.4)
    bar.ax.yaxis.set_major_locator(LogLocator(numticks=4))
    bar.ax.yaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:g}"))
    bar.ax.yaxis.set_minor_formatter(NullFormatter())
    if path:
        for (_, px), (_, py) in zip(*columns.values(), strict=True):
            kept = np.union1d(extremes_kept(px, MOST_POINTS // 2), extremes_kept(py, MOST_POINTS // 2))
            axes.plot(px[kept], py[kept], color=INK, linewidth=0.4, alpha=0.6, zorder=3)
    axes.set(xlim=edges[0][[0, -1]], ylim=edges[1][[0, -1]], aspect="equal")
    axes.set(xticks=[0, 0.5, 1], yticks=[0, 0.5, 1])
    labels = [label_of(k, c[0][0]) for k, c in columns.items()]
    axes.set(xlabel=labels[0], ylabel=labels[1])
    axes.spines[["top", "right"]].set_visible(True)
    return axes


def _regions(found: dict[str, Results], state: str | None) -> tuple[Series, Regions]:
    """Return the series of the metric with regions, and these, which are the same in all runs."""
    all_found: list[tuple[str, Series]] = []
    for r in found.values():
        known = {k: s for k, s in r.series.items() if s.regions is not None and k == (state or k)}
        if len(known) != 1:
            which = f"the metric {state} with regions," if state else "one metric with regions, such as the state,"
            raise KaditaError(f"expected {which} among the results; found {', '.join(known) or 'none'}")
        all_found += known.items()
    name, series = all_found[0]
    regions = series.regions
    if regions is None or any(s.parameters != series.parameters for _, s in all_found):
        raise KaditaError(f"{name}: expected the same definition in all runs; the regions of these differ")
    return series, regions


def _draw_regions(axes: Any, series: Series, regions: Regions) -> None:
    """Draw the borders of regions, and their names in the largest cell of each."""
    x, y, codes = regions.x_edges, regions.y_edges, regions.codes
    for i in range(1, len(x) - 1):
        borders = np.flatnonzero(codes[i - 1] != codes[i])
        axes.vlines(np.full(len(borders), x[i]), y[borders], y[borders + 1], color=INK, linewidth=0.6, zorder=4)
    for j in range(1, len(y) - 1):
        borders = np.flatnonzero(codes[:, j - 1] != codes[:, j])
        axes.hlines(np.full(len(borders), y[j]), x[borders], x[borders + 1], color=INK, linewidth=0.6, zorder=4)
    area = np.diff(x)[:, None] * np.diff(y)[None]
    for code in np.unique(codes[np.isfinite(codes)]):
        i, j = divmod(int(np.argmax(np.where(codes == code, area, 0))), area.shape[1])
        word = series.labels[int(code)]
        narrow = x[i + 1] - x[i] < NARROW * len(word)
        text = axes.text(x[i] + 0.015, y[j + 1] - 0.02, word, ha="left", va="top", fontsize=7, color=INK, zorder=5)
        text.set_rotation(90 if narrow else 0)
        text.set_in_layout(False)
    tint = [LABELLED[int(c) % len(LABELLED)] if np.isfinite(c) else "none" for c in codes.ravel()]
    for k, colour in enumerate(tint):
        i, j = divmod(k, codes.shape[1])
        axes.fill_between(x[[i, i + 1]], y[j], y[j + 1], color=colour, alpha=0.16, linewidth=0, zorder=1)
