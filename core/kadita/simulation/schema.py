"""The JSON Schema of a run's configuration, for editors that complete and check TOML.

The parameters of a run are checked against the model that it names, for models of kadita's built-in plugins; parameters
of other models are not checked. `kadita.simulation.sweep.schema` writes the files.
"""

from __future__ import annotations

import json
from collections.abc import Callable
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
    return of_models(run, lambda _: {})


def of_models(schema: dict[str, Any], properties: Callable[[dict[str, Any]], dict[str, Any]]) -> dict[str, Any]:
    """Return a schema that checks parameters where it names a model of kadita's built-in plugins.

    `properties` returns conditions on other properties, from the schema of a model's parameters, which it may change.
    """
    registry = load_registry()
    definitions, schema["allOf"] = schema.pop("$defs", {}), []
    examples = schema["properties"]["model"]["examples"] = []
    for name, model in registry.models.items():
        if registry.plugin_of("model", name).distribution == BUILT_IN:
            examples.append(name)
            parameters = model.model_json_schema(ref_template="#/$defs/{model}")
            checked = {"parameters": {"$ref": f"#/$defs/{name}"}, **properties(parameters)}
            definitions |= parameters.pop("$defs", {}) | {name: parameters}
            condition = {"properties": {"model": {"const": name}}, "required": ["model"]}
            schema["allOf"].append({"if": condition, "then": {"properties": checked}})
    return {"$defs": definitions, **schema}
