"""Legends above axes, in as many columns as their words have room."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

PER_CHARACTER, PER_KEY = 0.055, 0.42  # inches at 7 points


def above(axes: Any, handles: Sequence[Any], labels: Sequence[str]) -> None:
    """Draw a legend above axes."""
    if not handles:
        return
    inches = axes.figure.get_figwidth() * axes.get_position().width
    axes.legend(
        handles,
        labels,
        loc="lower left",
        bbox_to_anchor=(0, 1),
        ncols=_columns([len(label) for label in labels], inches),
        frameon=False,
        fontsize=7,
        handlelength=1.6,
        columnspacing=1.2,
        borderaxespad=0.2,
        borderpad=0.1,
    )


def _columns(characters: Sequence[int], inches: float) -> int:
    """Return the greatest number of columns that fit; each is as wide as its longest word, and filled downwards."""
    for number in range(len(characters), 1, -1):
        rows = -(-len(characters) // number)
        longest = [max(characters[i : i + rows]) for i in range(0, len(characters), rows)]
        if sum(longest) * PER_CHARACTER + len(longest) * PER_KEY <= inches:
            return number
    return 1
