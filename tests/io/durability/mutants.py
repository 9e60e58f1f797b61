"""Mutate the header of a file again and again, and let kadita have each mutant, in forked processes with little memory.

    python mutants.py FILE HEADER_BYTES SEED COUNT OPERATION...

Prints a line of JSON for the file as it is, and one for each mutant: what each operation came to, the processor and
wall time that it took, and the most memory that was added. A mutant that ends its process is named, and the next ones
get another. FILE stays as it is; mutants lie in a folder of their own.
"""

from __future__ import annotations

import contextlib
import gc
import hashlib
import io
import json
import os
import random
import resource
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import typer

import kadita
import kadita.cli.commands

MEMORY = 200 << 20  # bytes that a mutant may cost
SECONDS = 30  # after which a mutant that hangs is ended
HUGE = (0, 1, 2**16, 2**31 - 1, 2**31, 2**32 - 5, 2**32 - 1, 10**12, 2**40, 2**62, 2**63 - 1, 2**64 - 1)
# which typer would make anew for every command
kadita.cli.commands.app = typer.main.get_command(kadita.cli.commands.app)
TAGS = [number.to_bytes(4, "big") for number in (0, 1, 2, 5, 6, 7, 10, 11, 12)]


def mutated(content: bytes, length: int, chance: random.Random) -> bytes:
    """Return the file with 1 to 4 faults in its first bytes."""
    mutant = bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 4))):
        length = max(8, min(length, len(mutant)))
        at = chance.randrange(length)
        word = at - at % 4
        match chance.choice(("bit", "byte", "huge", "huge 8", "tag", "swap", "cut", "splice", "repeat", "drop")):
            case "bit":
                mutant[at] ^= 1 << chance.randrange(8)
            case "byte":
                mutant[at] = chance.randrange(256)
            case "huge":
                mutant[word : word + 4] = (chance.choice(HUGE) % 2**32).to_bytes(4, "big")
            case "huge 8":
                mutant[word : word + 8] = chance.choice(HUGE).to_bytes(8, "big")
            case "tag":
                tags = [i for i in range(0, length - 4, 4) if mutant[i : i + 4] in TAGS]
                place = chance.choice(tags or [0])
                mutant[place : place + 4] = chance.choice(TAGS)
            case "swap":
                other = chance.randrange(0, length - 7) // 4 * 4
                mutant[word : word + 4], mutant[other : other + 4] = mutant[other : other + 4], mutant[word : word + 4]
            case "cut" if chance.random() < 0.3:
                del mutant[at:]
                mutant += bytes(max(0, 8 - len(mutant)))
            case "splice":
                other, many = chance.randrange(length), chance.choice((4, 16, 64))
                mutant[at : at + many] = mutant[other : other + many]
            case "repeat":
                mutant[word:word] = mutant[word : word + chance.choice((4, 8, 40))]
            case "drop":
                del mutant[word : word + chance.choice((4, 8, 40))]
    return bytes(mutant)


def first_block(path: Path) -> str:
    """Open and read; return digests of the numbers and of what else the file says."""
    with kadita.open(path) as opened:
        chunk = opened.read(np.arange(min(64, opened.n_frames)))
        facts = [opened.n_frames, opened.agents.tolist(), opened.attributes, opened.complete]
        facts += [None if opened.species is None else opened.species.tolist(), getattr(opened, "configuration", None)]
    digest = hashlib.sha256()
    for values in (*chunk[:5], *chunk.variables.values()):
        digest.update(b"-" if values is None else np.ascontiguousarray(values).tobytes())
    return f"opens {digest.hexdigest()[:16]} {hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]}"


def command(*words: object) -> str:
    """Run `kadita ...`; return its exit status and what it says, which is one line where the status is not 0."""
    out, error = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(error):
        status = kadita.cli.main([str(word) for word in words])
    said = error.getvalue()
    lines = said.count("\n")
    if status and words[0] != "validate" and lines != 1:
        return f"{lines} lines: {said}"
    return f"{status} {said.strip()}"


def in_one_line(do: Callable[[], str]) -> str:
    try:
        return do()
    except kadita.KaditaError as error:
        return f"refused: {error}" if "\n" not in str(error) else f"several lines: {error}"
    except BaseException as error:
        return f"{type(error).__name__}: {error}"


def tried(path: Path, operations: list[str]) -> dict[str, Any]:
    """Let kadita have the file; return what came of it."""
    known = {
        "read": lambda: first_block(path),
        "info": lambda: command("info", path),
        "validate": lambda: command("validate", path),
        "recover": lambda: command("recover", path, "-o", path.with_name("saved.nc"), "--force"),
        "saved": lambda: first_block(path.with_name("saved.nc")),
    }
    came: dict[str, Any] = {}
    for name in operations:
        if name == "saved" and came["recover"]["said"][0] != "0":
            continue
        signal.alarm(SECONDS)
        cpu, wall = time.process_time(), time.perf_counter()
        said = in_one_line(known[name])
        came[name] = {"said": said, "cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall}
        signal.alarm(0)
    return came


def size_in_memory(what: str) -> int:
    """Bytes of this process: VmSize, all that is mapped; VmHWM, the most that was in memory."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) << 10 for line in lines if line.startswith(f"{what}:"))


def batch(base: Path, length: int, seed: str, numbers: range, operations: list[str], pipe: int) -> None:
    """Try mutants of these numbers, and say what came of each."""
    folder, content = Path(tempfile.mkdtemp(dir=base.parent)), base.read_bytes()
    path = folder / f"mutant{base.suffix}"
    path.write_bytes(content)
    tried(path, operations)  # all that is loaded once
    gc.freeze()  # a command that fails collects its own garbage alone
    limit = size_in_memory("VmSize") + MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    for number in numbers:
        os.write(pipe, f"{number}\n".encode())
        path.write_bytes(mutated(content, length, random.Random(f"{seed} {number}")))
        before = size_in_memory("VmHWM")
        came = tried(path, operations)
        came = {"mutant": f"{seed}-{number}", "added": size_in_memory("VmHWM") - before, "came": came}
        os.write(pipe, (json.dumps(came) + "\n").encode())


def try_all(base: Path, length: int, seed: str, count: int, operations: list[str]) -> None:
    print(json.dumps({"sound": tried(base, [o for o in operations if o not in ("recover", "saved")])}))
    done = 0
    while done < count:
        end, begin = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(end)
            try:
                batch(base, length, seed, range(done, count), operations, begin)
            finally:
                os._exit(0)
        os.close(begin)
        begun = done - 1
        with open(end) as lines:
            for line in lines:
                if line.strip().isdigit():
                    begun = int(line)
                else:
                    print(line, end="")
                    done = begun + 1
        _, status = os.waitpid(pid, 0)
        if done < count:  # it died
            print(json.dumps({"mutant": f"{seed}-{max(begun, done)}", "died": status}))
            done = max(begun, done) + 1


if __name__ == "__main__":
    file, header, seed, count, *operations = sys.argv[1:]
    try_all(Path(file), int(header), seed, int(count), operations)
