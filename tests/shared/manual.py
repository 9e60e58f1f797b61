"""The pages of the manual, whose blocks run in their order in one empty folder, and what the blocks print.

A `text` block directly after a `sh` or `python` block is what it prints, to a file; `same` says how exactly. Outputs
are never typed: ``python tests/shared/manual.py [PAGE.md]...`` runs pages and writes what their blocks print into them.
"""

import json
import math
import os
import re
import subprocess
import sys
import sysconfig
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
MADE = {"builder", "catalogue", "examples", "gallery", "generated"}  # folders of docs whose pages are made, or are none
BLOCK = re.compile(
    r"^```(?P<language>sh|python|toml)\n(?P<code>.*?)^```$(?:\n+^```text\n(?P<output>.*?)^```$)?",
    re.MULTILINE | re.DOTALL,
)
NAME = re.compile(r"(?:#!.*\n)?# ([\w/]+\.(?:py|toml|sh))\n")  # the first line of a block that is a file
NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?")
UNLIKE = re.compile(  # lines of tables; checksums; the version; durations; sizes of files
    r"[\u2500-\u257f]|(?<![.\w])(?=\d*[a-f])[0-9a-f]{12,}\b|(?<=kadita )\d[\w.+]*"
    r"|(?<=in )\d+\.\d+ ?s\b|[\d.]+ [mun]s per |(?<=\()[\d.]+ [kM]B(?=\))"
)

# Runs the Python blocks of a page, in one namespace, as cells of a notebook: what a block ends with is shown.
CELLS = """
import ast, json, sys, traceback
namespace = {"__name__": "__main__"}
answers = open(int(sys.argv[1]), "w")
for line in sys.stdin:
    error = ""
    try:
        tree = ast.parse(json.loads(line))
        last = tree.body.pop().value if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, "<block>", "exec"), namespace)
        if last is not None:
            value = eval(compile(ast.Expression(last), "<block>", "eval"), namespace)
            if value is not None:
                print(repr(value))
    except BaseException:
        error = traceback.format_exc()
    sys.stdout.flush()
    print(json.dumps(error), file=answers, flush=True)
"""


class Block(NamedTuple):
    """A block of a page: its language, what is in it, and what it prints; None if the page does not say it."""

    language: str
    code: str
    output: str | None

    @property
    def name(self) -> str | None:
        """The name of the file that the block is, if it is one."""
        found = NAME.match(self.code)
        return found[1] if found else None


def pages() -> dict[str, Path]:
    """The README, and the pages that are written by hand, by their path in the repository."""
    found = [p for p in sorted((ROOT / "docs").rglob("*.md")) if not MADE & {*p.relative_to(ROOT / "docs").parts}]
    return {path.relative_to(ROOT).as_posix(): path for path in [ROOT / "README.md", *found]}


def blocks_of(text: str) -> list[Block]:
    return [Block(*found.group("language", "code", "output")) for found in BLOCK.finditer(text)]


def same(said: str, printed: str) -> bool:
    """Whether a page says what is printed.

    Words are the same. Whole numbers are, too, and others to 2 % or to one in their last digit, because libraries and
    processors round in different ways. Spaces, lines of tables, checksums, kadita's version, and sizes of files and
    seconds where they are told do not count.
    """
    said, printed = UNLIKE.sub(" ", said), UNLIKE.sub(" ", printed)
    if NUMBER.sub("#", said).split() != NUMBER.sub("#", printed).split():
        return False
    return all(_close(a, b) for a, b in zip(NUMBER.findall(said), NUMBER.findall(printed), strict=True))


def _close(a: str, b: str) -> bool:
    if a == b:
        return True
    if not {".", "e"} & {*a, *b}:
        return False
    decimals = len(a.partition(".")[2]) if "e" not in a else 0
    last = 10.0**-decimals if decimals else 0.0
    return math.isclose(float(a), float(b), rel_tol=0.02, abs_tol=1.01 * last)


