"""The page itself: a template, filled with text that is escaped, and nothing that is fetched."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

BUNDLE = "bundle"  # beside this module: what `web/build.mjs` writes


def filled(marks: Mapping[str, str], data: Mapping[str, Any]) -> str:
    """Return the page.

    Args:
        marks: HTML for each ``{{name}}`` of the template; text in it is escaped.
        data: what the script reads, as JSON has it.
    """
    script, style, notices, template = (
        _read(name) for name in ("report.js", "report.css", "LICENSES.txt", "page.html")
    )
    policy = (
        f"default-src 'none'; script-src {_digest(script)}; style-src {_digest(style)}; "
        "img-src data: blob:; base-uri 'none'; form-action 'none'"
    )
    from html import escape

    text = json.dumps(data, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")
    known = {**marks, "policy": policy, "script": script, "style": style, "notices": escape(notices), "data": text}
    return re.sub(r"\{\{(\w+)\}\}", lambda mark: known[mark[1]], template)


def _read(name: str) -> str:
    return (files("kadita.evaluation.report") / BUNDLE / name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"
