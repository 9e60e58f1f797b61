"""Numbers that agents of a model keep from step to step, a clock for example, as frames hold them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from kadita.base.errors import KaditaError, NotApplicable, did_you_mean
from kadita.school.box import Floats
from kadita.school.read_only import read_only


class NotKept(NotApplicable, KeyError):
    """A number that agents do not keep, or that the trajectory does not hold; metrics that need it are left out."""

    def __str__(self) -> str:
        return str(self.args[0])  # a KeyError would put it in quotes


class Variables(Mapping[str, Floats]):
    """Numbers that agents keep, by the names in the model's `variables`: (T, N) in a block, (N,) in a frame.

    They are NaN where a number is not known, in the units of the model.

    Args:
        values: arrays by name.
        lost: where what agents kept was lost: ``"lost where positions are resampled"``; empty otherwise.

    Raises:
        NotKept: on access to a name that is not there; it is a `KeyError`, too.
    """

    __slots__ = ("_values", "lost")

    def __init__(self, values: Mapping[str, Floats] | None = None, lost: str = "") -> None:
        self._values = dict(values or {})
        self.lost = lost

    def __getitem__(self, name: str) -> Floats:
        if name in self._values:
            return self._values[name]
        if self._values:
            hint = did_you_mean(name, self._values) or f"; there are: {', '.join(self._values)}"
            reason = f", which agents do not keep{hint}"
        elif self.lost:
            reason = f", which is {self.lost}"
        else:
            reason = "; the trajectory has none (a run stores those that its configuration names as `variables`)"
        raise NotKept(f"needs the variable '{name}'{reason}")

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"<Variables {', '.join(self._values) or 'none'}>"

    def at(self, place: Any) -> Variables:
        """Return the numbers at a place of their arrays: of a frame, of some frames and agents."""
        return Variables({name: values[place] for name, values in self._values.items()}) if self._values else self


NONE = Variables()


def checked(variables: Mapping[str, ArrayLike] | None, shape: tuple[int, int]) -> Variables:
    """Return numbers of T frames of N agents as read-only float64; (N,) is one frame.

    Raises:
        KaditaError: another shape, infinity, or no numbers.
    """
    if not variables:
        return variables if isinstance(variables, Variables) else NONE
    arrays = {}
    for name, values in variables.items():
        array = np.asarray(values)
        if array.dtype.kind not in "biuf" or array.shape not in (shape, shape[1:] if shape[0] == 1 else shape):
            raise KaditaError(
                f"variables: expected {name} as numbers of shape {shape}; got {array.dtype} of shape {array.shape}"
            )
        array = np.asarray(array, np.float64).reshape(shape)
        if np.isinf(array).any():
            frame, agent = np.argwhere(np.isinf(array))[0]
            raise KaditaError(
                f"variables: expected finite numbers, NaN where one is not known; got {array[frame, agent]} for {name} "
                f"in frame {frame}, agent {agent}"
            )
        arrays[name] = read_only(array)
    return Variables(arrays)
