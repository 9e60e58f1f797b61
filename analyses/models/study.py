"""Measure the models of the field at settings whose results are known, and write both into a table.

.venv/bin/python analyses/models/study.py [--only FAMILY ...]
"""

import argparse
import csv
import importlib
import time
import tomllib
from pathlib import Path

HERE = Path(__file__).resolve().parent
TABLE = HERE / "table.csv"
COLUMNS = ("family", "model", "setting", "quantity", "expected", "low", "high", "measured", "error", "holds")


def measured(family):
    """Measure all rows of a family; yield the lines of the table."""
    for row in importlib.import_module(family).rows():
        began = time.perf_counter()
        found = row.measure()
        print(f"{row.model}: {row.setting} ({time.perf_counter() - began:.1f} s)", flush=True)
        for quantity, expected in row.expected.items():
            value, error = found[quantity] if isinstance(found[quantity], tuple) else (found[quantity], 0.0)
            holds = "yes" if expected.holds(value, error) else "NO"
            print(f"    {quantity}: {value:.5g}, expected {expected.reference}, {holds}", flush=True)
            numbers = [f"{number:.6g}" for number in (expected.low, expected.high, value, error)]
            line = (family, row.model, row.setting, quantity, expected.reference, *numbers, holds)
            yield dict(zip(COLUMNS, line, strict=True))


def main():
    """Measure the families that are named, and keep the others' lines of the table."""
    families = tomllib.loads((HERE / "study.toml").read_text(encoding="utf-8"))["families"]
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--only", nargs="+", choices=families, default=families, metavar="FAMILY")
    options = arguments.parse_args()
    lines = {}
    if TABLE.exists():
        with TABLE.open(encoding="utf-8", newline="") as file:
            for line in csv.DictReader(file):
                lines.setdefault(line["family"], []).append(line)
    for family in options.only:
        lines[family] = list(measured(family))
        with TABLE.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(line for name in families for line in lines.get(name, []))
    failed = [line for family in options.only for line in lines[family] if line["holds"] != "yes"]
    print(f"{len(failed)} of {sum(len(lines[family]) for family in options.only)} do not hold")


if __name__ == "__main__":
    main()
