"""`kadita run`: simulate a school."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kadita.cli.options import Force


def run(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO|CONFIG.toml", help="See `kadita scenarios`.")],
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", metavar="OUT.nc", readable=False, help="Trajectory to write (default: SCENARIO.nc)."
        ),
    ] = None,
    agents: Annotated[int | None, typer.Option(metavar="N", help="Number of agents.")] = None,
    steps: Annotated[int | None, typer.Option(metavar="N", help="Number of time steps.")] = None,
    every: Annotated[int | None, typer.Option(metavar="N", help="Steps from one frame to the next.")] = None,
    seed: Annotated[
        int | None, typer.Option(metavar="N", help="Seed of the random numbers; the same seed gives the same file.")
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="PARAMETER=VALUE", help="A parameter of the model; repeatable."),
    ] = None,
    threads: Annotated[int, typer.Option(metavar="N", help="Threads; the trajectory does not depend on it.")] = 1,
    force: Force = False,
) -> None:
    """Simulate a school and write its trajectory."""
    from kadita.cli.terminal import progress, size_of
    from kadita.errors import Interrupted
    from kadita.models.simulation import run as simulate
    from kadita.settings import parse_settings

    written = (0, 0)

    def count(done: int, total: int) -> None:
        nonlocal written
        written = done, total
        if bar is not None:
            bar(done, total)

    with progress("simulating") as bar:
        try:
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
                progress=count,
            )
        except KeyboardInterrupt:
            done, total = written
            raise Interrupted(f"interrupted; {done} of {total or 'its'} frames are in the file") from None
    typer.echo(f"wrote {path} ({size_of(path)})")
