"""A system without what Windows lacks, as kadita sees it; to be had on Linux, for tests.

Two kinds of things are taken away:

- What Windows does not have, from the modules of kadita and of its plugins alone: where one of them imports `os`,
  `signal` or `subprocess`, it gets a view without these names, and `fcntl` or `resource` cannot be imported. Python,
  pytest, NumPy, Numba and netCDF4 keep what they were made with, as they do on Windows.
- What Windows does not allow, from everybody in the process: a file that is open, here or in a process related to this
  one, is neither renamed nor replaced nor removed, `os.rename` replaces nothing, and names that differ by case alone
  name one file. Which files are open Linux says itself (/proc), so that those of C libraries and maps count, too.
  Exempt are those who clean up after themselves in ways of their own: Numba's cache, tempfile, pytest.

Text that kadita or MDAnalysis writes without saying how is in cp1252, with the ends of lines of Windows.
Real Windows differs in more: paths, consoles, codes of errors, and in what nobody thought of.
"""

from __future__ import annotations

import builtins
import contextlib
import errno
import io
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

NO_MODULES = {"fcntl", "resource", "termios", "tty", "pty", "pwd", "grp"}
NO_NAMES = {  # by module
    "os": """
        preadv pread pwrite pwritev link fork forkpty memfd_create posix_fallocate posix_fadvise posix_spawn killpg
        setsid getpgid setpgid getuid geteuid getgid getegid O_CLOEXEC O_NOFOLLOW O_NONBLOCK O_DIRECTORY O_TMPFILE
        register_at_fork fchmod chown mkfifo nice wait waitid wait3 wait4 uname getloadavg sched_getaffinity
        sched_setaffinity sched_yield
    """,
    "signal": """
        pthread_sigmask pthread_kill sigwait sigpending setitimer getitimer alarm pause siginterrupt ITIMER_PROF
        ITIMER_REAL ITIMER_VIRTUAL SIG_BLOCK SIG_UNBLOCK SIG_SETMASK SIGKILL SIGHUP SIGQUIT SIGPIPE SIGCHLD SIGALRM
        SIGPROF SIGVTALRM SIGUSR1 SIGUSR2 SIGCONT SIGSTOP SIGTSTP SIGWINCH SIGBUS
    """,
    "subprocess": "",
}
NEW_GROUP = 0x200
OWN_WAYS = ("numba", "tempfile", "_pytest", "pytest", "multiprocessing", "xdist", "execnet", "filelock")
PASSING_ON = ("pathlib", "contextlib", "shutil", "os", "without", "genericpath", "posixpath", "importlib", "_pyrepl")
SIGBREAK = signal.SIGUSR1  # stands in for what Windows sends where a console is closed

real = {name: getattr(os, name) for name in ("replace", "rename", "unlink", "rmdir", "stat", "lstat", "open", "mkdir")}
real_open, real_import, real_read_text = io.open, builtins.__import__, pathlib.Path.read_text


class View(ModuleType):
    """A module as kadita sees it: some names are others, some are not there."""

    def __init__(self, module: ModuleType, **others: Any) -> None:
        super().__init__(module.__name__)
        self.__dict__.update(others)
        self.__dict__["_module"], self.__dict__["_without"] = (
            module,
            set(NO_NAMES[module.__name__].split()) - others.keys(),
        )

    def __getattr__(self, name: str) -> Any:
        if name in self._without:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r} on this system")
        return getattr(self._module, name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._module, name, value)


class Popen(subprocess.Popen):
    """Starts processes as Windows does: they inherit nothing but the standard streams."""

    def __init__(self, *words: Any, creationflags: int = 0, **options: Any) -> None:
        for name in ("pass_fds", "preexec_fn", "start_new_session", "process_group", "user", "group", "umask"):
            if options.get(name):
                raise ValueError(f"{name} is not supported on Windows platforms")
        if creationflags & NEW_GROUP:
            options["process_group"] = 0
        super().__init__(*words, **options)


