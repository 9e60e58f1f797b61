"""Axes without a window, and results that are known because they are made by hand."""

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from kadita.evaluation.results import AnalysisResult, Results, Series


@pytest.fixture
def axes():
    """Axes on a figure of one column."""
    figure = Figure(figsize=(86 / 25.4, 2.5), layout="constrained")
    FigureCanvasAgg(figure)
    return figure.subplots()


@pytest.fixture
def results():
    """Results of these series, by name: values (T, ...), with what `Series` takes besides."""

    def results(times=None, analyses=None, **series):
        made = {}
        for name, given in series.items():
            values, more = given if isinstance(given, tuple) else (given, {})
            more = {"dims": (), "units": "1"} | more
            made[name] = Series(
                np.asarray(values, float), more.pop("dims"), more.pop("units"), {}, "", "p", "1", **more
            )
        found = {
            name: AnalysisResult(
                np.asarray(values, float), dims, units, {}, "", "p", "1", axes=numbers, axis_units=unit
            )
            for name, (values, dims, units, numbers, unit) in (analyses or {}).items()
        }
        number = len(next(iter(made.values())).values) if made else 3
        times = np.arange(number, dtype=float) if times is None else np.asarray(times, float)
        agents = next((s.values.shape[1] for s in made.values() if "agent" in s.dims), 4)
        attributes = {"time_unit": "s"}
        return Results(np.arange(number), times, np.arange(agents), made, attributes, analyses=found)

    return results


@pytest.fixture
def drawn():
    """Draw the figure of axes, and return its pixels; no text may lie beyond its edges."""

    def drawn(axes):
        figure = axes.figure
        figure.canvas.draw()
        box = figure.get_tightbbox()
        width, height = figure.get_size_inches()
        assert box.x0 >= -0.01
        assert box.y0 >= -0.01
        assert box.x1 <= width + 0.01
        assert box.y1 <= height + 0.01
        return np.asarray(figure.canvas.buffer_rgba())[..., :3].astype(float)

    return drawn
