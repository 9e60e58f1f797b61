"""Files: checks before reading and writing, atomic replacement, and fingerprints.

On Windows a file that is open anywhere, also here, is neither renamed nor replaced nor removed.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from kadita.base.errors import KaditaError

NETCDF_ENDINGS = (".nc", ".ncdf", ".nc4", ".netcdf")
HDF5 = b"\x89HDF\r\n\x1a\n"  # the first bytes of an HDF5 file
IN_USE = 5, 32  # codes of Windows: access denied, sharing violation
PATIENCE = (0.05, 0.1, 0.2, 0.4)  # seconds between attempts: scanners for viruses open new files for a moment
INFLATED_AT_MOST = 1100  # zlib compresses zeros by a factor of 1,030: a file that claims more is damaged


def distinct(files: Sequence[str | Path]) -> list[str]:
    """Return the shortest names by which files differ: ends of their paths, without suffixes if they differ so.

    >>> distinct(["a/school.nc", "b/school.nc"]), distinct(["school.nc", "school.xtc"]), distinct(["a", "a"])
    (['a/school', 'b/school'], ['school.nc', 'school.xtc'], ['a (1)', 'a (2)'])
    """
    paths = [Path(file) for file in files]
    bare = [path.with_suffix("") if has_suffix(path) else path for path in paths]
    for named in (bare, paths):
        for count in range(1, 1 + max((len(path.parts) for path in named), default=0)):
            names = [Path(*path.parts[-count:]).as_posix() for path in named]
            if len(set(names)) == len(names):
                return names
    return [f"{file} ({i})" for i, file in enumerate(files, 1)]


def has_suffix(path: Path) -> bool:
    """Return whether a name ends in a suffix, as ``school.nc`` does and ``noise 0.5`` does not."""
    return path.suffix[1:2].isalpha()


def first_bytes(path: Path, count: int = 8) -> bytes:
    r"""Return the first bytes of a file.

    Raises:
        KaditaError: if the file does not exist, cannot be read or is empty.

    >>> from pathlib import Path
    >>> from kadita.plugins.importers import first_bytes
    >>> first_bytes(Path("school.nc"), 4)
    b'CDF\x02'
    """
    try:
        if not path.is_dir() and path.exists() and not path.is_file():
            raise KaditaError(f"{path}: expected a file; this is a pipe or a device")
        with path.open("rb") as file:
            first = file.read(count)
    except FileNotFoundError:
        raise KaditaError(f"{path}: there is no such file") from None
    except (OSError, ValueError) as error:  # a folder, no permission, an invalid name
        raise KaditaError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from None
    if not first:
        raise KaditaError(f"{path}: expected data; found an empty file")
    return first


def check_claim(path: Path, claimed: int, what: str = "the file") -> None:
    """Raise where a compressed file claims to hold more bytes of data than its size can.

    Raises:
        KaditaError: it is damaged, or was made to fill a memory.

    >>> from pathlib import Path
    >>> from kadita.plugins.importers import check_claim
    >>> check_claim(Path("school.nc"), 1000)
    >>> check_claim(Path("school.nc"), 10**12)
    Traceback (most recent call last):
        ...
    kadita.base.errors.KaditaError: school.nc: the file claims 1000000000000 bytes of data in a file of ...
    """
    held = path.stat().st_size
    if claimed > INFLATED_AT_MOST * held:
        raise KaditaError(f"{path}: {what} claims {claimed} bytes of data in a file of {held}; it is damaged")


def check_writable(path: Path, *, force: bool, source: Path | None = None) -> None:
    """Raise if a file cannot be written at `path`.

    Raises:
        KaditaError: if it exists, if its folder does not exist or is not writable, or if it is the source.
    """
    same = source is not None and path.exists() and source.exists() and path.samefile(source)
    if source is not None and (same or path.resolve() == source.resolve()):
        raise KaditaError(f"{path}: expected an output file other than the trajectory itself")
    if path.is_dir():
        raise KaditaError(f"{path}: expected a file to write; this is a folder")
    if os.path.lexists(path) and not force:
        raise KaditaError(f"{path} exists; choose another name, or --force to replace it")
    if not path.parent.is_dir():
        raise KaditaError(f"{path}: there is no folder {path.parent}")
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise KaditaError(f"{path}: the folder {path.parent} cannot be written to")


def hidden_beside(path: Path) -> Path:
    """Create an empty file with a hidden name of its own beside `path`, with the permissions of any new file."""
    hidden = path.with_name(f".{path.stem[:50]}-{secrets.token_hex(8)}{path.suffix}")
    hidden.touch(exist_ok=False)
    return hidden


def rename(path: Path, target: Path) -> None:
    """Rename a file, replacing `target` if it exists.

    Raises:
        KaditaError: another program has one of them open, on Windows.
        OSError: it cannot be renamed.
    """
    _patiently(os.replace, path, target)


def publish(hidden: Path, path: Path) -> None:
    """Rename a complete file to a name that is not taken, and never replace another one.

    Raises:
        KaditaError: the name is taken.
        OSError: it cannot be renamed.
    """
    try:
        if os.name == "nt":
            _patiently(os.rename, hidden, path)  # which replaces nothing there
        else:
            _link(hidden, path)
    except FileExistsError:
        raise KaditaError(f"{path} exists; it was created by another program meanwhile") from None


def _link(hidden: Path, path: Path) -> None:
    try:
        os.link(hidden, path)  # unlike renaming, linking never replaces a file
    except FileExistsError:
        raise
    except OSError:  # a file system without links: an empty file reserves the name
        path.touch(exist_ok=False)
        try:
            hidden.replace(path)
        except BaseException:
            discard(path)
            raise
    else:
        discard(hidden)


def _patiently(change: Callable[[Path, Path], None], path: Path, target: Path) -> None:
    """Rename a file by this function, again where a program has it open for a moment."""
    for pause in (*PATIENCE, None):
        try:
            change(path, target)
        except PermissionError as error:
            if getattr(error, "winerror", None) not in IN_USE:
                raise
            if pause is None:
                raise KaditaError(f"{target}: cannot be replaced; if a program has it open, close it there") from None
            time.sleep(pause)
        else:
            return


def discard(path: Path) -> None:
    """Remove an unfinished file, if the system lets it be removed."""
    with suppress(OSError):
        path.unlink(missing_ok=True)


def replace_whole(path: Path, write_to: Callable[[Path], Any]) -> None:
    """Write a temporary file beside `path` and rename it once it is complete; if that fails, `path` is unchanged."""
    temporary = hidden_beside(path)
    try:
        write_to(temporary)
        rename(temporary, path)
    except KaditaError as error:
        discard(temporary)
        error.args = (str(error).replace(str(temporary), str(path)), *error.args[1:])
        raise
    except BaseException:
        discard(temporary)
        raise


def fingerprint(path: Path, header: int = 1 << 16) -> dict[str, Any]:
    """Return name without folders, size, and sha256 of the first bytes, which identify the file of a result."""
    with path.open("rb") as file:
        digest = hashlib.sha256(file.read(header)).hexdigest()
    return {"name": path.name, "bytes": path.stat().st_size, "header_sha256": digest}
