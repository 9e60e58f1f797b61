"""Write the tables into the pages of models: of parameters, from the models, and of numbers, from table.csv.

.venv/bin/python analyses/models/pages.py
"""

import csv
import re
from pathlib import Path

from kadita.models import Model
from kadita.plugins.loading import load_registry

HERE = Path(__file__).resolve().parent
PAGES = HERE.parents[1] / "docs" / "models"
PLACE = re.compile(r"(<!-- (parameters|measured): (.*?) -->\n).*?(<!-- end -->)", re.DOTALL)


def parameters_of(name):
    """Return the table of the parameters that a model has besides those that all have."""
    model = load_registry().models[name]
    lines = ["| parameter | what it is | default |", "| --- | --- | --- |"]
    for name, field in model.model_fields.items():
        if name not in Model.model_fields:
            default = "needed" if field.is_required() else "none" if field.default is None else f"{field.default}"
            lines.append(f"| `{name}` | {field.description.replace('|', chr(92) + '|')} | {default} |")
    return "\n".join(lines) + "\n"


def measured(settings):
    """Return the table of the measured rows whose model and setting match a regular expression."""
    lines = ["| setting | quantity | expected | kadita |", "| --- | --- | ---: | ---: |"]
    with (HERE / "table.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if re.search(settings, f"{row['model']}: {row['setting']}"):
                error, value = float(row["error"]), float(row["measured"])
                found = f"{value:.4g}" + (f" ± {error:.1g}" if error else "")
                lines.append(
                    f"| {row['setting']} | {row['quantity']} | {row['expected'].replace('+-', '±')} | {found} |"
                )
    return "\n".join(lines) + "\n"


def with_tables(text):
    """Return the text of a page with its tables as they are now."""
    make = {"parameters": parameters_of, "measured": measured}
    return PLACE.sub(lambda found: found[1] + make[found[2]](found[3]) + found[4], text)


def main():
    """Write all pages."""
    for page in sorted(PAGES.glob("*.md")):
        page.write_text(with_tables(page.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
