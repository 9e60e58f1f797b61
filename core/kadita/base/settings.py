"""Settings typed as ``key=value``, on the command line and in profiles."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from kadita.base.errors import KaditaError
from kadita.base.files import first_bytes

TOML_BYTES = 1 << 22


def parse_toml(name: str, text: str) -> dict[str, Any]:
    """Parse TOML that a person wrote.

    Raises:
        KaditaError: it is none, or nested or numbered beyond what can be read.
    """
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise KaditaError(f"{name}: expected TOML; {error}") from None


def text_of(name: str, file: Traversable) -> str:
    """Read the text of a file that a plugin brings.

    Raises:
        KaditaError: it cannot be read, or is no text.
    """
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise KaditaError(f"{name}: {file} cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise KaditaError(f"{name}: expected TOML in UTF-8; found other bytes") from None


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file of at most 4 MiB; see `parse_toml`.

    Raises:
        KaditaError: it cannot be read, or is no TOML.
    """
    content = first_bytes(path, TOML_BYTES + 1)
    if len(content) > TOML_BYTES:
        raise KaditaError(f"{path}: expected TOML of at most {TOML_BYTES >> 20} MiB; found more")
    try:
        return parse_toml(str(path), content.decode("utf-8"))
    except UnicodeDecodeError:
        raise KaditaError(f"{path}: expected TOML in UTF-8; found other bytes") from None


def parse_settings(settings: Iterable[str]) -> dict[str, Any]:
    """Read ``key=value`` words; a value is TOML where it can be read as TOML, and a word otherwise.

    Raises:
        KaditaError: a word without ``=``.
    """
    parsed: dict[str, Any] = {}
    for setting in settings:
        key, equals, text = setting.partition("=")
        if not equals or not key.strip():
            raise KaditaError(f"--set: expected key=value; got '{setting}'")
        try:
            value = tomllib.loads(f"value = {text}")["value"]
        except (ValueError, KeyError, RecursionError):
            value = None if text.strip().lower() == "none" else text.strip()
        parsed[key.strip()] = value
    return parsed


def by_metric(settings: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Sort ``{"metric.parameter": value}`` by metric; a key without a metric is sorted under ``"*"``, every metric."""
    by_name: dict[str, dict[str, Any]] = {}
    for key, value in settings.items():
        name, dot, parameter = key.partition(".")
        if dot:
            by_name.setdefault(name, {})[parameter] = value
        else:
            by_name.setdefault("*", {})[key] = value
    return by_name
