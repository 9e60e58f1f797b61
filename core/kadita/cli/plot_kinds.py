"""`kadita plot --kind`: one of the figures of the field, written to a file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kadita.evaluation.figures.drawing import Tools
    from kadita.evaluation.results import Results


def draw_to_file(
    kind: str, paths: Sequence[Path], output: Path, metrics: Sequence[str], tools: Tools, *, force: bool, **asked: Any
) -> list[Results]:
    """Draw a figure of this kind, write it, and return the results that were computed for it.

    `asked` are the keywords of `kadita.evaluation.figures.drawing.draw_kind`.

    Raises:
        KaditaError: as `draw_kind`; a figure that cannot be written.
    """
    import matplotlib

    from kadita.cli.terminal import notes
    from kadita.evaluation.figures import page, style
    from kadita.evaluation.figures.drawing import draw_kind

    for path in paths:
        style.check_picture(output, force=force, source=path)
    drawn = draw_kind(kind, paths, metrics, tools, **asked)
    with matplotlib.rc_context(style.rc()):
        page.save(drawn.axes[0].figure, output)
    notes(drawn.remarks)
    return drawn.results
