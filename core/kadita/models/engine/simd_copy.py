"""Copy of LANES int32 values with one or a few vector instructions, four times as fast as a loop."""

from __future__ import annotations

from typing import Any

from llvmlite import ir  # type: ignore[import-untyped]
from numba.core import cgutils, types
from numba.extending import intrinsic, overload

LANES = 16  # int32 values in the widest vector unit; arrays have LANES spare columns


def copy_lanes(to: Any, row: Any, column: Any, of: Any, start: Any) -> None:
    """Copy ``of[row, start : start + LANES]`` to ``to[row, column : column + LANES]``; both (rows, columns), int32."""
    to[row, column : column + LANES] = of[row, start : start + LANES]


@overload(copy_lanes, inline="always")
def _copy_lanes(to, row, column, of, start):  # type: ignore[no-untyped-def]
    return lambda to, row, column, of, start: _copy_vector(to, row, column, of, start)  # type: ignore[call-arg]


@intrinsic
def _copy_vector(context, to, row, column, of, start):  # type: ignore[no-untyped-def]
    def generate(context, builder, signature, values):  # type: ignore[no-untyped-def]
        target, row, column, source, start = values
        vector = ir.VectorType(ir.IntType(32), LANES).as_pointer()
        pointers = []
        for array_type, array, indices in (
            (signature.args[0], target, (row, column)),
            (signature.args[3], source, (row, start)),
        ):
            array_struct = context.make_array(array_type)(context, builder, array)
            pointer = cgutils.get_item_pointer(context, builder, array_type, array_struct, indices)  # type: ignore[no-untyped-call]
            pointers.append(builder.bitcast(pointer, vector))
        builder.store(builder.load(pointers[1], align=4), pointers[0], align=4)
        return context.get_dummy_value()

    return types.void(to, types.intp, types.intp, of, types.intp), generate


copy_lanes.__dict__["compiled"] = _copy_vector  # for the hash of kernels that call it
