"""Write the JSON Schemas of configuration files, for editors: `python -m kadita.simulation.sweep.schema DIR`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from kadita.simulation.schema import model_schemas, text_of, where_model
from kadita.simulation.schema import schemas as run_schemas
from kadita.simulation.sweep.configuration import SweepConfiguration


def schemas() -> dict[str, str]:
    """Return the text of every schema, by file name."""
    return run_schemas() | {"sweep.schema.json": text_of(_sweep())}


def _sweep() -> dict[str, Any]:
    """Return the schema of a sweep; parameters are checked if it names a model, and not checked for a scenario."""
    sweep = SweepConfiguration.model_json_schema()
    sweep["oneOf"] = [{"required": ["scenario"]}, {"required": ["model", "steps"]}]
    definitions, sweep["allOf"] = sweep.pop("$defs", {}), []
    models = model_schemas()
    sweep["properties"]["model"]["examples"] = list(models)
    for name, model in models.items():
        del model["required"]  # the others may be varied
        definitions |= model.pop("$defs", {}) | {name: model}
        known = {"propertyNames": {"enum": list(model["properties"])}}
        properties = {"parameters": {"$ref": f"#/$defs/{name}"}, "grid": known, "zip": known}
        sweep["allOf"].append(where_model(name, properties))
    return {"$defs": definitions, **sweep}


if __name__ == "__main__":
    for name, text in schemas().items():
        (Path(sys.argv[1]) / name).write_text(text, encoding="utf-8")
