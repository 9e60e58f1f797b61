"""The JSON Schema of a run's configuration, for editors that complete and check TOML.

The parameters of a run are checked against the model that it names, for models of kadita's built-in plugins; parameters
of other models are not checked. `kadita.simulation.sweep.schema` writes the files.
"""

from __future__ import annotations

import json
from typing import Any

from kadita.plugins.loading import load_registry
from kadita.simulation.configuration import RunConfiguration

BUILT_IN = "kadita"
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schemas() -> dict[str, str]:
    """Return the text of the schema of a run, by file name."""
    return {"run.schema.json": text_of(_run())}


def text_of(schema: dict[str, Any]) -> str:
    """Return a schema as the text of its file."""
    return json.dumps({"$schema": DIALECT, **schema}, indent=2) + "\n"


def _run() -> dict[str, Any]:
    run = RunConfiguration.model_json_schema()
    del run["$defs"]["Model"]
    run["properties"]["parameters"] = {"type": "object", "description": "parameters of the model"}
    models = model_schemas()
    run["properties"]["model"]["examples"] = list(models)
    definitions = run.pop("$defs")
    run["allOf"] = []
    for name, definition in models.items():
        definitions |= definition.pop("$defs", {}) | {name: definition}
        run["allOf"].append(where_model(name, {"parameters": {"$ref": f"#/$defs/{name}"}}))
    return {"$defs": definitions, **run}


def model_schemas() -> dict[str, dict[str, Any]]:
    """Return the schema of the parameters of each model of kadita's built-in plugins."""
    registry = load_registry()
    built_in = {n: m for n, m in registry.models.items() if registry.plugin_of("model", n).distribution == BUILT_IN}
    return {name: model.model_json_schema(ref_template="#/$defs/{model}") for name, model in built_in.items()}


def where_model(name: str, properties: dict[str, Any]) -> dict[str, Any]:
    """Return the condition that applies `properties` where the model has this name."""
    return {
        "if": {"properties": {"model": {"const": name}}, "required": ["model"]},
        "then": {"properties": properties},
    }
