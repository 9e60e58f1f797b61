"""The names that all installed plugins bring, with a line on each."""

from __future__ import annotations

import tomllib
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kadita.plugins.registry import Registry

Names = dict[str, dict[str, str]]  # what each name means, by kind
FEW = 12  # values of a parameter that are listed


def names_of(registry: Registry) -> Names:
    """Return names by kind, each with what it means."""
    from kadita.evaluation.figures.kinds import KINDS
    from kadita.io.writers.formats import FORMATS

    names: Names = {
        "metrics": {m.name: m.summary.partition(", (")[0] for m in registry.metrics.values()},
        "analyses": {a.name: a.summary.partition(", (")[0] for a in registry.analyses.values()},
        "models": {name: _first_line(model) for name, model in registry.models.items()},
        "importers": {i.name: i.summary for i in registry.importers.values()},
        "plugins": {p.name: p.distribution for p in registry.plugins.values()},
        "formats": {f.name: f.description for f in FORMATS},
        "kinds": dict.fromkeys(KINDS, ""),
        "scenarios": {},
        "parameters": {},
        "parameters of importers": {},
        "choices": {},
    }
    for name, file in registry.scenarios.items():
        with suppress(Exception):  # a scenario that cannot be read; `kadita scenarios` says why
            scenario = tomllib.loads(file.read_text(encoding="utf-8"))
            names["scenarios"][name] = str(scenario.get("title", ""))
            fields = registry.models[scenario["model"]].model_fields
            names[f"model of {name}"] = {key: _default(field) for key, field in fields.items()}
            names["choices"] |= {key: text for key, field in fields.items() if (text := _choices(field))}
    for kind, found in (
        ("parameters", [*registry.metrics.values(), *registry.analyses.values()]),
        ("parameters of importers", list(registry.importers.values())),
    ):
        for one in found:
            fields = one.parameters.model_fields
            names[kind] |= {f"{one.name}.{key}": _default(field) for key, field in fields.items()}
            of_one = {f"{one.name}.{key}": text for key, field in fields.items() if (text := _choices(field))}
            names["choices"] |= of_one
    names["profiles"] = _profiles()
    return names


def packages_of(registry: Registry) -> list[str]:
    """Return the folders of kadita and of the packages of all plugins, or the files of modules."""
    import kadita
    from kadita.plugins.loading import entry_points

    files = [kadita.__file__]
    for name in {entry.value.partition(":")[0].partition(".")[0] for _, entry in entry_points([])}:
        with suppress(ImportError, ValueError):  # also of one that cannot be loaded, until it is mended
            spec = find_spec(name)
            files += [spec.origin] if spec and spec.origin else []
    places = [Path(file) for file in files]
    return sorted(str(p.parent if p.name == "__init__.py" else p) for p in places)


def _profiles() -> dict[str, str]:
    from importlib.resources import files

    folder = files("kadita.evaluation").joinpath("presets")
    return {file.name.removesuffix(".toml"): "" for file in folder.iterdir() if file.name.endswith(".toml")}


def _first_line(thing: Any) -> str:
    return (thing.__doc__ or "").strip().partition("\n")[0]


def _default(field: Any) -> str:
    """Return the meaning of a parameter and its default."""
    from kadita.plugins.parameter_words import default_in_words

    found = default_in_words(field)
    default = found if found == "required" else f"default {found}"
    return f"{field.description}; {default}" if field.description else default


def _choices(field: Any) -> str:
    """Return the values of a parameter that has a few, with spaces between them."""
    from typing import Literal, get_args, get_origin

    if field.annotation is bool:
        return "true false"
    parts = [field.annotation, *get_args(field.annotation)]
    words = [str(word) for part in parts if get_origin(part) is Literal for word in get_args(part)]
    return " ".join(words) if len(words) <= FEW and not any(" " in word for word in words) else ""
