"""Text is written and read in one encoding, and with one end of lines, whatever the system."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODULES = [file for folder in ("core", "plugins") for file in sorted((ROOT / folder).rglob("*.py"))]


def calls(file):
    """The calls that open, read or write text: what is called, and the names of its arguments."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        words = {keyword.arg for keyword in node.keywords}
        texts = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
        if "devnull" in ast.dump(node) or getattr(getattr(node.func, "value", None), "id", "") in ("av", "hoomd"):
            continue  # nothing is written, or no text
        if name == "open" and texts and set(texts[-1]) <= set("rwxat+"):
            yield node.lineno, set(texts[-1]) & set("wxa+") != set(), words
        elif name == "write_text" or (name == "read_text" and not node.args):
            yield node.lineno, name == "write_text", words
        elif name in ("Popen", "run") and words & {"text", "universal_newlines"}:
            yield node.lineno, False, words


@pytest.mark.parametrize("folder", ["core", "plugins"])
def test_every_text_says_its_encoding_and_its_ends_of_lines(folder):
    found, silent = 0, []
    for file in (file for file in MODULES if file.is_relative_to(ROOT / folder)):
        for line, writes, words in calls(file):
            found += 1
            if "encoding" not in words or (writes and "newline" not in words):
                silent.append(f"{file.relative_to(ROOT)}:{line}")
    assert silent == []
    assert found >= {"core": 15, "plugins": 1}[folder]
