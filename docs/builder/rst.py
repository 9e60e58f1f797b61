"""Pieces of reStructuredText."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sphinx.ext.napoleon import Config, GoogleDocstring

from kadita.plugins.parameter_words import default_in_words, type_in_words

DOI = re.compile(r"doi:(10\.[^\s;,)]+[^\s;,).])")
ARXIV = re.compile(r"arXiv (\d{4}\.\d{4,5})")


def heading(text: str, underline: str = "=") -> str:
    """Return a heading; first the title of a page, ``=``, then sections, ``-``."""
    return f"{text}\n{underline * max(3, len(text))}\n"


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table whose cells may hold markup."""
    lines = [".. list-table::", "   :header-rows: 1", ""]
    for row in [headings, *rows]:
        for i, cell in enumerate(row):
            first, *more = (cell or "\\ ").split("\n")
            lines += [f"   {'* -' if i == 0 else '  -'} {first}", *(f"       {line}" for line in more)]
    return "\n".join(lines) + "\n"


def fields(facts: Iterable[tuple[str, str]]) -> str:
    """Return a list of facts by name."""
    return "\n".join(f":{name}: {value}" for name, value in facts if value) + "\n"


def linked(source: str) -> str:
    """Return a source whose DOIs and arXiv numbers lead there."""
    return linked_text(escaped(source))


def escaped(text: str) -> str:
    """Return text in which nothing is markup."""
    return re.sub(r"([\\*`_|])", r"\\\1", text)


def documentation(thing: Any) -> tuple[str, str]:
    """Return the first sentence of a docstring, and the rest of it without its examples."""
    text = inspect.getdoc(thing) or ""
    text = re.split(r"\n\s*>>> ", text)[0]
    first, _, rest = text.partition("\n\n")
    sections = str(GoogleDocstring(rest.strip(), Config(napoleon_use_ivar=True)))
    return with_bars(" ".join(first.split())), with_bars(as_literal(sections)).strip()


def parameters(found: Mapping[str, Any]) -> str:
    """Return a table of parameters: fields of pydantic by name."""
    rows = [
        (f"``{key}``", escaped(f.description or ""), f"``{default_in_words(f)}``", escaped(type_in_words(f)))
        for key, f in found.items()
    ]
    return table(["parameter", "meaning", "default", "type"], rows)


def toctree(names: Iterable[str], *, hidden: bool = True) -> str:
    """Return the part of the sidebar below a page."""
    lines = [".. toctree::", *(["   :hidden:"] if hidden else ["   :maxdepth: 1"]), ""]
    return "\n".join([*lines, *(f"   {name}" for name in names)]) + "\n"


def linked_text(text: str) -> str:
    """Return markup whose DOIs and arXiv numbers lead there."""
    text = DOI.sub(r"`doi:\1 <https://doi.org/\1>`__", text)
    return ARXIV.sub(r"`arXiv \1 <https://arxiv.org/abs/\1>`__", text)


def as_literal(text: str) -> str:
    """Return markup in which indented blocks, formulas and code, are shown as they are written."""
    lines: list[str] = []
    top, blank = "", True
    for line in text.split("\n"):
        indent = len(line) - len(line.lstrip())
        if line.strip() and indent >= 4 and blank and not top.startswith((":", "..", "*", "- ")) and top[-2:] != "::":
            lines += ["::", ""]
            top = "::"
        if line.strip() and indent == 0:
            top = line
        blank = not line.strip()
        lines.append(line)
    return "\n".join(lines)


def with_bars(text: str) -> str:
    """Return markup in which bars are no references; those of code stay as they are."""
    lines, literal, depth = [], False, 0
    for line in text.split("\n"):
        indent = len(line) - len(line.lstrip())
        if literal and line.strip() and indent <= depth:
            literal = False
        plain = (
            literal
            or line.lstrip().startswith((">>>", "...", "| ", "+--", "+=="))
            or (lines and lines[-1].lstrip()[:3] == ">>>")
        )
        lines.append(line if plain else _escaped_bars(line))
        if line.rstrip().endswith("::"):
            literal, depth = True, indent
    return "\n".join(lines)


def _escaped_bars(line: str) -> str:
    parts = re.split(r"(``.*?``)", line)
    return "".join(part if part.startswith("``") else re.sub(r"(?<!\\)\|", r"\\|", part) for part in parts)
