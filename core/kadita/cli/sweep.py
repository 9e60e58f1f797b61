"""`kadita sweep`: many runs, one table."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Annotated, Any

import typer

from kadita.cli.options import Plugins


def sweep(
    configuration: Annotated[
        Path, typer.Argument(metavar="CONFIG.toml", readable=False, help="A run's configuration, and what is varied.")
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", metavar="FOLDER", readable=False, help="Folder of the sweep (default: CONFIG, here)."
        ),
    ] = None,
    workers: Annotated[int, typer.Option(metavar="K", help="Processes; the tables do not depend on it.")] = 1,
    scheduler: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="A dask.distributed scheduler, such as tcp://host:8786.")
    ] = None,
    table: Annotated[bool, typer.Option("--table", help="Run nothing; tabulate the points that are finished.")] = False,
    plugins: Plugins = None,
) -> None:
    """Run a model over a grid of parameters and seeds, and tabulate what is measured.

    What was interrupted goes on with the same command; a point that is finished is never run again.
    """
    from kadita.base.errors import Interrupted
    from kadita.cli.terminal import installed, progress
    from kadita.simulation.sweep import sweep as go_through

    registry = installed(plugins)
    far, seen = [0, 0], [signal.SIGINT]

    def terminate(number: int, _: Any) -> None:
        seen[0] = signal.Signals(number)
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, terminate)
    try:
        with progress("sweeping") as bar:

            def show(done: int, total: int) -> None:
                far[:] = done, total
                if bar is not None:
                    bar(done, total)

            tables = go_through(
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
        word = "terminated" if seen[0] == signal.SIGTERM else "interrupted"
        raise Interrupted(f"{word}; {_kept(far)}", seen[0]) from None
    except OSError as error:
        raise type(error)(error.errno, f"{error.strerror or error}; {_kept(far)}", error.filename) from None
    finally:
        signal.signal(signal.SIGTERM, before)
    for path in tables:
        typer.echo(f"wrote {path}")


def _kept(far: list[int]) -> str:
    """Say what is left of a sweep that did not come to its end, and how it goes on."""
    done, total = far
    return f"{done} of {total} points are finished; the same command goes on" if total else "nothing was run"