class Session:
    """Runs blocks of one page in a folder as a reader does: shells for `sh`, one Python for all of its Python.

    Args:
        folder: an empty one.
        own_environment: has an environment of Python of its own, into which the page installs what it makes.
    """

    def __init__(self, folder: Path, *, own_environment: bool = False) -> None:
        self.folder = folder
        programs = Path(sys.executable).parent
        self.environment = os.environ | {"PYTHONUNBUFFERED": "1", "COLUMNS": "80", "MPLBACKEND": "agg"}
        if own_environment:
            self.environment |= {"PIP_NO_INDEX": "1", "PIP_NO_DEPS": "1", "PIP_QUIET": "1", "PIP_NO_CACHE_DIR": "1"}
            self.environment |= {"PIP_NO_BUILD_ISOLATION": "0", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}  # 0: none
            programs = _environment(folder.parent / f"{folder.name}-environment")
        self.environment["PATH"] = f"{programs}{os.pathsep}{os.environ['PATH']}"
        self.python = programs / "python"
        self._cells: subprocess.Popen[str] | None = None
        self._opened = ExitStack()

    def run(self, block: Block) -> str:
        """Write a block that is a file; run any other, and return what it prints, errors among it.

        Raises:
            AssertionError: it fails.
        """
        if block.name:
            (self.folder / block.name).write_text(block.code, encoding="utf-8")
        if block.name or block.language == "toml":
            return ""
        with tempfile.TemporaryFile("w+", encoding="utf-8") as printed:
            error = self._shell(block.code, printed) if block.language == "sh" else self._cell(block.code)
            if block.language == "sh":
                printed.seek(0)
                text = printed.read()
            else:
                text = self._printed.read()
        assert not error, f"{block.code}\n{text}\n{error}"
        return text.replace(f"{self.folder}/", "")

    def _shell(self, code: str, printed: object) -> str:
        shell = ["bash", "-euc", code]
        done = subprocess.run(
            shell, cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL, stdout=printed, stderr=printed
        )
        return f"exit status {done.returncode}" if done.returncode else ""

    def _cell(self, code: str) -> str:
        if self._cells is None:
            path = self.folder.parent / f"{self.folder.name}-printed.txt"
            with open(path, "w", encoding="utf-8") as printed:
                reading, writing = os.pipe()
                self._cells = subprocess.Popen(
                    [self.python, "-c", CELLS, str(writing)],
                    cwd=self.folder,
                    env=self.environment,
                    stdin=subprocess.PIPE,
                    stdout=printed,
                    stderr=printed,
                    pass_fds=[writing],
                    text=True,
                )
                os.close(writing)
            self._printed = self._opened.enter_context(open(path, encoding="utf-8"))  # noqa: SIM115
            self._answers = self._opened.enter_context(open(reading, encoding="utf-8"))  # noqa: SIM115
        print(json.dumps(code), file=self._cells.stdin, flush=True)
        answer = self._answers.readline()
        return json.loads(answer) if answer else f"Python ended with exit status {self._cells.wait()}"

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, *_: object) -> None:
        if self._cells is not None:
            self._cells.stdin.close()
            self._cells.wait()
        self._opened.close()


def _environment(folder: Path) -> Path:
    """Make an environment that sees what is installed in this one; return the folder of its programs."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True, capture_output=True)
    python = folder / "bin" / "python"
    ask = [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    there = Path(subprocess.run(ask, check=True, capture_output=True, text=True).stdout.strip())
    here = sysconfig.get_path("purelib")
    (there / "all_of_this_one.pth").write_text(f"import site; site.addsitedir({here!r})\n")
    program = folder / "bin" / "kadita"
    program.write_text(f"#!{python}\nimport sys\n\nfrom kadita.cli import main\n\nsys.exit(main())\n")
    program.chmod(0o755)
    return python.parent


def installs(text: str) -> bool:
    """Whether a page installs something."""
    return any("pip install" in block.code for block in blocks_of(text) if block.language == "sh")


def refreshed(text: str, folder: Path) -> str:
    """Return the text of a page with what its blocks print now, where that is not the same."""
    with Session(folder, own_environment=installs(text)) as session:

        def printed(found: re.Match[str]) -> str:
            output = session.run(Block(*found.group("language", "code", "output")))
            if found["output"] is None or same(found["output"], output):
                return found[0]
            whole = "\n".join(line.rstrip() for line in output.strip("\n").split("\n"))
            return found[0][: found.start("output") - found.start()] + f"{whole}\n```"

        return BLOCK.sub(printed, text)


if __name__ == "__main__":
    for page in [Path(name) for name in sys.argv[1:]] or pages().values():
        before = page.read_text(encoding="utf-8")
        if any(block.output is not None for block in blocks_of(before)):
            with tempfile.TemporaryDirectory() as parent:
                (empty := Path(parent) / "page").mkdir()
                after = refreshed(before, empty)
            page.write_text(after, encoding="utf-8")
            print(page, "changed" if after != before else "unchanged")