def kill(pid: int, number: int) -> None:
    """End a process at once, whatever it would do at this signal."""
    os.kill(pid, signal.SIGKILL)


_handlers: dict[int, Any] = {}
_raised: list[int] = []  # signals that this process sent to itself


def set_handler(number: int, handler: Any) -> Any:
    """Set a handler; that of SIGTERM is called for signals of this process alone."""
    if number not in (
        signal.SIGABRT,
        signal.SIGFPE,
        signal.SIGILL,
        signal.SIGINT,
        signal.SIGSEGV,
        signal.SIGTERM,
        SIGBREAK,
    ):
        raise ValueError("invalid signal value")
    if number != signal.SIGTERM or not callable(handler):
        before = signal.signal(number, handler)
        return _handlers.pop(number, before)

    def from_here(given: int, frame: Any) -> None:
        if given not in _raised:
            os.kill(os.getpid(), signal.SIGKILL)
        _raised.remove(given)
        handler(given, frame)

    before = signal.signal(number, from_here)
    before = _handlers.pop(number, before)
    _handlers[number] = handler
    return before


def get_handler(number: int) -> Any:
    """Return what `set_handler` was given."""
    return _handlers.get(number, signal.getsignal(number))


def raise_signal(number: int) -> None:
    """Send a signal to this process."""
    if number in _handlers:
        _raised.append(number)
    signal.raise_signal(number)


VIEWS = {
    "os": View(os, name="nt", linesep="\r\n", kill=kill),
    "signal": View(signal, SIGBREAK=SIGBREAK, signal=set_handler, getsignal=get_handler, raise_signal=raise_signal),
    "subprocess": View(subprocess, Popen=Popen, CREATE_NEW_PROCESS_GROUP=NEW_GROUP),
}


def is_kadita(name: object) -> bool:
    """Whether a module of this name is kadita's, or a plugin's."""
    return isinstance(name, str) and name.split(".")[0].split("_")[0] == "kadita"


def importing(name: str, globals: Any = None, locals: Any = None, fromlist: Any = (), level: int = 0) -> ModuleType:
    """Import as ever, but give kadita its views."""
    if not level and name in NO_MODULES | VIEWS.keys() and is_kadita((globals or {}).get("__name__")):
        if name in NO_MODULES:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return VIEWS[name]
    return real_import(name, globals, locals, fromlist, level)


def caller() -> str:
    """Return the name of the module that asks, beyond those that pass on what is asked."""
    frame = sys._getframe(2)
    while frame.f_back is not None and frame.f_globals.get("__name__", "").split(".")[0] in PASSING_ON:
        frame = frame.f_back
    return frame.f_globals.get("__name__", "")


def relatives() -> Iterator[str]:
    """Yield the numbers of this process, its parent, and its descendants."""
    yield str(os.getppid())
    waiting = [str(os.getpid())]
    while waiting:
        yield (number := waiting.pop())
        try:
            for thread in os.listdir(f"/proc/{number}/task"):
                with real_open(f"/proc/{number}/task/{thread}/children") as file:
                    waiting += file.read().split()
        except OSError:
            pass


def open_files() -> set[str]:
    """Return the paths of all files that these processes have open or mapped."""
    found = set()
    for number in relatives():
        try:
            for entry in os.listdir(f"/proc/{number}/fd"):
                with contextlib.suppress(OSError):
                    found.add(os.readlink(f"/proc/{number}/fd/{entry}"))
            with real_open(f"/proc/{number}/maps", errors="replace") as maps:
                found |= {line.split(None, 5)[5].rstrip("\n") for line in maps if "/tmp/" in line or ".nc" in line}
        except (OSError, IndexError):
            pass
    return found


