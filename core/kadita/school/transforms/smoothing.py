"""The polynomials whose derivatives are velocities, by Savitzky and Golay: window, order and weights."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.polynomial import legendre

from kadita.base.errors import KaditaError
from kadita.school.box import Floats

USUAL_ORDER = 2
WIDEST = 10_001  # frames of a window
HIGHEST = 20  # order of a polynomial


@dataclass(frozen=True)
class Smoothing:
    """Polynomials of an order, each fitted to the positions in a window of frames by least squares."""

    window: int
    order: int = USUAL_ORDER

    @classmethod
    def of(cls, given: Any) -> Self:
        """Return the smoothing that is written as ``9`` or ``"9,3"``, or given as ``(9, 3)``: window and order.

        Raises:
            KaditaError: the window is no odd number above the order, or the order is below 1.
        """
        if isinstance(given, cls):
            return given
        words = str(given).split(",") if isinstance(given, str | int | float) else [str(word) for word in given]
        expected = f"--smooth: expected FRAMES or FRAMES,ORDER, such as 9 or 9,3; got '{given}'"
        try:
            numbers = [int(word) for word in words]
        except ValueError:
            raise KaditaError(expected) from None
        if len(numbers) not in (1, 2):
            raise KaditaError(expected)
        smoothing = cls(*numbers)
        window, order = smoothing.window, smoothing.order
        if not (1 <= order <= HIGHEST and order < window <= WIDEST and window % 2):
            raise KaditaError(
                f"--smooth: expected an odd number of frames above the order, and an order of 1 to {HIGHEST}; got "
                f"{window} frames, order {order}"
            )
        return smoothing

    @classmethod
    def stated(cls, attributes: Mapping[str, Any]) -> Self | None:
        """Return the smoothing that a file states of its velocities; None if it states none."""
        found = re.fullmatch(r"Savitzky-Golay, (\d+) frames, order (\d+)", str(attributes.get("smoothing")))
        return None if found is None else cls.of((found[1], found[2]))

    def __str__(self) -> str:
        return f"Savitzky-Golay, {self.window} frames, order {self.order}"

    def weights(self) -> Floats:
        """Return what the positions in a window contribute to the derivative in each of its frames, (frame, position).

        Times are in frames. The derivative in the middle frame is the usual one; the others are those of the first and
        the last polynomial of a stretch.
        """
        half = self.window // 2
        u = np.arange(-half, half + 1) / half  # Legendre polynomials lose no digits, unlike powers of frame numbers
        slopes = legendre.legvander(u, self.order - 1) @ legendre.legder(np.eye(self.order + 1)) / half
        weights: Floats = slopes @ np.linalg.pinv(legendre.legvander(u, self.order))
        return weights
