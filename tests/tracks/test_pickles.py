"""A pickle can run anything when it is read; the ones of idtracker.ai are read so that none of it happens."""

import functools
import os
import pickle
import struct
import subprocess
import tracemalloc

import numpy as np
import pytest

from kadita import KaditaError
from kadita_tracks.files.unpickle import unpickle

HEADER = b"\x93NUMPY\x01\x00v\x00" + b"{'descr': '|O', 'fortran_order': False, 'shape': (), }".ljust(117) + b"\n"


class Calls:
    """Something whose pickle is a call, and a state that is set afterwards."""

    def __init__(self, *parts):
        self.parts = parts

    def __reduce__(self):
        return self.parts


def text(word):
    return b"X" + struct.pack("<I", len(word)) + word.encode()


def stack_global(module, name):
    return text(module) + text(name) + b"\x93"


def armed(path):
    """Pickles that make a file at `path` where Python's own pickle reads them."""
    command, code = f"touch {path}", f"open({str(path)!r}, 'w').close()"
    good = pickle.dumps({"trajectories": np.zeros((2, 2, 2)), "frames_per_second": 28})
    runstring = np.testing._private.utils.runstring
    in_array = np.empty(2, dtype=object)
    in_array[:] = [1.0, Calls(os.system, (command,))]
    trajectories = {"trajectories": np.zeros((2, 2, 2)), "frames_per_second": 28}
    array = stack_global("numpy", "zeros") + b"K\x02\x85R"
    return {
        "os.system": pickle.dumps(Calls(os.system, (command,))),
        "eval": pickle.dumps(Calls(eval, (code,))),
        "exec": pickle.dumps(Calls(exec, (code,))),
        "a process": pickle.dumps(Calls(subprocess.check_output, (["touch", str(path)],))),
        "runstring of numpy": pickle.dumps(Calls(runstring, (code, {}))),
        "a file of numpy": pickle.dumps(Calls(np.savetxt, (str(path), [1.0]))),
        "a map of numpy": pickle.dumps(Calls(np.lib.format.open_memmap, (str(path), "w+", "f8", (1,)))),
        "in an object array": pickle.dumps(trajectories | {"setup_points": in_array}),
        "in a list in the dict": pickle.dumps(trajectories | {"areas": {"mean": [Calls(os.system, (command,))]}}),
        "as a label": pickle.dumps(trajectories | {"identities_labels": [Calls(eval, (code,)), "b"]}),
        "as the frame rate": pickle.dumps(trajectories | {"frames_per_second": Calls(exec, (code,))}),
        "a chain of getattr": (
            b"\x80\x04" + stack_global("builtins", "getattr") + stack_global("importlib", "import_module")
            + text("os") + b"\x85R" + text("system") + b"\x86R" + text(command) + b"\x85R."
        ),
        "copyreg": (
            b"\x80\x04" + stack_global("copyreg", "__newobj__") + stack_global("functools", "partial")
            + stack_global("posix", "system") + text(command) + b"\x87R)R."
        ),
        "a state that is a call": pickle.dumps(
            Calls(functools.partial, (print,), (os.system, (command,), {}, None))
        )[:-1] + b")R.",
        "INST": b"(" + text(command) + b"iposix\nsystem\n.",
        "OBJ": b"(cposix\nsystem\n" + text(command) + b"o.",
        "GLOBAL": b"cposix\nsystem\n" + text(command) + b"\x85R.",
        "GLOBAL of old Python": b"\x80\x02c__builtin__\neval\n" + text(code) + b"\x85R.",
        "STACK_GLOBAL with dots": b"\x80\x04" + stack_global("shutil", "os.system") + text(command) + b"\x85R.",
        "thrown away, before a good one": b"cposix\nsystem\n" + text(command) + b"\x85R0" + good,
        "kept, after a good one": good[:-1] + b"0cposix\nsystem\n" + text(command) + b"\x85R.",
        "a method of an array": (
            b"\x80\x04" + stack_global("operator", "methodcaller") + text("tofile") + text(str(path)) + b"\x86R"
            + array + b"\x85R."
        ),
    }  # fmt: skip


