"""`kadita validate`: check that MD tools can read a trajectory, and that its numbers are plausible."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kadita.cli import panels
from kadita.cli.options import AsJson

if TYPE_CHECKING:
    from kadita.io.validation import Report


def validate(
    trajectory: Annotated[
        Path | None, typer.Argument(metavar="TRAJECTORY", readable=False, help="A NetCDF trajectory of any program.")
    ] = None,
    as_json: AsJson = False,
    strict: Annotated[
        bool,
        typer.Option("--strict", rich_help_panel=panels.OUTPUT, help="Exit with status 1 if there are only warnings."),
    ] = False,
    list_checks: Annotated[
        bool,
        typer.Option("--list", rich_help_panel=panels.OUTPUT, help="List the checks, and the tools that need them."),
    ] = False,
) -> None:
    """Check a trajectory against the AMBER convention and what readers need; exit with status 2 if there are faults."""
    from kadita.base.errors import KaditaError

    if list_checks:
        from kadita.io.amber.convention import as_markdown

        typer.echo(as_markdown())
        return
    if trajectory is None:
        raise KaditaError("expected a trajectory to validate, or --list")
    from kadita.io.validation import validate as check

    report = check(trajectory)
    severities = {f.severity for f in report.findings}
    if as_json:
        _print_json(trajectory, report)
    else:
        _print_table(trajectory, report)
    if "fault" in severities:
        raise typer.Exit(2)
    if strict and severities:
        raise typer.Exit(1)


def _print_json(path: Path, report: Report) -> None:
    import json
    from dataclasses import asdict

    facts = asdict(report)
    findings = facts.pop("findings")
    typer.echo(json.dumps({"file": {"name": path.name, **facts}, "findings": findings}, indent=2))


def _print_table(path: Path, report: Report) -> None:
    from kadita.base.printable import printable
    from kadita.cli.tables import Column, print_table

    counts = [f"{n} {what}" for what, n in (("frames", report.frames), ("agents", report.agents)) if n is not None]
    typer.echo(f"{printable(path.name)}: {', '.join((report.container, *counts))}")
    if not report.findings:
        typer.echo("no findings")
        return
    columns = (*map(Column, ("severity", "check")), *(Column(h, wraps=True) for h in ("found", "needed by", "remedy")))
    print_table(columns, [(f.severity, f.id, f.message, ", ".join(f.needed_by), f.mend) for f in report.findings])
