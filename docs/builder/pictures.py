"""A picture of every metric and analysis in known states."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from matplotlib.figure import Figure

from kadita import Results, figures
from kadita.evaluation.figures.style import lines_of_runs

WIDTH, HEIGHT = 6.4, 2.9  # inches
NAMED = 4  # panels of an analysis with several results


def draw(name: str, runs: dict[str, Results], path: Path) -> None:
    """Write the picture of a metric or an analysis as SVG.

    Raises:
        RuntimeError: nothing can be drawn of it.
    """
    with matplotlib.rc_context({**figures.STYLE, "svg.hashsalt": "kadita", "text.parse_math": False}):
        panels = _panels(name, runs)
        if not panels:
            raise RuntimeError(f"{name}: there is nothing to draw in the catalogue; see docs/builder/pictures.toml")
        columns = min(2, len(panels))
        rows = -(-len(panels) // columns)
        figure = Figure(figsize=(WIDTH, HEIGHT * rows), layout="constrained")
        axes = figure.subplots(rows, columns, squeeze=False).ravel()
        for unused in axes[len(panels) :]:
            unused.set_axis_off()
        for panel, one in zip(axes, panels, strict=False):
            one(panel)
        figure.savefig(path, metadata={"Date": None}, transparent=False, facecolor="white")


def _panels(name: str, runs: dict[str, Results]) -> list[Any]:
    first = next(iter(runs.values()))
    outputs = [key for key in first if key.partition(".")[0] == name]
    errors = {f"{key}_error" for key in outputs}
    panels = [_panel(key, runs) for key in outputs if key not in errors]
    return [panel for panel in panels if panel is not None][:NAMED]


def _panel(key: str, runs: dict[str, Results]) -> Any:
    """Return what draws a result on axes; None for what no picture shows."""
    first = next(iter(runs.values()))
    series = first.series.get(key)
    result = series or first.analyses[key]
    numbers = [d for d in result.dims if np.issubdtype(np.asarray(result.axes.get(d, ["?"])).dtype, np.number)]
    if series is not None and series.labels:
        return lambda axes: figures.states(axes, runs, key)
    if result.dims == ("agent", "other"):
        return lambda axes: _matrix(axes, *_ordered_run(runs), key)
    if "agent" in result.dims:
        return (lambda axes: _of_agents(axes, runs, key)) if result.dims == ("agent",) else None
    if len(numbers) == len(result.dims) == 1:
        return lambda axes: figures.profile(axes, runs, key)
    if len(numbers) == len(result.dims) == 2:
        return lambda axes: _map(axes, *_ordered_run(runs), key)
    if series is not None:
        return lambda axes: figures.series(axes, runs, key, equilibration="half")
    if len(result.dims) <= 1:
        return lambda axes: _numbers(axes, runs, key)
    return None


def _ordered_run(runs: dict[str, Results]) -> tuple[str, Results]:
    """Return the run of which a map is drawn: the torus, where the states are shown."""
    return list(runs.items())[min(1, len(runs) - 1)]


def _map(axes: Any, run: str, results: Results, key: str) -> None:
    figures.heatmap(axes, results, key)
    axes.set_title(run, fontsize=8, loc="left")


def _matrix(axes: Any, run: str, results: Results, key: str) -> None:
    """Draw a number for each pair of agents."""
    image = axes.imshow(results[key], cmap="cividis", interpolation="nearest")
    axes.figure.colorbar(image, ax=axes).ax.tick_params(labelsize=7)
    axes.set_xlabel("agent")
    axes.set_ylabel("agent")
    axes.set_title(f"{key.replace('_', ' ')}, {run}", fontsize=8, loc="left")


def _of_agents(axes: Any, runs: dict[str, Results], key: str) -> None:
    """Draw the distribution over agents, and frames, of each run."""
    values = {run: results[key][np.isfinite(results[key])] for run, results in runs.items()}
    everything = np.concatenate(list(values.values()))
    edges = np.histogram_bin_edges(everything, 30)
    for look, (run, found) in zip(lines_of_runs(len(values)), values.items(), strict=True):
        axes.hist(found, edges, density=True, histtype="step", label=run, **look)
    _label(axes, runs, key)
    axes.set_ylabel("density of agents")
    axes.legend(fontsize=7)


def _numbers(axes: Any, runs: dict[str, Results], key: str) -> None:
    """Draw a number, or one for each label of an axis, of each run."""
    first = next(iter(runs.values()))
    result = first.analyses[key]
    (dim,) = result.dims or ("",)
    labels = [str(x) for x in result.axes.get(dim, np.arange(result.values.size))] if dim else [""]
    places = np.arange(len(runs))
    for i, label in enumerate(labels):
        found = [results[key].reshape(-1)[i] for results in runs.values()]
        axes.plot(found, places + 0.1 * (i - (len(labels) - 1) / 2), "o", label=label)
    axes.set_yticks(places, list(runs))
    axes.set_ylim(len(runs) - 0.5, -0.5)
    axes.margins(x=0.15)
    _label(axes, runs, key)
    if dim:
        axes.legend(fontsize=7, title=dim)


def _label(axes: Any, runs: dict[str, Results], key: str) -> None:
    first = next(iter(runs.values()))
    units = (first.series.get(key) or first.analyses[key]).units
    axes.set_xlabel(key.replace("_", " ") + (f" ({units})" if units != "1" else ""))
