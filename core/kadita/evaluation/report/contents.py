"""What a page says: text for the reader, and data for its script."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any

from kadita.base.numerals import in_full
from kadita.evaluation.film.coloring import BUILT_IN, SPEED
from kadita.evaluation.report import numbers
from kadita.evaluation.report.packing import Film
from kadita.evaluation.report.page import filled
from kadita.evaluation.report.run import Run


def contents(runs: Sequence[Run], title: str | None, equilibration: str | float, films: Sequence[Film | None]) -> str:
    """Return the text of a page of these runs, with their films."""
    first = runs[0]
    units = {key: str(first.facts["attributes"].get(f"{key}_unit", "") or "") for key in ("length", "time")}
    shown = title or _title(runs)
    head, rows, agents = numbers.table_rows({r.name: (r.results, r.estimates) for r in runs}, equilibration)
    notes = dict.fromkeys(note for r in runs for note in (*r.results.notes, *r.results.failures.values()))
    drifting = numbers.equilibration_line(r.estimates for r in runs)
    elements = [f'<script type="text/plain" id="film-{i}">{film.text}</script>' for i, film in enumerate(films) if film]
    marks = {
        "title": escape(shown),
        "facts": "<br>".join(escape(_line(r) if len(runs) == 1 else f"{r.name}: {_line(r)}") for r in runs),
        "head": head,
        "rows": rows,
        "agents": agents,
        "drifting": escape(drifting),
        "counted": escape(_counted(equilibration, units["time"])),
        "exact": escape(
            " ".join(_exactness(r, film, units, len(runs) > 1) for r, film in zip(runs, films, strict=True))
        ),
        "notes": "".join(f"<li>{escape(note)}</li>" for note in notes),
        "provenance": numbers.tree(_each(runs, lambda r: r.results.provenance)),
        "parameters": numbers.tree(
            _each(
                runs,
                lambda r: {k: dict(v.parameters) for k, v in (*r.results.series.items(), *r.results.analyses.items())},
            )
        ),
        "configuration": numbers.tree(_each(runs, lambda r: r.configuration)),
        "attributes": numbers.tree(_each(runs, lambda r: r.facts["attributes"])),
        "films": "".join(elements),
    }
    data = {
        "title": shown,
        "units": units,
        "color": _color(runs, films),
        "runs": [_run_data(r, film, i) for i, (r, film) in enumerate(zip(runs, films, strict=True))],
    }
    text = filled(marks, data)
    return text.encode("utf-8", "replace").decode()  # names of files can hold bytes that are no text


def _run_data(run: Run, film: Film | None, index: int) -> dict[str, Any]:
    """Return what the script is told of a run; see `web/README.md`."""
    found: dict[str, Any] = {
        "name": run.name,
        **{key: run.facts[key] for key in ("ids", "species", "cell", "outline", "plane")},
        "radius": run.view.radius,
        "size": run.view.size,
        "step": run.view.step,
        "way": [round(x, 4) for x in run.view.direction.tolist()],
    }
    shown = run.frames[:0] if film is None else film.frames
    found["series"] = numbers.curves(run.results, run.estimates, run.curves, shown)
    found["diagram"] = numbers.diagram(run.results, shown)
    if film is None:
        return found
    described = {
        "element": f"film-{index}",
        "frames": len(film.frames),
        "columns": film.columns,
        "axes": film.axes,
        "bytes": film.size,
        "quantum": film.quantum,
        "headings": film.headings,
        "curved": film.curved,
        "identities": film.identities,
        "cells": film.cells,
        "scalars": [
            {
                "name": s.name.replace("_", " "),
                "unit": "" if s.unit == "1" else s.unit,
                "lo": s.low,
                "hi": s.high,
                "labels": None if s.labels is None else list(s.labels),
                "undefined": s.undefined,
            }
            for s in film.scalars
        ],
    }
    return found | {
        "film": described,
        "numbers": film.frames.tolist(),
        "times": film.times.tolist(),
        "z": film.origin,
        "reaches": None if film.reaches is None else [float(f"{x:.4g}") for x in film.reaches.tolist()],
        "step": run.view.step * film.stride,
        "states": numbers.states(run.results, film.frames),
    }


def _color(runs: Sequence[Run], films: Sequence[Film | None]) -> str | None:
    """Return by what agents are coloured at first, as the page calls it; None where nothing was asked for."""
    if not runs[0].colors:
        return None
    first = runs[0].colors[0]
    if first in BUILT_IN and first != SPEED:
        return first
    names = [s.name for film in films if film is not None for s in film.scalars]
    named = [name for name in names if name == first or name.startswith(f"{first}.")]
    return f"scalar {named[0].replace('_', ' ')}" if named else None


def _each(runs: Sequence[Run], of: Callable[[Run], Any]) -> Any:
    return of(runs[0]) if len(runs) == 1 else {r.name: of(r) for r in runs}


def _title(runs: Sequence[Run]) -> str:
    """Return the title of the configuration of a single run, or the names of runs."""
    told = str(runs[0].configuration.get("title") or "")
    return told[:1].upper() + told[1:] if told and len(runs) == 1 else ", ".join(r.name for r in runs)


def _counted(equilibration: str | float, unit: str) -> str:
    """Return which frames means are of."""
    frames = {
        "auto": "the frames from where its series is equilibrated",
        "half": "the second half of the frames",
        "none": "all frames",
    }
    if isinstance(equilibration, str):
        return f"The mean of a metric is over {frames[equilibration]}."
    return f"The mean of a metric is over the frames from time {in_full(equilibration)} {unit}".strip() + "."


def _line(run: Run) -> str:
    """Return a line on a run: agents, frames, times, cell, model."""
    agents, frames, times = len(run.facts["ids"]), len(run.frames), run.results.times
    unit = str(run.facts["attributes"].get("time_unit") or "")
    cell = run.facts["cell"]
    space = "open space" if cell is None else "cell " + " x ".join(in_full(x) if x else "open" for x in cell)
    model = run.facts["attributes"].get("model")
    facts = [
        f"{agents} agent{'s' if agents != 1 else ''}",
        f"{frames} frame{'s' if frames != 1 else ''}",
        f"time {times[0]:g} to {times[-1]:g} {unit}".strip(),
        space,
        *([f"model {model}"] if model else []),
    ]
    return " \u00b7 ".join(facts)


def _exactness(run: Run, film: Film | None, units: Mapping[str, str], several: bool) -> str:
    """Return what the film leaves out of a run."""
    if film is None:
        return ""
    every = "every frame" if film.stride == 1 else f"1 frame in {film.stride}"
    exact = f"positions to within {film.quantum / 2:.2g} {units['length'] or 'units of length'}"
    turned = " and headings to within 1 degree" if film.headings else ""
    of_run = f" of {run.name}" if several else ""
    return f"The film{of_run} shows {every}, {exact}{turned}; numbers and curves are of all frames."
