"""Write the JSON Schemas of configuration files, for editors: `python -m kadita.simulation.sweep.schema DIR`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from kadita.simulation.schema import of_models, text_of
from kadita.simulation.schema import schemas as run_schemas
from kadita.simulation.sweep.configuration import SweepConfiguration


def schemas() -> dict[str, str]:
    """Return the text of every schema, by file name."""
    return run_schemas() | {"sweep.schema.json": text_of(_sweep())}


def _sweep() -> dict[str, Any]:
    """Return the schema of a sweep; parameters are checked if it names a model, and not checked for a scenario."""
    sweep = SweepConfiguration.model_json_schema()
    sweep["oneOf"] = [{"required": ["scenario"]}, {"required": ["model", "steps"]}]
    return of_models(sweep, _varied)


def _varied(parameters: dict[str, Any]) -> dict[str, Any]:
    """Return the conditions on the parameters to vary, which need not be among the others."""
    del parameters["required"]
    known = {"propertyNames": {"enum": list(parameters["properties"])}}
    return {"grid": known, "zip": known}


if __name__ == "__main__":
    for name, text in schemas().items():
        (Path(sys.argv[1]) / name).write_text(text, encoding="utf-8", newline="\n")
