"""Measure the entropy production of active particles where it is known; write the table and the pictures.

.venv/bin/python analyses/entropy_production/study.py [--only FAMILY ...]
"""

import argparse
import csv
import importlib
import sys
import time
import tomllib
from pathlib import Path

import drawing
from rows import Row
from table import with_table

HERE = Path(__file__).resolve().parent
TABLE = HERE / "table.csv"
COLUMNS = ("family", *Row._fields, "holds")


def measured(family):
    """Return the rows of a family, and draw its picture if it has one."""
    module = importlib.import_module(family)
    if family == "intervals":
        found = module.curves()
        drawing.draw_intervals(found, module.SYSTEMS, HERE / "intervals.png")
        return list(module.rows_of(found))
    if family == "separation":
        x, *of_agents, of_all = module.heat_map(module.separated())
        packing, measured, _ = of_agents
        drawing.draw_map(x, packing, measured, module.EDGE, module.FREE, HERE / "map.png")
        return list(module.rows_of(*of_agents, of_all))
    return list(module.rows())


def line_of(family, row):
    """Return a line of the table."""
    numbers = [value if isinstance(value, str) else f"{value:.6g}" for value in row]
    return dict(zip(COLUMNS, (family, *numbers, "yes" if row.holds else "NO"), strict=True))


def row_of(line):
    """Return the row of a line of the table."""
    return Row(*(line[name] if name in Row._fields[:3] else float(line[name]) for name in Row._fields))


def main():
    """Measure the families that are named, and keep the others' lines of the table; exit 1 if a row does not hold."""
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
        began = time.perf_counter()
        lines[family] = [line_of(family, row) for row in measured(family)]
        print(f"{family} ({time.perf_counter() - began:.0f} s)", flush=True)
        for line in lines[family]:
            print("    {system}, {quantity}: {measured} +- {error}, expected {expected}, {holds}".format(**line))
        with TABLE.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(line for name in families for line in lines.get(name, []))
    page = HERE / "README.md"
    everything = [line for name in families for line in lines.get(name, [])]
    page.write_text(with_table(page.read_text(encoding="utf-8"), everything), encoding="utf-8")
    drawn = [row_of(line) for name in ("known", "trapped", "contacts") for line in lines.get(name, [])]
    drawing.draw_rows([row for row in drawn if row.quantity != "mean velocity"], HERE / "rows.png")  # same as its rate
    failed = [line for family in options.only for line in lines[family] if line["holds"] != "yes"]
    print(f"{len(failed)} of {sum(len(lines[family]) for family in options.only)} do not hold")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
