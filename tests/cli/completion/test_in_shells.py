"""Completion in the shells themselves."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from terminals import Terminal

ESCAPES = r"\x1b\[[0-9;?]*[a-zA-Z]|.(\x1b\[[0-9;?]*[a-zA-Z])*\x08"  # of colours; and characters that are taken back


def script(known, shell, folder):
    """The script of a shell, in a file."""
    shown = subprocess.run(["kadita", "--show-completion", shell], env=known, capture_output=True, text=True)
    assert (shown.returncode, shown.stderr) == (0, "")
    file = folder / f"completion.{shell}"
    file.write_text(shown.stdout)
    return file


def in_bash(known, file, folder, *words):
    """What bash offers for the last word."""
    quoted = " ".join(f"'{word}'" for word in words)
    code = f"""
        source {file}; COMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}; _kadita_completion kadita
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    done = subprocess.run(["bash", "--norc", "-c", code], env=known, cwd=folder, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.split("\n")[:-1]


def test_bash(known, shell, tmp_path):
    shell("bash")
    file = script(known, "bash", tmp_path)
    for name in ("mine.toml", "my plugin.py", "school.nc"):
        (tmp_path / name).write_text("")
    (tmp_path / "more").mkdir()
    assert in_bash(known, file, tmp_path, "kadita", "an") == ["analyze", "animate"]
    assert "polarization" in in_bash(known, file, tmp_path, "kadita", "analyze", "-m", "pol")
    assert in_bash(known, file, tmp_path, "kadita", "run", "tor") == ["torus"]
    assert in_bash(known, file, tmp_path, "kadita", "run", "m") == ["more", "mine.toml"]
    assert in_bash(known, file, tmp_path, "kadita", "analyze", "--plugin", "m") == ["more", "my plugin.py"]
    assert in_bash(known, file, tmp_path, "kadita", "analyze", "--start", "") == [""]


@pytest.mark.parametrize(
    ("typed", "then"),
    [
        ("kadita analyze -m largest_cluster_f\t", "largest_cluster_fraction "),
        ("kadita metrics oceanic\t", "oceanic_schooling_index "),
        ("kadita analyze --set largest_cluster_fraction.link\t", "largest_cluster_fraction.link_distance="),
        ("kadita scenarios dynamic-p\t", "dynamic-parallel "),
        ("kadita info sch\t", "school.nc "),
        ("kadita info ~/in_home_and_a\t", "~/in_home_and_alone.nc "),
        ("kadita analyze --plugin ~/in_home_and_a\t", "in_home_and_alone.py "),
        ("kadita analyze --by=spe\t", "--by=species "),
    ],
)
@pytest.mark.parametrize("name", ["bash", "zsh"])
def test_the_key_of_completion(name, typed, then, known, shell, tmp_path):
    """It completes the word, and adds a space unless a value follows."""
    file = script(known, name, tmp_path)
    (tmp_path / "school.nc").write_text("")
    for suffix in ("nc", "py"):
        Path(known["HOME"], f"in_home_and_alone.{suffix}").write_text("")
    if "--plugin" not in typed:
        Path(known["HOME"], "in_home_and_alone.py").unlink()
    bare = {"bash": ["--norc", "--noprofile", "-i"], "zsh": ["-f", "-i"]}[name]
    ready = {"bash": f"PS1='ready'; source {file}", "zsh": f"PS1='ready'; autoload -Uz compinit; compinit -u; . {file}"}
    with Terminal([shell(name), *bare], columns=200, env=known, cwd=tmp_path) as terminal:
        terminal.type(f"{ready[name]}; echo set''up\n")
        terminal.until("setup")
        terminal.until("ready")
        terminal.type(typed)
        shown = terminal.until(then.strip())
        terminal.type("END")
        shown += terminal.until("END")
        assert re.sub(ESCAPES, "", shown).endswith(f"{then}END"), shown


def test_fish(known, shell, tmp_path):
    fish = shell("fish")
    folder = tmp_path / "fish" / "completions"
    folder.mkdir(parents=True)
    script(known, "fish", folder).rename(folder / "kadita.fish")
    (tmp_path / "mine.toml").write_text("")
    (tmp_path / "school.nc").write_text("")

    def offered(line):
        environment = known | {"XDG_CONFIG_HOME": str(tmp_path)}
        command = [fish, "-c", f"complete -C '{line}'"]
        done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=True)
        return dict((*row.split("\t"), "")[:2] for row in done.stdout.splitlines())

    assert list(offered("kadita an")) == ["analyze", "animate"]
    found = offered("kadita analyze -m pol")
    assert found["polarization"].startswith("Length of the mean heading")
    assert offered("kadita run to").keys() >= {"torus"}
    assert offered("kadita run m").keys() == {"mine.toml"}
    assert offered("kadita sweep m").keys() == {"mine.toml"}
    assert offered("kadita analyze s").keys() == {"school.nc"}
    assert "polarization.definition=" in offered("kadita analyze --set pol")


if shutil.which("pwsh"):  # Debian has no package of it, so that its absence is no skipped test

    def test_powershell(known, tmp_path):
        file = script(known, "powershell", tmp_path)
        line = "kadita analyze -m pol"
        asked = f"(TabExpansion2 -inputScript '{line}' -cursorColumn {len(line)}).CompletionMatches.CompletionText"
        command = ["pwsh", "-NoProfile", "-Command", f". {file}; {asked}"]
        done = subprocess.run(command, env=known, capture_output=True, text=True, check=True)
        assert "polarization" in done.stdout.split()


@pytest.mark.parametrize(
    ("name", "files"),
    {
        "bash": [".bash_completions/kadita.sh", ".bashrc"],
        "zsh": [".zfunc/_kadita", ".zshrc"],
        "fish": [".config/fish/completions/kadita.fish"],
    }.items(),
)
def test_installation_writes_once_and_leaves_what_the_user_has(name, files, known, tmp_path):
    rc = tmp_path / files[-1]
    if len(files) == 2:
        rc.write_text("# mine, without an end of line")
    for _ in range(2):
        environment = {k: v for k, v in known.items() if k not in ("ZDOTDIR", "XDG_CONFIG_HOME")} | {
            "HOME": str(tmp_path)
        }
        done = subprocess.run(["kadita", "--install-completion", name], env=environment, capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, "")
    for file in files:
        assert (tmp_path / file).exists()
    if len(files) == 2:
        lines = rc.read_text().splitlines()
        assert lines[0] == "# mine, without an end of line"
        assert len(lines) == 2


@pytest.mark.parametrize("name", ["bash", "zsh"])
def test_an_installed_script_works_in_a_new_shell(name, known, shell, tmp_path):
    environment = {k: v for k, v in known.items() if k != "ZDOTDIR"} | {"HOME": str(tmp_path)}
    subprocess.run(["kadita", "--install-completion", name], env=environment, capture_output=True, check=True)
    with Terminal([shell(name), "-i"], columns=200, env=environment, cwd=tmp_path) as terminal:
        terminal.type("echo set''up\n")
        terminal.until("setup")
        terminal.type("kadita metrics oceanic\t")
        terminal.until("oceanic_schooling_index")


def test_a_shell_that_is_not_known_is_refused(refused):
    assert "there is no completion for 'bahs' (did you mean bash?)" in refused("--show-completion", "bahs")