@pytest.mark.parametrize("kind", sorted(armed("/nowhere")))
def test_nothing_is_run(kind, refused, tmp_path):
    ran = tmp_path / "ran"
    evil = armed(ran)[kind]
    pickle.loads(evil)
    assert ran.exists(), "this pickle is no danger to begin with"
    ran.unlink()
    (tmp_path / "evil.npy").write_bytes(HEADER + evil)
    for words in ((), ("--from", "idtrackerai")):
        line = refused(tmp_path / "evil.npy", *words)
        assert "and is refused; none of its code was executed" in line
        assert "it requires" in line
    assert not ran.exists()


def test_what_it_asked_for_is_named(refused, tmp_path):
    for kind, name in (("GLOBAL", "'posix.system'"), ("eval", "'builtins.eval'"), ("INST", "'posix.system'")):
        (tmp_path / "evil.npy").write_bytes(HEADER + armed(tmp_path / "ran")[kind])
        assert f"it requires {name}" in refused(tmp_path / "evil.npy")


MULTIARRAY = b"cnumpy.core.multiarray\n"
NDARRAY, DTYPE = b"cnumpy\nndarray\n", b"cnumpy\ndtype\n"
F8 = DTYPE + text("f8") + b"K\x00K\x01\x87R"
EMPTY = MULTIARRAY + b"_reconstruct\n" + NDARRAY + b"K\x00\x85C\x01b\x87R"
HUGE = b"\x8a\x06" + (10**12).to_bytes(6, "little")
NESTED = b"".join(b"q" + bytes([i]) + b"h" + bytes([i]) + b"\x86" for i in range(40))
TRICKS = {
    "another array class": MULTIARRAY + b"_reconstruct\ncnumpy\nmemmap\nK\x00\x85C\x01b\x87R.",
    "a huge array at once": MULTIARRAY + b"_reconstruct\n" + NDARRAY + HUGE + b"\x85C\x01d\x87R.",
    "an array without its numbers": EMPTY + b"(K\x01" + HUGE + b"\x85" + F8 + b"\x89C\x00tb.",
    "an array with a few of its numbers": EMPTY + b"(K\x01" + HUGE + b"\x85" + F8 + b"\x89C\x0812345678tb.",
    "an array of a negative size": EMPTY + b"(K\x01J\xff\xff\xff\xff\x85" + F8 + b"\x89C\x00tb.",
    "objects out of bytes": EMPTY
    + b"(K\x01K\x01\x85"
    + F8.replace(b"\x02\x00\x00\x00f8", b"\x02\x00\x00\x00O8")
    + b"\x89C\x0812345678tb.",
    "numbers out of objects": EMPTY + b"(K\x01K\x01\x85" + F8 + b"\x89]K\x01atb.",
    "a scalar that is an object": MULTIARRAY + b"scalar\n" + F8.replace(b"f8", b"O8") + b"C\x0812345678\x86R.",
    "a scalar of too few bytes": MULTIARRAY + b"scalar\n" + F8 + b"C\x011\x86R.",
    "a dtype with fields": DTYPE + b"]" + text("a") + text("f8") + b"\x86a\x85R.",
    "a dtype from a dict": DTYPE + b"}\x85R.",
    "a dtype of a class": DTYPE + NDARRAY + b"\x85R.",
    "a void dtype": DTYPE + text("V8") + b"\x85R.",
    "a huge word": DTYPE + text("S2147483647") + b"\x85R.",
    "words of no length": MULTIARRAY + b"scalar\n" + DTYPE + text("U0") + b"\x85RC\x00\x86R.",
    "fields given later": F8 + b"(K\x03" + text("<") + text("a") + b"NNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb.",
    "an array that is called": EMPTY + b")R.",
    "ndarray that is called": NDARRAY + HUGE + b"\x85R.",
    "another codec": b"c_codecs\nencode\n" + text("x") + text("rot13") + b"\x86R.",
    "a codec that is imported": b"c_codecs\nencode\n" + text("x") + text("os") + b"\x86R.",
    "another function of codecs": b"c_codecs\nlookup\n" + text("x") + b"\x85R.",
    "an attribute of a function": MULTIARRAY + b"_reconstruct\n}" + text("__defaults__") + b"K\x01\x85sb.",
    "an attribute of the array class": NDARRAY + b"}" + text("__setstate__") + b"K\x01sb.",
    "a persistent object": b"Pabc\n.",
    "an extension": b"\x82\x01.",
    "a new object": b"\x80\x02" + NDARRAY + b"K\x00\x85\x85\x81.",
    "a name that is no word": b"\x80\x04K\x01K\x02\x93.",
    "a memo of gigabytes": b"N" + b"r\xff\xff\xff\x7f.",
    "bytes of exabytes": b"\x80\x04\x8e" + struct.pack("<Q", 2**62) + b"x.",
    "words of gigabytes": b"X\xff\xff\xff\x7fx.",
    "a frame of exabytes": b"\x80\x04\x95" + struct.pack("<Q", 2**62) + b"N.",
    "keys that take forever to hash": b"}N" + NESTED + b"K\x01s.",
    "deep lists": b"]" * 100_000 + b"a" * 99_999 + b".",
    "deep tuples": b"N" + b"\x85" * 100_000 + b".",
    "an unknown instruction": b"\xff.",
    "an empty stack": b"R.",
    "a mark without an end": b"(((.",
    "a memo that is not there": b"h\x05.",
    "no end": b"N",
    "nothing": b"",
    "a word that is no pickle": b"hello, world",
    "another header": b"K\x01.",
    "a number of a million digits": b"L" + b"9" * 1_000_000 + b"L\n.",
}


