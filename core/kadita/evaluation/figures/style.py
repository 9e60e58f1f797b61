"""How figures look: sizes, colours and line widths for print, and the names of files they may have."""

from __future__ import annotations

from pathlib import Path

from kadita.base.errors import KaditaError
from kadita.base.files import check_writable

ENDINGS = (".png", ".pdf", ".svg")
COLUMN_WIDTH = 5.2  # inches
INK, FAINT, LINE = "#1a1a1a", "#d9d9d9", "#20639b"
OTHER = "#d1601f"  # a second line; distinct from LINE for the colour-blind and in grey
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
