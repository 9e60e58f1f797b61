"""JSON Schemas of what users write, for editors that complete and check TOML: `python -m kadita.simulation.schema DIR`.

A run's parameters are those of the model that it names: of all models of kadita's own plugins. Parameters of any other
model are let pass.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from kadita.plugins import load_registry
from kadita.simulation.configuration import RunConfiguration

OWN = "kadita"


def schemas() -> dict[str, str]:
    """Text of every schema by file name."""
    return {"run.schema.json": json.dumps(_run(), indent=2) + "\n"}


def _run() -> dict[str, Any]:
    run = RunConfiguration.model_json_schema()
    del run["$defs"]["Model"]
    run["properties"]["parameters"] = {"type": "object", "description": "of the model"}
    registry = load_registry()
    own = {n: m for n, m in registry.models.items() if registry.plugin_of("model", n).distribution == OWN}
    run["properties"]["model"]["examples"] = list(own)
    definitions = run.pop("$defs")
    run["allOf"] = []
    for name, model in own.items():
        definition = model.model_json_schema(ref_template="#/$defs/{model}")
        definitions |= definition.pop("$defs", {}) | {name: definition}
        run["allOf"].append(
            {
                "if": {"properties": {"model": {"const": name}}, "required": ["model"]},
                "then": {"properties": {"parameters": {"$ref": f"#/$defs/{name}"}}},
            }
        )
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$defs": definitions, **run}


if __name__ == "__main__":
    for name, text in schemas().items():
        (Path(sys.argv[1]) / name).write_text(text, encoding="utf-8")
