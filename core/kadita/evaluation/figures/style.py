"""How figures look: sizes, colours and line widths for print, and the names of files they may have."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any

from kadita.base.errors import KaditaError
from kadita.base.files import check_writable

ENDINGS = (".png", ".pdf", ".svg")
COLUMN_WIDTH = 5.2  # inches
INK, FAINT, LINE = "#1a1a1a", "#d9d9d9", "#20639b"
OTHER = "#d1601f"  # a second line; distinct from LINE for the colour-blind and in grey
ONE_COLUMN = 86.0  # mm, of a journal
# the labels of a metric, such as the states of a school, by their index; apart for the colour-blind, too
LABELLED = ("#4f9d86", OTHER, LINE, "#d3d6d8", "#7cc0ee", "#0c2a45", "#f4cf4e")
RUNS = (LINE, OTHER, "#0c2a45", "#7cc0ee", "#9d9d9d")  # lines of several runs; more are dashed, then dotted
DASHES = ("-", "--", ":", "-.")
SEQUENTIAL = ("#dfebf3", "#6fa3c7", LINE, "#0c2a45")  # the least is not white, as what is undefined is
DIVERGING = ("#6b2a06", OTHER, "#f3b48c", "#f7f7f7", "#8fbbdb", LINE, "#0c2a45")  # about 0
STYLE = {  # for `matplotlib.rc_context`
    "font.size": 8,
    "axes.titlesize": 8.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.6,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "text.color": INK,
    "savefig.dpi": 200,
}


def check_picture(path: Path, *, force: bool, source: Path | None = None) -> None:
    """Check that a figure can be written to `path`.

    Raises:
        KaditaError: an unknown suffix, a file that exists, a folder that cannot be written to.
    """
    if path.suffix not in ENDINGS:
        raise KaditaError(f"{path}: expected a figure named {', '.join('*' + e for e in ENDINGS)}; got '{path.suffix}'")
    check_writable(path, force=force, source=source)


def rc() -> dict[Any, Any]:
    """Return parameters for `matplotlib.rc_context`: the style, names as they are written, equal files."""
    return {**STYLE, "text.parse_math": False, "svg.hashsalt": "kadita", "hatch.linewidth": 0.6}


def colour_map(colours: tuple[str, ...]) -> Any:
    """Return a map of colours for matplotlib through these colours; undefined values are drawn as nothing."""
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("kadita", colours)


def lines_of_runs(number: int) -> Iterator[dict[str, Any]]:
    """Yield colour and dashes of the line of each of several runs."""
    for i in range(number):
        yield {"color": RUNS[i % len(RUNS)], "linestyle": DASHES[i // len(RUNS) % len(DASHES)]}


def on_axes(draw: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that draws on axes, in whose texts names of files and metrics are no formulas."""

    @wraps(draw)
    def literally(axes: Any, *given: Any, **options: Any) -> Any:
        with literal(axes):
            return draw(axes, *given, **options)

    return literally


@contextmanager
def literal(axes: Any) -> Iterator[None]:
    """Draw on axes so that no text that is added or changed is read as a formula; others stay as they are."""
    import matplotlib
    from matplotlib.text import Text

    before = {text: text.get_text() for text in axes.findobj(Text)}
    with matplotlib.rc_context({"text.parse_math": False, "hatch.linewidth": 0.6}):
        yield
        for text in axes.findobj(Text):
            if text.get_text() != before.get(text):
                text.set_parse_math(False)
