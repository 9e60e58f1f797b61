"""The table of README.md, from the lines of table.csv."""

import math

HEAD = ("system", "setting", "quantity", "dt = 0", "expected", "measured", "holds")


def with_table(text, lines):
    """Return a page with its table, the only one that begins with `HEAD`, replaced by that of these lines."""
    before, _, after = text.partition(f"{row_of(HEAD)}\n")
    rest = after.splitlines(keepends=True)
    end = next((n for n, line in enumerate(rest) if not line.startswith("|")), len(rest))
    rule = row_of(("---", "---", "---", "---:", "---:", "---:", "---"))
    cells = (
        (
            line["system"],
            line["setting"],
            line["quantity"],
            number(line["limit"]),
            expectation(line),
            f"{number(line['measured'])} ± {float(line['error']):.2g}",
            line["holds"],
        )
        for line in lines
    )
    rows = [row_of(HEAD), rule, *map(row_of, cells)]
    return before + "\n".join(rows) + "\n" + "".join(rest[end:])


def row_of(cells):
    """Return a row of a Markdown table."""
    return f"| {' | '.join(cells)} |"


def number(text):
    """Return four digits of a number; nothing if it is not known."""
    return "" if math.isnan(float(text)) else f"{float(text):.4g}"


def expectation(line):
    """Return what is expected: a number, or an interval."""
    return number(line["expected"]) or f"{number(line['low'])} to {number(line['high'])}"
