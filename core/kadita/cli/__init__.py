"""The command line, `kadita COMMAND`: one module per command.

Exit status: 0 success, 2 invalid input, 130 interrupted, 1 any other error.
"""

from __future__ import annotations

import gc
import io
import os
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from kadita.base import renamed
from kadita.base.errors import KaditaError, describe_error
from kadita.cli import early, log
from kadita.cli.terminal import notes


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status; every error is reported in one line on stderr."""
    with _own_hooks():
        status = 1
        try:
            status = _run(arguments)
        finally:
            log.end(status)
        if status:
            warnings.simplefilter("ignore")
            gc.collect()  # readers that failed are finalized while their complaints are still suppressed
    if arguments is None:  # the process ends here, and need not be searched for garbage
        gc.freeze()
    return status


def _run(arguments: Sequence[str] | None) -> int:
    try:
        if (asked := os.environ.get("_KADITA_COMPLETE", "")).startswith("complete_"):
            from kadita.cli.completion.answer import print_answer

            print_answer(asked.removeprefix("complete_"))
            return 0
        words = renamed.new_options(sys.argv[1:] if arguments is None else arguments)
        for word in words:
            word.encode()  # names in other encodings cannot be passed to C libraries, nor printed
        words, done = early.read(words)
        if done is not None:
            return done
        from kadita.cli import commands  # in `_own_hooks`: these are many objects

        status = commands.app(args=words, prog_name="kadita", standalone_mode=False)
        sys.stdout.flush()
    except KaditaError as error:
        return _fail(str(error), error.exit_status)
    except UnicodeEncodeError:
        return _fail("expected arguments in UTF-8; got other bytes", 2)
    except KeyboardInterrupt:
        return _fail("interrupted", 130)
    except (BrokenPipeError, SystemExit) as error:  # `kadita metrics | head`: the reader has closed the pipe
        if not isinstance(error, BrokenPipeError) and not isinstance(error.__context__, BrokenPipeError):
            raise  # Typer exits where it finds the pipe closed
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:  # a full disk, a missing folder
        name = f"{error.filename}: " if error.filename else ""
        return _fail(f"{name}{error.strerror or error}", 1)
    except MemoryError:
        return _fail("not enough memory; use fewer agents", 2)
    except Exception as error:
        if str(error).startswith("NetCDF: "):  # from the C library, when the disk is full
            return _fail(str(error), 1)
        message = getattr(error, "format_message", None)
        if message is not None:  # unknown options or arguments
            command = getattr(getattr(error, "ctx", None), "command_path", "kadita")
            return _fail(f"{message()} ({command} --help)", getattr(error, "exit_code", 2))
        if os.environ.get("KADITA_DEBUG"):
            raise
        return _fail(f"internal error: {describe_error(error)} (KADITA_DEBUG=1 shows where)", 1)
    if status == 130:
        return _fail("interrupted", 130)
    return status if isinstance(status, int) else 0


@contextmanager
def _own_hooks() -> Iterator[None]:
    """Let only messages reach stdout and stderr, open them if they are closed, and restore all hooks at the end.

    `sys.excepthook` is set by Typer, and filters of warnings by imported packages.
    """
    names = ("stdout", "stderr", "unraisablehook", "excepthook")
    with ExitStack() as undo, warnings.catch_warnings():
        undo.callback(gc.set_threshold, *gc.get_threshold())
        # imports and compilation make many objects that stay: to search them for garbage takes a tenth of the time
        gc.set_threshold(100_000)
        for name in names:
            undo.callback(setattr, sys, name, getattr(sys, name))
        for number in range(3):
            try:
                os.fstat(number)
            except OSError:  # closed: the next file opened would get this number, and the messages
                undo.callback(os.close, os.open(os.devnull, os.O_RDWR))
        sys.stdout = sys.stdout or undo.enter_context(open(os.devnull, "w", encoding="utf-8"))
        sys.stderr = sys.stderr or undo.enter_context(open(os.devnull, "w", encoding="utf-8"))
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                undo.callback(stream.reconfigure, errors=stream.errors)
                stream.reconfigure(errors="backslashreplace")
        sys.unraisablehook = lambda _: None  # readers of other packages can fail again when they are finalized
        warnings.simplefilter("default", renamed.RenamedWarning)  # which Python hides by default
        warnings.showwarning = lambda message, *_: notes([str(message)])
        yield


def _fail(message: str, status: int) -> int:
    notes([message], kind="error", trace=True)
    return status
