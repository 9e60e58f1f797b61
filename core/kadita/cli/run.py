"""`kadita run`: simulate a school."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kadita.cli.options import Force


def run(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO|CONFIG.toml", help="See `kadita scenarios`.")],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", readable=False, help="Trajectory to write (default: SCENARIO.nc).")
    ] = None,
    agents: Annotated[int | None, typer.Option(help="Number of agents.")] = None,
    steps: Annotated[int | None, typer.Option(help="Number of time steps.")] = None,
    every: Annotated[int | None, typer.Option(help="Steps from one frame to the next.")] = None,
    seed: Annotated[
        int | None, typer.Option(help="Seed of the random numbers; the same seed gives the same file.")
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="A parameter of the model; repeatable."),
    ] = None,
    threads: Annotated[int, typer.Option(help="Threads; the trajectory does not depend on it.")] = 1,
    force: Force = False,
) -> None:
    """Simulate a school and write its trajectory."""
    from kadita.cli.terminal import progress
    from kadita.models.simulation import run as simulate
    from kadita.settings import parse_settings

    with progress("simulating") as bar:
        path = simulate(
            scenario,
            agents=agents,
            steps=steps,
            every=every,
            seed=seed,
            parameters=parse_settings(settings or ()),
            threads=threads,
            output=output,
            force=force,
            progress=bar,
        )
    typer.echo(f"wrote {path} ({path.stat().st_size / 1e6:.1f} MB)")
