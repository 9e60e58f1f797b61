"""Kill runs of a model that uses all of the engine at random moments, resume them, and compare files byte by byte.

.venv/bin/python analyses/robustness/killed_models.py [--kills 20] [--threads 1]
"""

import argparse
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "tests" / "shared" / "everything"
RUN = [
    sys.executable,
    "-m",
    "kadita",
    "run",
    str(FOLDER / "everything.toml"),
    "--plugin",
    str(FOLDER / "everything.py"),
]


def command(path: Path, threads: int, *more: str) -> list[str]:
    """Return the words of a run into a file, with a checkpoint after each block."""
    return [*RUN, "-o", str(path), "--checkpoint", "0", "--threads", str(threads), *more]


def whole(folder: Path, threads: int = 1) -> tuple[bytes, float]:
    """Return the file of a run that nobody interrupts, compiled before, and how long the run took."""
    for name in ("compiled.nc", "whole.nc"):
        began = time.monotonic()
        subprocess.run(command(folder / name, threads), check=True, capture_output=True)
    return (folder / "whole.nc").read_bytes(), time.monotonic() - began


def killed(folder: Path, after: float, threads: int = 1) -> bytes | None:
    """Return the file of a run that was killed after some seconds and resumed; None if it had ended before."""
    path = folder / f"killed_{after:.4f}.nc"
    process = subprocess.Popen(command(path, threads), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(after)
    process.send_signal(signal.SIGKILL)
    if process.wait() != -signal.SIGKILL:
        return None
    subprocess.run(command(path, threads, "--resume"), check=True, capture_output=True)
    return path.read_bytes()


def main() -> int:
    """Return 0 if all files are the same."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    chance, same, count = random.Random(16), 0, 0
    with tempfile.TemporaryDirectory() as name:
        expected, seconds = whole(Path(name), options.threads)
        while count < options.kills:
            after = chance.uniform(0.2, 1) * seconds
            found = killed(Path(name), after, options.threads)
            if found is not None:
                count, same = count + 1, same + (found == expected)
                print(
                    f"killed after {after:.2f} of {seconds:.2f} s: {'same bytes' if found == expected else 'DIFFERS'}"
                )
    print(f"{same} of {count} byte-identical, {len(expected)} bytes")
    return int(same < count)


if __name__ == "__main__":
    sys.exit(main())
