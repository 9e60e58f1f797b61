"""Settings typed as ``key=value``, on the command line and in profiles."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from typing import Any

from kadita.errors import KaditaError


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
        except (tomllib.TOMLDecodeError, KeyError):
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
