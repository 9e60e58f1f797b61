"""What it runs on: the processor, its vector units, and environments for what must not be beside kadita."""

import os
import platform
import subprocess
import sys
import venv
from pathlib import Path

VECTORS = (("avx512f", "AVX-512"), ("avx2", "AVX2"), ("avx", "AVX"), ("sse2", "SSE2"), ("neon", "NEON"))


def vector_units():
    """Return the name of the best instruction set for vectors that compiled code may use, "unknown" if none is known.

    Numba's own settings, NUMBA_CPU_NAME and NUMBA_CPU_FEATURES, count where they are given.
    """
    import llvmlite.binding
    from numba import config

    if config.CPU_NAME:
        have = {name[1:] for name in (config.CPU_FEATURES or "").split(",") if name.startswith("+")}
    else:
        have = {name for name, there in llvmlite.binding.get_host_cpu_features().items() if there}
    return next((name for feature, name in VECTORS if feature in have), "unknown")


def processor():
    """Return the name of the processor and how many of its cores there are."""
    import llvmlite.binding

    name, info = platform.processor() or platform.machine(), Path("/proc/cpuinfo")
    if info.exists():
        models = [line.partition(":")[2] for line in info.read_text().splitlines() if line.startswith("model name")]
        name = models[0].strip() if models else name
    return f"{name} ({llvmlite.binding.get_host_cpu_name()}), {os.cpu_count()} cores, {vector_units()}"


def environment(folder, requirement):
    """Return the interpreter of an environment with some package, made at the first call.

    Raises:
        subprocess.CalledProcessError: it cannot be installed.
    """
    python = Path(folder) / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    ready = Path(folder) / "installed"
    if not ready.exists() or ready.read_text() != requirement:
        print(f"making {folder} with {requirement}", file=sys.stderr)
        venv.create(folder, with_pip=True, clear=True)
        subprocess.run(
            [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *requirement.split()], check=True
        )
        ready.write_text(requirement)
    return python
