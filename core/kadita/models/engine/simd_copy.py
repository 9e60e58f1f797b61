"""Copying short runs of whole numbers with one instruction or a few: the checks of a loop took four times as long."""

from __future__ import annotations

from typing import Any

from llvmlite import ir  # type: ignore[import-untyped]
from numba.core import cgutils, types
from numba.extending import intrinsic, overload

LANES = 16  # whole numbers of 32 bits in the widest vector unit; arrays are longer by so many than what is in them


def copy_run(to: Any, row: Any, column: Any, of: Any, start: Any) -> None:
    """Copy ``of[row, start : start + LANES]`` to ``to[row, column : column + LANES]``; both (rows, columns), int32."""
    to[row, column : column + LANES] = of[row, start : start + LANES]


@overload(copy_run, inline="always")
def _copy_run(to, row, column, of, start):  # type: ignore[no-untyped-def]
    return lambda to, row, column, of, start: _move_vector(to, row, column, of, start)  # type: ignore[call-arg]


@intrinsic
def _move_vector(context, to, row, column, of, start):  # type: ignore[no-untyped-def]
    def generate(context, builder, signature, values):  # type: ignore[no-untyped-def]
        target, row, column, source, start = values
        vector = ir.VectorType(ir.IntType(32), LANES).as_pointer()
        pointers = []
        for kind, array, indices in (
            (signature.args[0], target, (row, column)),
            (signature.args[3], source, (row, start)),
        ):
            numbers = context.make_array(kind)(context, builder, array)
            place = cgutils.get_item_pointer(context, builder, kind, numbers, indices)  # type: ignore[no-untyped-call]
            pointers.append(builder.bitcast(place, vector))
        builder.store(builder.load(pointers[1], align=4), pointers[0], align=4)
        return context.get_dummy_value()

    return types.void(to, types.intp, types.intp, of, types.intp), generate
