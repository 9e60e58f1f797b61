"""`kadita scenarios`: what can be run."""

from __future__ import annotations

from typing import Annotated

import typer


def scenarios(
    name: Annotated[str | None, typer.Argument(help="Print its configuration as TOML, ready to edit.")] = None,
) -> None:
    """List the scenarios, or print one as TOML."""
    from kadita.models.configuration import load_configuration, scenario_names, scenario_text

    if name is not None:
        typer.echo(scenario_text(name), nl=False)
        return
    for known in scenario_names():
        typer.echo(f"{known:18}{load_configuration(known).title}")
