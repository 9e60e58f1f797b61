"""Settings written as ``key=value`` on the command line, and TOML files."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from kadita.base import renamed
from kadita.base.errors import KaditaError
from kadita.base.files import first_bytes
from kadita.base.log import logger

TOML_BYTES = 1 << 22


def parse_toml(name: str, text: str) -> dict[str, Any]:
    """Parse TOML.

    Raises:
        KaditaError: if it is not TOML, is nested too deeply, or contains a number that is too long.
    """
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise KaditaError(f"{name}: expected TOML; {error}") from None


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file of at most 4 MiB; see `parse_toml`.

    Raises:
        KaditaError: if it cannot be read or is not TOML.
    """
    logger.info("reading %s", path)
    content = first_bytes(path, TOML_BYTES + 1)
    if len(content) > TOML_BYTES:
        raise KaditaError(f"{path}: expected TOML of at most {TOML_BYTES >> 20} MiB; found more")
    try:
        return parse_toml(str(path), content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise KaditaError(f"{path}: expected TOML in UTF-8; found other bytes") from None


def parse_settings(settings: Iterable[str]) -> dict[str, Any]:
    """Parse ``key=value`` settings; a value is read as TOML if possible, and as a string otherwise.

    Raises:
        KaditaError: if a setting has no ``=``, or a key is set twice.
    """
    parsed: dict[str, Any] = {}
    for setting in settings:
        key, equals, text = setting.partition("=")
        path = [part.strip() for part in key.split(".")]
        if not equals or not all(path):
            raise KaditaError(f"--set: expected key=value; got '{setting}'")
        try:
            value = tomllib.loads(f"value = {text}")["value"]
        except (ValueError, KeyError, RecursionError):
            value = None if text.strip().lower() == "none" else text.strip()
        if (name := ".".join(path)) in parsed:
            raise KaditaError(f"--set: {name} is set twice; leave out one")
        parsed[name] = value
    check_once(parsed)
    return parsed


def check_once(settings: Mapping[str, Any]) -> None:
    """Check that nothing is set twice: ``"a.b"`` beside ``"a": {"b": ...}``, or by the former name of a metric.

    Raises:
        KaditaError: something is.
    """
    seen: dict[tuple[str, ...], str] = {}  # the settings, by the paths that they set
    starts: dict[tuple[str, ...], str] = {}  # and by those that lead to them
    for setting, value in settings.items():
        first, *others = setting.split(".")
        paths = list(_leaves((renamed.METRICS.get(first, first), *others), value))
        for path in paths:
            parts = [path[:n] for n in range(1, len(path) + 1)]
            if before := next((seen[part] for part in parts if part in seen), starts.get(path)):
                raise KaditaError(f"--set: {'.'.join(path)} is set twice, by {before} and by {setting}; leave out one")
        for path in paths:
            seen[path] = setting
            starts |= {path[:n]: setting for n in range(1, len(path))}


def _leaves(path: tuple[str, ...], value: Any) -> Iterator[tuple[str, ...]]:
    """Yield the paths of all values in a table, or the path of a value that is no table."""
    if not isinstance(value, Mapping) or not value:
        yield path
        return
    for key, part in value.items():
        yield from _leaves((*path, *str(key).split(".")), part)


def by_metric(settings: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Group ``{"metric.parameter": value}`` by metric; keys without a metric belong to ``"*"``, every metric.

    Raises:
        KaditaError: if a key is set twice.
    """
    check_once(settings)
    by_name: dict[str, dict[str, Any]] = {}
    for key, value in settings.items():
        name, parameter = key.split(".", 1) if "." in key else ("*", key)
        by_name.setdefault(name, {})[parameter] = value
    return by_name
