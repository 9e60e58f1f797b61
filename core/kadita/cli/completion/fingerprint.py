"""What is installed, as a text that differs as soon as a name of a plugin can: read without importing anything."""

from __future__ import annotations

import os
import sys
import zlib
from collections.abc import Iterable
from contextlib import suppress

INSTALLED = ("site-packages", "dist-packages")  # where only an installer writes, and its records with it


def fingerprint(packages: Iterable[str]) -> str:
    """Return a checksum of all installed distributions, and of the files of these packages and modules.

    Files in an installer's folder are not looked at: they change with their distribution.
    """
    found = [sys.version, sys.prefix]
    for folder in dict.fromkeys(sys.path):
        with suppress(OSError), os.scandir(folder or ".") as entries:
            found += sorted(_record(entry) for entry in entries if entry.name.endswith((".dist-info", ".egg-info")))
    for package in sorted(set(packages)):
        if not any(f"{os.sep}{name}{os.sep}" in package for name in INSTALLED):
            found += sorted(_files(package))
    return f"{zlib.crc32('|'.join(found).encode('utf-8', 'surrogateescape')):08x}-{len(found)}"


def _record(entry: os.DirEntry[str]) -> str:
    """Return the name of a distribution with its version, and when its entry points were written."""
    with suppress(OSError):
        return f"{entry.name} {os.stat(os.path.join(entry.path, 'entry_points.txt')).st_mtime_ns}"
    return entry.name


def _files(place: str) -> list[str]:
    """Return names and times of the files of a package, or of a module that is one file."""
    with suppress(NotADirectoryError, FileNotFoundError), os.scandir(place) as entries:
        found = []
        for entry in entries:
            if entry.is_dir():
                found += _files(entry.path) if not entry.name.startswith(("_", ".")) else []
            elif entry.name.endswith((".py", ".toml")):
                found.append(f"{entry.path} {entry.stat().st_mtime_ns}")
        return found
    with suppress(OSError):
        return [f"{place} {os.stat(place).st_mtime_ns}"]
    return []
