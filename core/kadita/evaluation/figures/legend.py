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
    longest = max(map(len, labels)) * PER_CHARACTER + PER_KEY
    columns = max(1, min(len(labels), int(inches / longest)))
    axes.legend(
        handles,
        labels,
        loc="lower left",
        bbox_to_anchor=(0, 1),
        ncols=columns,
        frameon=False,
        fontsize=7,
        handlelength=1.6,
        columnspacing=1.2,
        borderaxespad=0.2,
        borderpad=0.1,
    )
