"""Tables on stdout: with lines around their cells in a terminal, aligned text anywhere else.

A table is plain where stdout is no terminal, where the terminal can draw nothing (``TERM=dumb``), and where the user
asks for it (``KADITA_PLAIN=1``), as screen readers need. Where it is too wide for the terminal, its rows become lists.
"""

from __future__ import annotations

import os
import shutil
import sys
import textwrap
from collections.abc import Iterable, Sequence
from typing import IO, NamedTuple

from kadita.base.printable import printable

LEAST = 24  # columns of the terminal for a text that is wrapped, at least
DUMB = ("dumb", "unknown")


class Column(NamedTuple):
    """A column of a table.

    Attributes:
        heading: its name.
        right: whether its cells are aligned at their right ends, as numbers are.
        wraps: whether its cells are texts, of which some lines can be made.
    """

    heading: str
    right: bool = False
    wraps: bool = False


def is_plain(stream: IO[str] | None = None) -> bool:
    """Return whether a stream, stdout by default, is to have text alone."""
    shown = sys.stdout if stream is None else stream
    asked = os.environ.get("KADITA_PLAIN", "") not in ("", "0")
    return asked or not shown.isatty() or os.environ.get("TERM", "" if os.name == "nt" else "dumb") in DUMB


def width_of_stdout() -> int | None:
    """Return how many columns the terminal has; None if stdout is no terminal, and lines can have any length."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def wrapped(text: str, width: int | None, indent: str = "") -> list[str]:
    """Return the lines of a text in a terminal of this width; one where there is no terminal."""
    if width is None:
        return [indent + text]
    return textwrap.wrap(text, width, initial_indent=indent, subsequent_indent=indent) or [""]


def print_table(columns: Sequence[Column], rows: Iterable[Sequence[str]], title: str = "") -> None:
    """Print a table with a title above it."""
    cells = [[printable(cell) for cell in row] for row in rows]
    width = width_of_stdout()
    lines = not is_plain()
    if title and not lines:
        print(*wrapped(title, width), sep="\n")
    if width is not None and _needed(columns, cells, 3 if lines else 2) > width:
        print("\n\n".join(_list(columns, row, width) for row in cells))
    elif lines:
        _draw(columns, cells, title, width)
    else:
        print(*_aligned(columns, cells, width), sep="\n")


def _needed(columns: Sequence[Column], rows: Sequence[Sequence[str]], between: int) -> int:
    """Return how many columns of the terminal a table needs."""
    widths = _widths(columns, rows)
    shortest = [min(w, LEAST) if column.wraps else w for w, column in zip(widths, columns, strict=True)]
    return sum(shortest) + between * len(columns) + 1


def _widths(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> list[int]:
    from rich.cells import cell_len

    return [max(map(cell_len, (c.heading, *(row[k] for row in rows)))) for k, c in enumerate(columns)]


def _narrowed(columns: Sequence[Column], rows: Sequence[Sequence[str]], between: int, width: int | None) -> list[int]:
    """Return the widths of columns in a table of this width: texts that wrap are narrower, the widest first."""
    widths = _widths(columns, rows)
    over = sum(widths) + between * (len(widths) - 1) - (width or sys.maxsize)
    for k in sorted(range(len(columns)), key=lambda k: -widths[k]):
        if columns[k].wraps and over > 0:
            narrower = max(LEAST, widths[k] - over)
            over -= widths[k] - narrower
            widths[k] = narrower
    return widths


def _draw(columns: Sequence[Column], rows: Sequence[Sequence[str]], title: str, width: int | None) -> None:
    from rich.console import Console
    from rich.table import Column as Drawn
    from rich.table import Table

    widths = _narrowed(columns, rows, 3, None if width is None else width - 4)  # with the frame
    drawn = [
        Drawn(c.heading, justify="right" if c.right else "left", no_wrap=not c.wraps, overflow="fold", width=w)
        for c, w in zip(columns, widths, strict=True)
    ]
    table = Table(*drawn, title=title or None, title_justify="left", title_style="")
    for row in rows:
        table.add_row(*row)
    Console(markup=False, highlight=False).print(table)


def _aligned(columns: Sequence[Column], rows: Sequence[Sequence[str]], width: int | None) -> list[str]:
    """Return the lines of a table whose columns are two spaces apart; in a terminal, texts have several lines."""
    widths = _narrowed(columns, rows, 2, width)
    lines = []
    for row in ([c.heading for c in columns], *rows):
        parts = [
            textwrap.wrap(cell, w) or [""] if c.wraps else [cell]
            for c, cell, w in zip(columns, row, widths, strict=True)
        ]
        for n in range(max(map(len, parts))):
            cells = [part[n] if n < len(part) else "" for part in parts]
            lines.append("  ".join(_padded(*one) for one in zip(cells, widths, columns, strict=True)).rstrip())
    return lines


def _padded(cell: str, width: int, column: Column) -> str:
    from rich.cells import cell_len

    space = " " * (width - cell_len(cell))
    return space + cell if column.right else cell + space


def _list(columns: Sequence[Column], row: Sequence[str], width: int) -> str:
    """Return a row as a list of its cells, each with the name of its column."""
    named = [f"{c.heading}: {cell}" for c, cell in zip(columns[1:], row[1:], strict=True) if cell]
    lines = [line for text in named for line in textwrap.wrap(text, max(width - 2, 10), subsequent_indent="  ")]
    return "\n".join([row[0] or "-", *(f"  {line}" for line in lines)])
