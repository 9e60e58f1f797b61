"""Read pickles of arrays, numbers and strings; everything else is refused, and no code of a pickle is executed.

A pickle is a program for a stack machine. Those that NumPy writes need a few instructions and five names:
`_reconstruct`, `scalar`, `ndarray`, `dtype` and `_codecs.encode`. This module is a stack machine with only these
instructions. It imports nothing: each of the five names is implemented here, with arguments that are checked. So a file
can call no other function, and create no array larger than its own data.
"""

from __future__ import annotations

import io
import pickletools
import re
from math import prod
from typing import Any

import numpy as np

from kadita import KaditaError

INSTRUCTIONS = {instruction.code: instruction for instruction in pickletools.opcodes}
NAMES = {  # as different versions of NumPy and Python write them
    "numpy.core.multiarray _reconstruct": "_reconstruct",
    "numpy._core.multiarray _reconstruct": "_reconstruct",
    "numpy.core.multiarray scalar": "scalar",
    "numpy._core.multiarray scalar": "scalar",
    "numpy ndarray": "ndarray",
    "numpy dtype": "dtype",
    "_codecs encode": "_codecs.encode",
}
DTYPE = re.compile(r"b1|[iu][1248]|f[248]|[SU][1-9]\d{0,5}|O[48]?")  # dtypes of numbers, strings and objects
BYTES = ("BINBYTES", "SHORT_BINBYTES", "BINBYTES8", "BINSTRING", "SHORT_BINSTRING")
STRINGS = ("UNICODE", "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8")
NUMBERS = ("INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4", "FLOAT", "BINFLOAT")
CONSTANTS = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False}
TUPLES = {"EMPTY_TUPLE": 0, "TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}


class _Refused(Exception):
    """A pickle requires something that is not allowed."""


class _Mark:
    """Marks the start of a sequence of values on the stack."""


NEW: dict[str, type] = {"EMPTY_LIST": list, "EMPTY_SET": list, "EMPTY_DICT": dict, "MARK": _Mark}


class _Name(str):
    """One of the five allowed names; a string of a pickle is never of this type."""


class _Type:
    """A dtype: its code, and its byte order, which a later instruction sets."""

    def __init__(self, code: str) -> None:
        self.code = code
        self.order = "="

    @property
    def dtype(self) -> np.dtype[Any]:
        return np.dtype(self.order + self.code)


def unpickle(name: str, data: bytes) -> Any:
    """Return the content of a pickle: arrays, numbers, strings, and lists, tuples and dicts of them; sets become lists.

    Args:
        name: name of the file, for messages.
        data: the pickle; bytes after its end are ignored.

    Raises:
        KaditaError: the data are not a pickle, are truncated, or require anything else.
    """
    try:
        return _run(io.BytesIO(data))
    except _Refused as refused:
        raise KaditaError(
            f"{name}: expected a pickle of arrays, numbers and strings; it requires {refused} and is refused; "
            "none of its code was executed"
        ) from None
    except (ValueError, IndexError, KeyError, TypeError, OverflowError, MemoryError) as error:
        reason = " ".join(str(error).split())[:100]
        raise KaditaError(f"{name}: expected a pickle; it is truncated or damaged ({reason})") from None


def _run(file: io.BytesIO) -> Any:
    stack: list[Any] = []
    memo: dict[int, Any] = {}
    while True:
        code = file.read(1)
        if not code:
            raise ValueError("no STOP instruction")
        instruction = INSTRUCTIONS.get(code.decode("latin-1"))
        if instruction is None:
            raise ValueError(f"unknown instruction {code!r}")
        opcode = instruction.name
        if opcode in ("GLOBAL", "INST", "STACK_GLOBAL"):
            if opcode == "STACK_GLOBAL":
                attribute, module = stack.pop(), stack.pop()
                name = f"{module} {attribute}" if type(module) is type(attribute) is str else "no name"
            else:
                name = " ".join(file.readline().decode("utf-8", "replace").rstrip("\n") for _ in range(2))
            if name not in NAMES or opcode == "INST":
                raise _Refused(repr(name.replace(" ", ".")[:80]))
            stack.append(_Name(NAMES[name]))
            continue
        if opcode == "STOP":
            return stack.pop()
        argument = instruction.arg.reader(file) if instruction.arg else None
        _execute(opcode, argument, stack, memo)


def _execute(opcode: str, argument: Any, stack: list[Any], memo: dict[int, Any]) -> None:
    """Execute one instruction, or refuse it."""
    if opcode in BYTES:
        stack.append(argument if isinstance(argument, bytes) else argument.encode("latin-1"))
    elif opcode in STRINGS or opcode in NUMBERS:
        stack.append(argument)
    elif opcode in CONSTANTS:
        stack.append(CONSTANTS[opcode])
    elif opcode in TUPLES:
        stack.append(tuple(_take(stack, TUPLES[opcode])))
    elif opcode in NEW:
        stack.append(NEW[opcode]())
    elif opcode == "TUPLE":
        stack.append(tuple(_since_mark(stack)))
    elif opcode in ("LIST", "FROZENSET"):
        stack.append(_since_mark(stack))
    elif opcode == "DICT":
        stack.append(_updated({}, _since_mark(stack)))
    elif opcode in ("APPEND", "APPENDS", "ADDITEMS"):
        values = [stack.pop()] if opcode == "APPEND" else _since_mark(stack)
        if type(stack[-1]) is not list:
            raise ValueError("items appended to something other than a list")
        stack[-1].extend(values)
    elif opcode in ("SETITEM", "SETITEMS"):
        pairs = _take(stack, 2) if opcode == "SETITEM" else _since_mark(stack)
        _updated(stack[-1], pairs)
    elif opcode in ("PUT", "BINPUT", "LONG_BINPUT", "MEMOIZE"):
        memo[len(memo) if opcode == "MEMOIZE" else argument] = stack[-1]
    elif opcode in ("GET", "BINGET", "LONG_BINGET"):
        stack.append(memo[argument])
    elif opcode == "REDUCE":
        function, arguments = _take(stack, 2)
        stack.append(_call(function, arguments))
    elif opcode == "BUILD":
        _set_state(stack[-2], stack.pop())
    elif opcode == "POP":
        stack.pop()
    elif opcode == "POP_MARK":
        _since_mark(stack)
    elif opcode not in ("PROTO", "FRAME"):
        raise _Refused(f"the instruction {opcode}")


def _take(stack: list[Any], count: int) -> list[Any]:
    if count > len(stack):
        raise IndexError("stack underflow")
    values = stack[len(stack) - count :]
    del stack[len(stack) - count :]
    return values


def _since_mark(stack: list[Any]) -> list[Any]:
    values = []
    while type(value := stack.pop()) is not _Mark:
        values.append(value)
    return values[::-1]


def _updated(target: Any, pairs: list[Any]) -> Any:
    """Put keys and values into a dict; keys are strings, whose hashes a file cannot choose."""
    if type(target) is not dict or len(pairs) % 2 or any(type(key) is not str for key in pairs[::2]):
        raise ValueError("a dict with keys other than strings")
    target.update(zip(pairs[::2], pairs[1::2], strict=True))
    return target


def _call(function: Any, arguments: Any) -> Any:
    """Carry out the call of one of the five names, if the arguments are those that NumPy writes."""
    name = function if type(function) is _Name else type(function).__name__
    args = arguments if type(arguments) is tuple else ()
    types = [type(a) for a in args]
    if name == "_codecs.encode" and types == [str, str] and args[1] in ("latin1", "latin-1"):
        return args[0].encode("latin-1")
    if name == "dtype" and types[:1] == [str] and DTYPE.fullmatch(args[0]):
        return _Type(args[0])
    if name == "_reconstruct" and types == [_Name, tuple, bytes] and args[0] == "ndarray":
        return np.zeros(0)  # its state follows
    if name == "scalar" and types == [_Type, bytes] and args[0].code[0] != "O":
        (value,) = np.frombuffer(args[1], args[0].dtype)
        return value
    shown = ", ".join(repr(a[:20]) if type(a) is str else type(a).__name__.strip("_") for a in args[:4])
    raise _Refused(f"{name}({shown})")


def _set_state(target: Any, state: Any) -> None:
    """Set the byte order of a dtype, or the data of an array."""
    types = [type(s) for s in state] if type(state) is tuple else []
    if type(target) is _Type and types[:2] == [int, str] and state[1] in ("<", ">", "|", "="):
        if any(part is not None for part in state[2:5]):
            raise _Refused("a dtype with fields")
        target.order = state[1].replace("|", "=")
        return
    if type(target) is not np.ndarray or types[:3] != [int, tuple, _Type] or len(state) != 5:
        raise _Refused(f"the state of a {type(target).__name__.strip('_')}")
    _, shape, type_, fortran, data = state
    if len(shape) > 32 or any(type(n) is not int or n < 0 for n in shape):
        raise ValueError("an invalid shape of an array")
    dtype = type_.dtype
    items = len(data) if type(data) is list else len(data) / dtype.itemsize if type(data) is bytes else -1
    if items != prod(shape) or (type(data) is list) != (dtype.kind == "O"):
        raise ValueError("an array whose data do not match its shape")
    target.__setstate__((1, shape, dtype, bool(fortran), data))  # type: ignore[arg-type]  # NumPy requires an int
