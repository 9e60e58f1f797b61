"""Reads pickles of arrays, numbers and words; whatever else a pickle asks for is refused, and nothing of it is called.

A pickle is a program for a machine with a stack. The ones that NumPy writes need a few instructions and five names:
`_reconstruct`, `scalar`, `ndarray`, `dtype` and `_codecs.encode`. Here is a machine with these instructions alone. It
imports nothing, and a name is a word to it: what the word stands for is done here, with arguments that were checked.
So there is no function to reach, whatever a file says, and no array larger than the bytes in the file.
"""

from __future__ import annotations

import io
import pickletools
import re
from math import prod
from typing import Any, NoReturn

import numpy as np

from kadita import KaditaError

INSTRUCTIONS = {instruction.code: instruction for instruction in pickletools.opcodes}
NAMES = {  # as the versions of NumPy and of Python write them
    "numpy.core.multiarray _reconstruct": "_reconstruct",
    "numpy._core.multiarray _reconstruct": "_reconstruct",
    "numpy.core.multiarray scalar": "scalar",
    "numpy._core.multiarray scalar": "scalar",
    "numpy ndarray": "ndarray",
    "numpy dtype": "dtype",
    "_codecs encode": "_codecs.encode",
}
PLAIN = re.compile(r"b1|[iu][1248]|f[248]|[SU][1-9]\d{0,5}|O[48]?")  # types of numbers and words, and of objects
BYTES = ("BINBYTES", "SHORT_BINBYTES", "BINBYTES8", "BINSTRING", "SHORT_BINSTRING")
WORDS = ("UNICODE", "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8")
NUMBERS = ("INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4", "FLOAT", "BINFLOAT")
CONSTANTS = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False}
TUPLES = {"EMPTY_TUPLE": 0, "TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}


class _Refused(Exception):
    """What a pickle asks for, and does not get."""


class _Mark:
    """Where a group of values begins on the stack."""


class _Name:
    """One of the five names."""

    def __init__(self, name: str) -> None:
        self.name = name


class _Type:
    """A dtype: its code, and the order of its bytes, which comes later."""

    def __init__(self, code: str) -> None:
        self.code = code
        self.order = "="

    @property
    def dtype(self) -> np.dtype[Any]:
        return np.dtype(self.order + self.code)


def unpickle(name: str, data: bytes) -> Any:
    """Return what a pickle holds: arrays, numbers, words, and lists, tuples and dicts of these; a set becomes a list.

    Args:
        name: of the file, for messages.
        data: the pickle, which may be followed by anything.

    Raises:
        KaditaError: it is no pickle, is cut, or asks for anything else.
    """
    try:
        return _run(io.BytesIO(data))
    except _Refused as refused:
        raise KaditaError(
            f"{name}: expected a pickle of arrays, numbers and words alone; it asks for {refused}, and is "
            "refused; nothing in it was run"
        ) from None
    except (ValueError, IndexError, KeyError, TypeError, OverflowError, MemoryError) as error:
        words = " ".join(str(error).split())[:100]
        raise KaditaError(f"{name}: expected a pickle; found it cut or damaged ({words})") from None


def _run(file: io.BytesIO) -> Any:
    stack: list[Any] = []
    memo: dict[int, Any] = {}
    while True:
        code = file.read(1)
        if not code:
            raise ValueError("it ends before its end")
        instruction = INSTRUCTIONS.get(code.decode("latin-1"))
        if instruction is None:
            raise ValueError(f"instruction {code!r}")
        what = instruction.name
        if what in ("GLOBAL", "INST", "STACK_GLOBAL"):
            if what == "STACK_GLOBAL":
                last, module = stack.pop(), stack.pop()
                asked = f"{module} {last}" if type(module) is type(last) is str else "no name"
            else:
                asked = " ".join(file.readline().decode("utf-8", "replace").rstrip("\n") for _ in range(2))
            if asked not in NAMES or what == "INST":
                raise _Refused(repr(asked.replace(" ", ".")[:80]))
            stack.append(_Name(NAMES[asked]))
            continue
        if what not in KNOWN:
            raise _Refused(f"the instruction {what}")
        argument = instruction.arg.reader(file) if instruction.arg else None
        if what == "STOP":
            return stack.pop()
        _do(what, argument, stack, memo)


def _do(what: str, argument: Any, stack: list[Any], memo: dict[int, Any]) -> None:
    """Carry out one instruction."""
    if what in BYTES:
        stack.append(argument if isinstance(argument, bytes) else argument.encode("latin-1"))
    elif what in WORDS or what in NUMBERS:
        stack.append(argument)
    elif what in CONSTANTS:
        stack.append(CONSTANTS[what])
    elif what in TUPLES:
        stack.append(tuple(_take(stack, TUPLES[what])))
    elif what in ("EMPTY_LIST", "EMPTY_SET"):
        stack.append([])
    elif what == "EMPTY_DICT":
        stack.append({})
    elif what == "MARK":
        stack.append(_Mark())
    elif what == "TUPLE":
        stack.append(tuple(_since_mark(stack)))
    elif what in ("LIST", "FROZENSET"):
        stack.append(_since_mark(stack))
    elif what == "DICT":
        stack.append(_filled({}, _since_mark(stack)))
    elif what in ("APPEND", "APPENDS", "ADDITEMS"):
        values = [stack.pop()] if what == "APPEND" else _since_mark(stack)
        if type(stack[-1]) is not list:
            raise ValueError("items for what is no list")
        stack[-1].extend(values)
    elif what in ("SETITEM", "SETITEMS"):
        pairs = _take(stack, 2) if what == "SETITEM" else _since_mark(stack)
        _filled(stack[-1], pairs)
    elif what in ("PUT", "BINPUT", "LONG_BINPUT", "MEMOIZE"):
        memo[len(memo) if what == "MEMOIZE" else argument] = stack[-1]
    elif what in ("GET", "BINGET", "LONG_BINGET"):
        stack.append(memo[argument])
    elif what == "REDUCE":
        function, arguments = _take(stack, 2)
        stack.append(_call(function, arguments))
    elif what == "BUILD":
        _set_state(stack[-2], stack.pop())
    elif what == "POP":
        stack.pop()
    elif what == "POP_MARK":
        _since_mark(stack)


KNOWN = {
    *("PROTO", "FRAME", "STOP", "MARK", "POP", "POP_MARK", "REDUCE", "BUILD"),
    *("PUT", "BINPUT", "LONG_BINPUT", "MEMOIZE", "GET", "BINGET", "LONG_BINGET"),
    *("EMPTY_LIST", "APPEND", "APPENDS", "LIST", "EMPTY_SET", "ADDITEMS", "FROZENSET"),
    *("EMPTY_DICT", "DICT", "SETITEM", "SETITEMS", "TUPLE", *TUPLES, *CONSTANTS, *BYTES, *WORDS, *NUMBERS),
}


def _take(stack: list[Any], count: int) -> list[Any]:
    if count > len(stack):
        raise IndexError("it takes more than it has")
    values = stack[len(stack) - count :]
    del stack[len(stack) - count :]
    return values


def _since_mark(stack: list[Any]) -> list[Any]:
    values = []
    while type(value := stack.pop()) is not _Mark:
        values.append(value)
    return values[::-1]


def _filled(target: Any, pairs: list[Any]) -> Any:
    """Put keys and values into a dict; keys are words, whose hashes nobody can choose."""
    if type(target) is not dict or len(pairs) % 2 or any(type(key) is not str for key in pairs[::2]):
        raise ValueError("a dict whose keys are no words")
    target.update(zip(pairs[::2], pairs[1::2], strict=True))
    return target


def _call(function: Any, arguments: Any) -> Any:
    """Do what one of the five names stands for, with the arguments that NumPy gives it."""
    name = function.name if type(function) is _Name else type(function).__name__
    given = arguments if type(arguments) is tuple else ()
    kinds = [type(a) for a in given]
    if name == "_codecs.encode" and kinds == [str, str] and given[1] in ("latin1", "latin-1"):
        return given[0].encode("latin-1")
    if name == "dtype" and kinds[:1] == [str] and PLAIN.fullmatch(given[0]):
        return _Type(given[0])
    if name == "_reconstruct" and kinds == [_Name, tuple, bytes] and given[0].name == "ndarray":
        return np.zeros(0)  # its state follows
    if name == "scalar" and kinds == [_Type, bytes] and given[0].code[0] != "O":
        (value,) = np.frombuffer(given[1], given[0].dtype)
        return value
    return _no_call(name, given)


def _no_call(name: str, given: tuple[Any, ...]) -> NoReturn:
    words = ", ".join(repr(a[:20]) if type(a) is str else type(a).__name__.strip("_") for a in given[:4])
    raise _Refused(f"{name}({words})")


def _set_state(target: Any, state: Any) -> None:
    """Give a dtype the order of its bytes, or an array its numbers."""
    kinds = [type(s) for s in state] if type(state) is tuple else []
    if type(target) is _Type and kinds[:2] == [int, str] and state[1] in ("<", ">", "|", "="):
        if any(part is not None for part in state[2:5]):
            raise _Refused("a dtype with fields")
        target.order = state[1].replace("|", "=")
        return
    if type(target) is not np.ndarray or kinds[:3] != [int, tuple, _Type] or len(state) != 5:
        raise _Refused(f"the state of a {type(target).__name__.strip('_')}")
    _, shape, type_, fortran, data = state
    if len(shape) > 32 or any(type(n) is not int or n < 0 for n in shape):
        raise ValueError("an array of no shape")
    dtype = type_.dtype
    items = len(data) if type(data) is list else len(data) / dtype.itemsize if type(data) is bytes else -1
    if items != prod(shape) or (type(data) is list) != (dtype.kind == "O"):
        raise ValueError("an array of another size than it says")
    target.__setstate__((1, shape, dtype, bool(fortran), data))  # type: ignore[arg-type]  # NumPy wants an int
