"""The JSON Schema of a run's configuration, for editors that complete and check TOML.

A run's parameters are those of the model that it names: of all models of kadita's own plugins. Parameters of any other
model are let pass. `kadita.simulation.sweep.schema` writes it.
"""

from __future__ import annotations

import json
from typing import Any

from kadita.plugins.loading import load_registry
from kadita.simulation.configuration import RunConfiguration

OWN = "kadita"
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schemas() -> dict[str, str]:
    """Text of the schema of a run by file name."""
    return {"run.schema.json": text_of(_run())}


def text_of(schema: dict[str, Any]) -> str:
    """Return a schema as it lies on disk."""
    return json.dumps({"$schema": DIALECT, **schema}, indent=2) + "\n"


def _run() -> dict[str, Any]:
    run = RunConfiguration.model_json_schema()
    del run["$defs"]["Model"]
    run["properties"]["parameters"] = {"type": "object", "description": "of the model"}
    models = model_schemas()
    run["properties"]["model"]["examples"] = list(models)
    definitions = run.pop("$defs")
    run["allOf"] = []
    for name, definition in models.items():
        definitions |= definition.pop("$defs", {}) | {name: definition}
        run["allOf"].append(where_model(name, {"parameters": {"$ref": f"#/$defs/{name}"}}))
    return {"$defs": definitions, **run}


def model_schemas() -> dict[str, dict[str, Any]]:
    """Return the schema of the parameters of each model of kadita's own plugins."""
    registry = load_registry()
    own = {n: m for n, m in registry.models.items() if registry.plugin_of("model", n).distribution == OWN}
    return {name: model.model_json_schema(ref_template="#/$defs/{model}") for name, model in own.items()}


def where_model(name: str, properties: dict[str, Any]) -> dict[str, Any]:
    """Return what says that properties are these where the model is the one of this name."""
    return {
        "if": {"properties": {"model": {"const": name}}, "required": ["model"]},
        "then": {"properties": properties},
    }
