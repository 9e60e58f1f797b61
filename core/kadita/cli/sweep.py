"""`kadita sweep`: run a model over a grid of parameters and seeds, and tabulate the results."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Annotated, Any

import typer

from kadita.cli import panels
from kadita.cli.options import Plugins, Scheduler, Workers, output_option


def sweep(
    configuration: Annotated[
        Path, typer.Argument(metavar="CONFIG.toml", readable=False, help="Configuration of the sweep.")
    ],
    output: Annotated[
        Path | None,
        output_option(
            metavar="FOLDER",
            help="Write into this folder; without this option, into one named after the configuration.",
        ),
    ] = None,
    workers: Workers = 1,
    scheduler: Scheduler = None,
    table: Annotated[
        bool,
        typer.Option("--table", rich_help_panel=panels.OUTPUT, help="Run nothing; only tabulate the finished points."),
    ] = False,
    plugins: Plugins = None,
) -> None:
    """Run a model over a grid of parameters and seeds, and tabulate the results.

    The same command continues an interrupted sweep; finished points are not run again.
    """
    from kadita.cli.progress import progress
    from kadita.cli.stopping import TERMINATION, ended_by
    from kadita.cli.terminal import installed, say
    from kadita.simulation.sweep import run_sweep

    registry = installed(plugins)
    counts, received = [0, 0], [int(signal.SIGINT)]

    def terminate(number: int, _: Any) -> None:
        received[0] = number
        raise KeyboardInterrupt

    before = {each: signal.signal(each, terminate) for each in TERMINATION}
    try:
        with progress("sweeping") as bar:

            def show(done: int, total: int) -> None:
                counts[:] = done, total
                bar(done, total)

            tables = run_sweep(
                configuration,
                output=output,
                workers=workers,
                scheduler=scheduler,
                run=not table,
                plugins=plugins or (),
                registry=registry,
                progress=show,
            )
    except KeyboardInterrupt:
        raise ended_by(received[0], _kept(counts)) from None
    except OSError as error:
        raise type(error)(error.errno, f"{error.strerror or error}; {_kept(counts)}", error.filename) from None
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
    for path in tables:
        say(f"wrote {path}")


def _kept(counts: list[int]) -> str:
    """Return a message: what is finished of an interrupted sweep, and how to continue it."""
    done, total = counts
    return f"{done} of {total} points are finished; the same command continues" if total else "nothing was run"
