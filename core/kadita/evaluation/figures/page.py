"""A figure at the size of print, and how it is written to a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kadita.base.errors import KaditaError
from kadita.base.files import replace_whole

NARROWEST, WIDEST = 50.0, 400.0  # mm
INCH = 25.4


def check_width(width: float) -> None:
    """Raise for a width that no page has.

    Raises:
        KaditaError: less than 50 or more than 400 mm.
    """
    if not NARROWEST <= width <= WIDEST:
        raise KaditaError(f"--width: expected {NARROWEST:g} to {WIDEST:g} mm; got {width:g}")


def new_figure(width: float, height: float, *, equal: bool = False, shown: bool = False) -> Any:
    """Return a figure of matplotlib of this size in mm; `equal` for axes of equal scales.

    With `shown` it is one of pyplot, which notebooks and ``matplotlib.pyplot.show`` show; otherwise it has no window.
    """
    size: dict[str, Any] = {
        "figsize": (width / INCH, height / INCH),
        "layout": "compressed" if equal else "constrained",
    }
    if shown:
        from matplotlib import pyplot

        return pyplot.figure(**size)
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(**size)
    FigureCanvasAgg(figure)
    return figure


def save(figure: Any, path: Path) -> None:
    """Write a figure: equal figures give equal files, without the time of their making."""
    metadata = {"Date": None} if path.suffix == ".svg" else {"CreationDate": None} if path.suffix == ".pdf" else {}
    replace_whole(path, lambda unfinished: figure.savefig(unfinished, metadata=metadata))
