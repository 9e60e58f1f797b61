"""Tables of notebooks: HTML without styles of its own, so that a notebook shows them like those of pandas."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any


def table(heading: Sequence[str], rows: Iterable[Sequence[Any]], caption: str = "") -> str:
    """Return a table; the first cell of a row is its name. All text is escaped: names come from files.

    >>> table(["metric", "mean"], [["P", "<0.5"]])
    '<table><thead><tr><th>metric</th><th>mean</th></tr></thead><tbody><tr><th>P</th><td>&lt;0.5</td></tr></tbody></table>'
    """
    title = f'<caption style="text-align:left">{escape(caption)}</caption>' if caption else ""
    head = f"<thead><tr>{''.join(f'<th>{escape(h)}</th>' for h in heading)}</tr></thead>" if heading else ""
    body = "".join(f"<tr><th>{escape(str(first))}</th>{''.join(map(_cell, cells))}</tr>" for first, *cells in rows)
    return f"<table>{title}{head}<tbody>{body}</tbody></table>"


def named(title: str, facts: Iterable[tuple[str, Any]]) -> str:
    """Return a table of two columns: names, and what they are."""
    return table([], facts, title)


def _cell(value: Any) -> str:
    return f"<td>{escape(str(value))}</td>"