@pytest.mark.parametrize("kind", TRICKS)
def test_tricks_are_refused_and_cost_nothing(kind, refused, tmp_path):
    path = tmp_path / "trick.npy"
    path.write_bytes(HEADER + TRICKS[kind])
    tracemalloc.start()
    try:
        line = refused(path, "--from", "idtrackerai")
        assert tracemalloc.get_traced_memory()[1] < 60e6
    finally:
        tracemalloc.stop()
    assert "trick.npy: expected" in line
    assert len(line) < 500


@pytest.mark.parametrize("protocol", [2, 3, 4])
def test_arrays_and_numbers_come_out_as_they_went_in(protocol, rng):
    groups = np.empty(2, dtype=object)
    groups[:] = [[1, 2], "three"]
    told = {
        "trajectories": rng.normal(size=(5, 3, 2)),
        "columns first": np.asfortranarray(rng.normal(size=(4, 3))),
        "big-endian": np.arange(4, dtype=">f8"),
        "ids": np.arange(3, dtype=np.int16),
        "names": np.array(["ab", "c"]),
        "flags": np.array([True, False]),
        "rate": 28,
        "length": np.float64(58.0),
        "count": np.int32(-7),
        "large": 2**80,
        "points": {"a": [1, 2.5, None], "b": (True, "ü", b"raw")},
        "groups": groups,
    }
    read = unpickle("told", pickle.dumps(told, protocol=protocol))
    assert list(read) == list(told)
    for key, value in told.items():
        if isinstance(value, (np.ndarray, np.generic)):
            np.testing.assert_array_equal(read[key], value)
            assert np.asarray(read[key]).dtype == np.asarray(value).dtype.newbyteorder("=")
        else:
            assert read[key] == value


def test_a_pickle_cut_anywhere_is_no_pickle():
    whole = pickle.dumps({"trajectories": np.zeros((2, 2, 2)), "frames_per_second": np.float64(28)}, protocol=3)
    for length in range(len(whole)):
        with pytest.raises(KaditaError, match="expected a pickle"):
            unpickle("cut", whole[:length])


def test_damaged_pickles_are_refused_or_read(rng):
    whole = pickle.dumps({"trajectories": np.zeros((2, 2, 2)), "labels": ["a", "b"]}, protocol=3)
    refusals = []
    for _ in range(3000):
        damaged = bytearray(whole)
        for at in rng.integers(len(whole), size=rng.integers(1, 4)):
            damaged[at] = rng.integers(256)
        try:
            unpickle("damaged", bytes(damaged))
        except KaditaError as error:
            refusals.append(str(error))
    assert len(refusals) > 1000
    assert not any("\n" in line for line in refusals)
