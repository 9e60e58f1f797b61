"""`kadita.show`: a report in a notebook."""

from __future__ import annotations

import html
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from kadita.base.files import replace_whole
from kadita.base.progress import Progress, with_bar
from kadita.evaluation.report.report import check_page, page_of
from kadita.evaluation.results import Results

BUDGET = "3MB"  # less than that of a page by itself: a notebook holds it for every cell
HEIGHT = 720  # pixels


class Page:
    """A report that a notebook shows; anywhere else, `save` writes it.

    The notebook holds the page in a frame of its own, which neither reads nor changes the rest of it.

    Attributes:
        text: the page, as `kadita report` writes it.
        results: of each run that it shows.
        height: of the frame, in pixels.
    """

    def __init__(self, text: str, results: list[Results], height: int = HEIGHT) -> None:
        self.text, self.results, self.height = text, results, height

    def save(self, path: str | Path, *, force: bool = False) -> None:
        """Write the page to an .html file.

        Raises:
            KaditaError: another ending, a file that exists, a folder that cannot be written to.
        """
        path = Path(path)
        check_page(path, force=force)
        replace_whole(path, lambda unfinished: unfinished.write_text(self.text, encoding="utf-8", newline="\n"))

    def __repr__(self) -> str:
        return f"<Page of {len(self.text) / 1e6:.1f} MB; a notebook shows it, .save('report.html') writes it>"

    def _repr_html_(self) -> str:
        return (
            f'<iframe srcdoc="{html.escape(self.text)}" sandbox="allow-scripts allow-downloads" loading="lazy" '
            f'title="report" style="width:100%;height:{self.height:d}px;border:0;border-radius:12px"></iframe>'
        )


@with_bar("analyzing")
def show(
    data: Any,
    metrics: Iterable[str] | None = None,
    *,
    colors: Iterable[str] = (),
    title: str | None = None,
    budget: float | str = BUDGET,
    equilibration: str | float = "auto",
    height: int = HEIGHT,
    progress: Progress = None,
    **options: Any,
) -> Page:
    """Show a trajectory in a notebook: a film to play and turn, curves and numbers, as `kadita report` writes them.

        kadita.show("torus.nc")
        kadita.show({"few": "n50.nc", "many": "n500.nc"}, ["polarization"])

    Args:
        data: what `kadita.analyze` takes: a path, a Block, an open trajectory, a universe; or a mapping of names to
            such, which stand side by side.
        metrics: names of metrics and analyses; by default those that `kadita.analyze` computes.
        colors: by what agents can be coloured, the first of them at first: ``"heading"``, ``"speed"``, ``"species"``,
            ``"plain"``, or per-agent metrics.
        title: of the page; by default that of the run's configuration, or the file's name.
        budget: bytes of the page at most, or text such as ``"3MB"``; frames are left out of the film until it fits.
        equilibration: which frames the means are of, as in `Results.statistics`.
        height: of the page in the notebook, in pixels.
        progress: True shows a bar; a function is called with the number of measured frames and their total.
        options: the other keywords of `kadita.analyze`.

    Raises:
        KaditaError: as `kadita.analyze` does, and a budget that no film fits.

    >>> import kadita
    >>> page = kadita.show("school.nc", ["polarization"])
    >>> page.save("school.html")
    """
    text, results = page_of(
        data,
        metrics,
        colors=colors,
        title=title,
        budget=budget,
        equilibration=equilibration,
        progress=progress,
        **options,
    )
    return Page(text, results, height)
