"""JSON Schemas of what users write, for editors that complete and check TOML: `python -m kadita.models.schema DIR`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from kadita.models.configuration import RunConfiguration


def schemas() -> dict[str, str]:
    """Text of every schema by file name."""
    run = {"$schema": "https://json-schema.org/draft/2020-12/schema", **RunConfiguration.model_json_schema()}
    return {"run.schema.json": json.dumps(run, indent=2) + "\n"}


if __name__ == "__main__":
    for name, text in schemas().items():
        (Path(sys.argv[1]) / name).write_text(text, encoding="utf-8")
