"""Check a site that was built: every link and image leads to a file of it, and every anchor to a place on its page."""

from __future__ import annotations

import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit


class Page(HTMLParser):
    """The anchors of a page, and what it refers to."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.targets: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect the anchors and references of a tag."""
        found = dict(attrs)
        self.anchors |= {value for key, value in attrs if key in ("id", "name") and value}
        for key in ("href", "src"):
            if (target := found.get(key)) and not (tag == "link" and found.get("rel") == "canonical"):
                self.targets.append(target)


def broken(site: Path) -> list[str]:
    """Return the links of all pages that lead nowhere, and what would be fetched from elsewhere when a page is read."""
    pages = {path.resolve(): Page(path) for path in sorted(site.rglob("*.html"))}
    faults = []
    for path, page in pages.items():
        for target in page.targets:
            url = urlsplit(target)
            if url.scheme in ("http", "https"):
                continue  # a link to follow; what is fetched is in `fetched`
            if url.scheme or url.netloc:
                continue
            file = (path.parent / unquote(url.path)).resolve() if url.path else path
            file = file / "index.html" if file.is_dir() else file
            if not file.is_file():
                faults.append(f"{path.relative_to(site.resolve())}: {target}: there is no such file")
            elif url.fragment and file in pages and unquote(url.fragment) not in pages[file].anchors:
                faults.append(f"{path.relative_to(site.resolve())}: {target}: there is no such place")
    return faults


if __name__ == "__main__":
    found = broken(Path(sys.argv[1]))
    print("\n".join(found) or "no broken link")
    sys.exit(bool(found))
