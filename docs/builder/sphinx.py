"""The extension of Sphinx that writes the generated pages before the others are read."""

from __future__ import annotations

import re
import shutil
import warnings
from pathlib import Path
from typing import Any

from builder import rst

GENERATED = ("catalogue", "generated")
HIDDEN_LINK = re.compile(r'(<a class="reference internal" href="plot_[^"]+")>(<span class="doc">)([^<]+)')


def write_pages(app: Any) -> None:
    """Write all generated pages anew; a metric without a picture is an error."""
    import matplotlib

    matplotlib.use("agg")
    from builder import command_pages, format_page, importer_pages, metric_pages, model_pages, python_pages
    from builder.runs import Runs
    from kadita import KaditaWarning

    source = Path(app.srcdir)
    for folder in GENERATED:
        shutil.rmtree(source / folder, ignore_errors=True)
    catalogue = source / "catalogue"
    catalogue.mkdir()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", KaditaWarning)
        metric_pages.write(catalogue, Runs(Path(app.doctreedir).parent / "runs"))
        model_pages.write(catalogue, source)
        importer_pages.write(catalogue)
        command_pages.write(catalogue)
        format_page.write(catalogue)
        python_pages.write(catalogue)
    app.env.find_files(app.config, app.builder)  # in a new copy they are not known yet, and autosummary reads them next


def without_substitutions(app: Any, what: str, name: str, thing: Any, options: Any, lines: list[str]) -> None:
    """Take bars in docstrings for what they are in formulas: norms, no references."""
    lines[:] = rst.with_bars(rst.as_literal("\n".join(lines))).split("\n")


def short_sidebar(app: Any, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Leave the pages of single metrics and functions out of the sidebar, which would take longer than all pages."""
    full = context.get("toctree")
    if full is not None:
        context["toctree"] = lambda **options: full(**{**options, "maxdepth": 1})


def levels_of_captions(app: Any, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Say of what level the headings in the sidebar are, which screen readers need and the theme leaves out."""
    tree = context.get("furo_navigation_tree", "")
    context["furo_navigation_tree"] = tree.replace('role="heading"', 'role="heading" aria-level="2"')


def reachable_by_keys(app: Any, error: Exception | None) -> None:
    """Let keys scroll code and tables that are wider than the page, and say where the pictures of the gallery lead."""
    if error is None and app.builder.name == "html":
        for page in Path(app.outdir).rglob("*.html"):
            text = page.read_text(encoding="utf-8")
            text = text.replace('<div class="highlight"><pre>', '<div class="highlight"><pre tabindex="0">')
            text = re.sub(r'(<div class="table-wrapper[^">]*")>', r'\1 tabindex="0">', text)
            text = HIDDEN_LINK.sub(r'\1 aria-label="\3">\2\3', text)
            page.write_text(text, encoding="utf-8")


def setup(app: Any) -> dict[str, Any]:
    """Connect the functions of this module."""
    app.connect("builder-inited", write_pages, priority=100)  # before the list of source files is made
    app.connect("html-page-context", levels_of_captions, priority=600)  # after the theme
    app.connect("build-finished", reachable_by_keys)
    app.connect("autodoc-process-docstring", without_substitutions, priority=900)
    app.connect("html-page-context", short_sidebar, priority=400)  # before the theme asks for it
    return {"version": "1", "parallel_read_safe": True}
