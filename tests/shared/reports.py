"""Reads a report again, from what its page holds."""

import base64
import gzip
import html
import json
import re

import numpy as np


class Page:
    """A report, read from its text as a browser does."""

    def __init__(self, text):
        self.text = text
        self.data = json.loads(self.element("data"))
        self.runs = self.data["runs"]

    def element(self, name):
        found = re.findall(rf'<script type="[a-z/]+" id="{name}">([^<]*)</script>', self.text)
        assert len(found) == 1, name
        return found[0]

    def film(self, run=0):
        """Positions (F, C, 3) with NaN for whoever is absent, headings (F, C, 3), identities (F, C) and scalars."""
        told = self.runs[run]["film"]
        raw = gzip.decompress(base64.b64decode(self.element(told["element"])))
        frames, columns, size = told["frames"], told["columns"], told["bytes"]
        at = 0

        def take(count, dtype):
            nonlocal at
            found = np.frombuffer(raw, dtype, count, at)
            at += found.nbytes
            return found

        def plane():
            return take(frames * columns, np.uint8).reshape(frames, columns).astype(np.int64)

        centres = take(3 * frames, "<f8").reshape(frames, 3)
        cells = take(3 * frames, "<f8").reshape(frames, 3) if told["cells"] else None
        positions = np.empty((frames, columns, 3))
        positions[..., 2] = self.runs[run]["z"]
        for axis in range(told["axes"]):
            differences = sum(plane() << 8 * k for k in range(size))
            whole = 1 << 8 * size
            steps = (np.cumsum(differences, axis=0) + whole // 2) % whole - whole // 2
            there = steps != -(whole // 2)
            positions[..., axis] = np.where(there, centres[:, None, axis] + steps * told["quantum"], np.nan)
        positions[np.isnan(positions[..., 0])] = np.nan
        headings = None
        if told["headings"]:
            across, along = ((plane() + 128) % 256 - 128 for _ in "ab")
            headings = unfolded(across, along)
        identities = sum(plane() << 8 * k for k in range(4)) if told["identities"] else None
        scalars = {s["name"]: plane() for s in told["scalars"]}
        assert at == len(raw)
        return positions, headings, identities, scalars, cells

    def table(self):
        """Rows of the table of numbers: name, cells and unit."""
        body = self.text[self.text.index("<tbody>") : self.text.index("</tbody>")]
        rows = re.findall(r'<tr><t[hd](?: scope="row")?[^>]*>(.*?)</t[hd]>(.*?)</tr>', body)
        return [
            [html.unescape(name), *map(html.unescape, re.findall(r"<td[^>]*>(.*?)</td>", cells))]
            for name, cells in rows
        ]


def unfolded(across, along):
    """Unit vectors of octahedral coordinates; NaN where both are -128."""
    x, y = across / 127, along / 127
    z = 1 - np.abs(x) - np.abs(y)
    below = np.maximum(-z, 0)
    x, y = x - np.where(x >= 0, below, -below), y - np.where(y >= 0, below, -below)
    vectors = np.stack([x, y, z], -1)
    vectors /= np.linalg.norm(vectors, axis=-1, keepdims=True)
    vectors[(across == -128) & (along == -128)] = np.nan
    return vectors
