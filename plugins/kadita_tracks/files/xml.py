"""Read XML element by element, so that large files need no memory; declarations of entities are refused."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from xml.parsers import expat

from kadita import KaditaError
from kadita_tracks.files.damage import ERRORS, reading
from kadita_tracks.files.first_lines import beginning, opened

BEGINNING = 4096  # bytes in which the root element begins
ROOT = re.compile(rb"<(?![?!])(?:[\w.-]+:)?([\w.-]+)[^>]*")
Attributes = Mapping[str, str]


def root_of(path: Path) -> str:
    """Return the first tag of an XML file, such as ``gpx version="1.1"``; empty if it cannot be read or has none."""
    first = beginning(path, BEGINNING).removeprefix(b"\xef\xbb\xbf").lstrip()
    found = ROOT.search(first) if first.startswith(b"<") else None
    return found[0][1:].decode("utf-8", "replace") if found else ""


def parse_xml(
    path: Path,
    start: Callable[[str, Attributes], None],
    end: Callable[[str], None] = lambda name: None,
    text: Callable[[str], None] = lambda words: None,
) -> None:
    """Call a function for each start of an element, with its attributes, each end, and each piece of text.

    Names come without the prefix of their namespace. Nothing outside the file is read: a document type, in which
    entities are declared, is refused.

    Raises:
        KaditaError: the file is not well-formed, or has a document type.
    """

    def refuse(*declared: object) -> None:
        raise KaditaError(f"{path}: expected XML without a document type; found one, which could declare entities")

    def without_prefix(name: str) -> str:
        return name.rpartition(":")[2]

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = lambda name, attributes: start(without_prefix(name), attributes)
    parser.EndElementHandler = lambda name: end(without_prefix(name))
    parser.CharacterDataHandler = text
    with reading(path, "an XML file", (*ERRORS, EOFError, zlib.error, expat.ExpatError)), opened(path) as file:
        parser.ParseFile(file)


def number(path: Path, attributes: Attributes, name: str) -> float:
    """Return an attribute as a number.

    Raises:
        KaditaError: it is missing, or not a number.
    """
    try:
        return float(attributes[name])
    except (KeyError, ValueError):
        found = repr(attributes[name][:40]) if name in attributes else "none"
        raise KaditaError(f"{path}: expected a number as {name} of each element; found {found}") from None
