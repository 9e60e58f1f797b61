"""Copying short runs of whole numbers with one instruction or a few, which a loop's checks would make five times slower."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic, overload

RUN = 16  # numbers copied at a time; arrays are longer by so many


def copy_run(to: Any, row: Any, column: Any, of: Any, start: Any) -> None:
    """Copy ``of[row, start : start + RUN]`` to ``to[row, column : column + RUN]``; both (rows, columns), int32."""
    to[row, column : column + RUN] = of[row, start : start + RUN]


@overload(copy_run, inline="always")
def _copy_run(to, row, column, of, start):  # type: ignore[no-untyped-def]
    return lambda to, row, column, of, start: _move_vector(to, row, column, of, start)


@intrinsic
def _move_vector(context, to, row, column, of, start):  # type: ignore[no-untyped-def]
    def generate(context, builder, signature, values):  # type: ignore[no-untyped-def]
        target, row, column, source, start = values
        vector = ir.VectorType(ir.IntType(32), RUN).as_pointer()
        pointers = []
        for kind, array, indices in ((signature.args[0], target, (row, column)), (signature.args[3], source, (row, start))):
            numbers = context.make_array(kind)(context, builder, array)
            place = cgutils.get_item_pointer(context, builder, kind, numbers, indices)
            pointers.append(builder.bitcast(place, vector))
        builder.store(builder.load(pointers[1], align=4), pointers[0], align=4)
        return context.get_dummy_value()

    return types.void(to, types.intp, types.intp, of, types.intp), generate