def refuse_open(*paths: Any) -> None:
    """Raise what Windows does where one of these files is open."""
    if caller().split(".")[0] in OWN_WAYS:
        return
    opened = open_files()
    for path in paths:
        if os.path.realpath(path) in opened:
            error = PermissionError(errno.EACCES, "The process cannot access the file because it is in use", str(path))
            error.winerror = 32
            raise error


def spelled(path: Any) -> Any:
    """Return the name of an existing file that differs from this one by case alone, if there is one."""
    if isinstance(path, int) or os.fspath(path)[:1] not in ("/", b"/") and not os.fspath(path):
        return path
    text = os.fspath(path)
    if not isinstance(text, str):
        return path
    folder, name = os.path.split(text)
    try:
        real["lstat"](text)
    except FileNotFoundError:
        try:
            for other in os.listdir(folder or "."):
                if other != name and other.casefold() == name.casefold():
                    return os.path.join(folder, other)
        except OSError:
            pass
    except (OSError, ValueError):
        pass
    return path


def of_any_case(function: Callable[..., Any]) -> Callable[..., Any]:
    """Let a function of a path find a file whose name differs by case; in folders of tests, whose number is small."""

    def wrapped(path: Any, *more: Any, **options: Any) -> Any:
        if options.get("dir_fd") is None and not isinstance(path, int) and sys.modules.get("pytest_folder") is None:
            text = os.path.abspath(os.fspath(path)) if not isinstance(path, bytes) else ""
            if text.startswith(TEMPORARY):
                path = spelled(path)
        return function(path, *more, **options)

    return wrapped


@of_any_case
def opened(
    file: Any, mode: str = "r", buffering: int = -1, encoding: Any = None, errors: Any = None, newline: Any = None,
    closefd: bool = True, opener: Any = None,
) -> Any:  # fmt: skip
    """Open a file; kadita and MDAnalysis get the encoding and the ends of lines of Windows where they name none."""
    if "b" not in mode and (is_kadita(name := caller()) or name.split(".")[0] == "MDAnalysis"):
        encoding = "cp1252" if encoding in (None, "locale") else encoding
        newline = "\r\n" if newline is None and set(mode) & set("wxa+") else newline
    return real_open(file, mode, buffering, encoding, errors, newline, closefd, opener)


TEMPORARY = os.path.realpath(tempfile.gettempdir()) + os.sep


def replace(source: Any, target: Any, **options: Any) -> None:
    """Replace a file, unless one of the two is open."""
    refuse_open(source, target)
    real["replace"](source, spelled(target), **options)


def rename(source: Any, target: Any, **options: Any) -> None:
    """Rename a file to a name that is not taken."""
    refuse_open(source)
    if os.path.lexists(target) and caller().split(".")[0] not in OWN_WAYS:
        raise FileExistsError(errno.EEXIST, "Cannot create a file when that file already exists", str(target))
    real["rename"](source, target, **options)


def unlink(path: Any, **options: Any) -> None:
    """Remove a file that is not open."""
    if options.get("dir_fd") is None:
        refuse_open(path)
    real["unlink"](path, **options)


def read_text(path: pathlib.Path, *words: Any, **options: Any) -> str:
    """Read a file; there is no /proc."""
    if str(path).startswith("/proc/") and is_kadita(sys._getframe(1).f_globals.get("__name__")):
        raise FileNotFoundError(errno.ENOENT, "No such file or directory", str(path))
    return real_read_text(path, *words, **options)


def take_away() -> None:
    """Take all of it away from this process, once."""
    builtins.__import__ = importing
    os.replace, os.rename, os.unlink, os.remove = replace, rename, unlink, unlink
    os.stat, os.lstat, os.open, os.mkdir = (of_any_case(real[name]) for name in ("stat", "lstat", "open", "mkdir"))
    builtins.open = io.open = opened
    pathlib.Path.read_text = read_text
    tempfile.TemporaryFile = tempfile.NamedTemporaryFile  # as tempfile has it on Windows
