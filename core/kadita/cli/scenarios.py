"""`kadita scenarios`: list the scenarios that `kadita run` can simulate, or print one."""

from __future__ import annotations

from typing import Annotated

import typer

from kadita.cli.options import Plugins


def scenarios(
    name: Annotated[
        str | None, typer.Argument(metavar="SCENARIO", help="Print this scenario as TOML, ready to edit.")
    ] = None,
    plugins: Plugins = None,
) -> None:
    """List the scenarios, or print one as TOML."""
    from kadita.base.errors import KaditaError
    from kadita.cli.terminal import installed, notes
    from kadita.simulation.configuration import load_configuration, scenario_text

    registry = installed(plugins)
    if name is not None:
        typer.echo(scenario_text(name, registry), nl=False)
        return
    for known in registry.scenarios:
        try:
            typer.echo(f"{known:18}{load_configuration(known, registry=registry).title}")
        except KaditaError as error:  # report it and go on with the others
            notes([str(error)])
