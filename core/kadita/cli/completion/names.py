"""Names that plugins bring, in a file: completion reads them where it cannot wait for the plugins.

The file lies in the user's cache and says of which installation it is; of any other, its names are not used. It is
written by every command that loads the plugins, if it is not that of the installation; where a completion finds none, a
process is started that writes it, and the next completion has the names. What cannot be read or written is left.
"""

from __future__ import annotations

import os
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from kadita.cli.completion.fingerprint import fingerprint

if TYPE_CHECKING:
    from kadita.cli.completion.collected import Names
    from kadita.plugins.registry import Registry

PATIENCE = 60.0  # seconds before a process that was started to write the names is taken for dead


def place() -> Path:
    """Return the file of names of this environment."""
    import zlib

    if sys.platform == "win32":
        folder = os.environ.get("LOCALAPPDATA") or os.path.expanduser("~\\AppData\\Local")
    elif sys.platform == "darwin":
        folder = os.path.expanduser("~/Library/Caches")
    else:
        folder = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return Path(folder, "kadita", f"names-{zlib.crc32(os.fsencode(sys.prefix)):08x}.json")


def read_names(*, begin: bool = True) -> Names:
    """Return the names of this installation; none where they are not known, and then `begin` to have them written."""
    import json

    with suppress(Exception):  # whatever a file can contain
        kept = json.loads(place().read_text(encoding="utf-8"))
        if kept["fingerprint"] == fingerprint(kept["packages"]):
            return {kind: {str(k): str(v) for k, v in names.items()} for kind, names in kept["names"].items()}
    if begin:
        with suppress(OSError):
            _begin()
    return {}


def keep_names(registry: Registry) -> None:
    """Write the names of all installed plugins, unless the file has them; never fail."""
    with suppress(Exception):
        if not read_names(begin=False):
            _write(registry)


def _write(registry: Registry) -> None:
    import json

    from kadita.cli.completion.collected import names_of, packages_of

    packages = packages_of(registry)
    before = fingerprint(packages)
    kept = {"fingerprint": before, "packages": packages, "names": names_of(registry)}
    target = place()
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.{os.getpid()}")
    try:
        part.write_text(json.dumps(kept), encoding="utf-8", newline="\n")
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _begin() -> None:
    """Start a process that writes the names, unless another one has begun to."""
    import subprocess

    mark = place().with_suffix(".begun")
    with suppress(OSError):
        if time.time() - mark.stat().st_mtime < PATIENCE:
            return
        mark.unlink()
    mark.parent.mkdir(parents=True, exist_ok=True)
    mark.touch(exist_ok=False)
    environment = {k: v for k, v in os.environ.items() if k not in ("_KADITA_COMPLETE", "COMP_WORDS", "COMP_CWORD")}
    code = "from kadita.cli.completion.names import write_now; write_now()"
    apart = {"creationflags": 0x00000008} if sys.platform == "win32" else {"start_new_session": True}
    subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment,
        **apart,
    )


def write_now() -> None:
    """Load the plugins and write their names."""
    from kadita.plugins.loading import load_registry

    try:
        keep_names(load_registry())
    finally:
        place().with_suffix(".begun").unlink(missing_ok=True)
