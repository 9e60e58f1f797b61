"""The scripts of shells, and their installation: ``--show-completion`` and ``--install-completion``."""

from __future__ import annotations

import os
from pathlib import Path

BASH = """\
_kadita_completion() {
    local kind value help file current=${COMP_WORDS[COMP_CWORD]/#\\~\\//$HOME/}
    COMPREPLY=()
    while IFS=$'\\t' read -r kind value help; do
        if [[ $kind == plain ]]; then
            COMPREPLY+=("$value")
            [[ $value == *= ]] && compopt -o nospace 2>/dev/null
            continue
        fi
        if [[ $value == '*' ]]; then
            compopt -o default 2>/dev/null
            continue
        fi
        compopt -o filenames 2>/dev/null
        while IFS= read -r file; do COMPREPLY+=("$file"); done < <(
            compgen -d -- "$current"
            [[ $value == / ]] || compgen -f -X "!*.$value" -- "$current")
    done < <(env COMP_WORDS="${COMP_WORDS[*]}" COMP_CWORD="$COMP_CWORD" _KADITA_COMPLETE=complete_bash "$1")
}
if ((BASH_VERSINFO[0] < 4)); then  # that of macOS, which cannot say it for one word
    complete -o default -F _kadita_completion kadita
else
    complete -F _kadita_completion kadita
fi
"""
ZSH = """\
#compdef kadita
_kadita_completion() {
    local kind value help suffix
    local -a plain open
    while IFS=$'\\t' read -r kind value help; do
        if [[ $kind == file ]]; then
            suffix=$value
        elif [[ $value == *= ]]; then
            open+=("${value//:/\\\\:}:$help")
        else
            plain+=("${value//:/\\\\:}:$help")
        fi
    done < <(env _TYPER_COMPLETE_ARGS="${(pj: :)words[1,CURRENT]}" _KADITA_COMPLETE=complete_zsh $words[1])
    (( $#plain )) && _describe -V kadita plain
    (( $#open )) && _describe -V kadita open -S ''
    case $suffix in
        ('') ;;
        ('*') _files ;;
        (/) _files -/ ;;
        (*) _files -g "*.$suffix" ;;
    esac
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    _kadita_completion "$@"
else
    compdef _kadita_completion kadita
fi
"""
FISH = """\
function _kadita_completion
    set -l line (commandline -cp)
    for answer in (env _KADITA_COMPLETE=complete_fish _TYPER_COMPLETE_ARGS="$line" kadita)
        set -l parts (string split \\t -- $answer)
        if test $parts[1] = plain
            printf '%s\\t%s\\n' $parts[2] $parts[3]
        else if test $parts[2] = '*'
            __fish_complete_path (commandline -ct)
        else if test $parts[2] = /
            __fish_complete_directories (commandline -ct)
        else
            __fish_complete_suffix .$parts[2]
        end
    end
end
complete --command kadita --no-files --keep-order --arguments '(_kadita_completion)'
"""
POWERSHELL = """\
Register-ArgumentCompleter -Native -CommandName kadita -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $line = $commandAst.ToString()
    if ($cursorPosition -lt $line.Length) { $line = $line.Substring(0, $cursorPosition) }
    if ($wordToComplete -eq '') { $line += ' ' }
    $Env:_KADITA_COMPLETE = 'complete_powershell'
    $Env:_TYPER_COMPLETE_ARGS = $line
    try {
        kadita | ForEach-Object {
            $kind, $value, $help = $_ -split "`t", 3
            if (-not $help) { $help = $value }
            if ($kind -eq 'plain') {
                [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $help)
            } else {
                Get-ChildItem -Path "$wordToComplete*" |
                    Where-Object { $_.PSIsContainer -or $value -eq '*' -or $_.Name -like "*.$value" } |
                    ForEach-Object {
                        $path = Resolve-Path -Relative -LiteralPath $_.FullName
                        [System.Management.Automation.CompletionResult]::new($path, $_.Name, 'ProviderItem', $_.Name)
                    }
            }
        }
    } finally {
        Remove-Item Env:_KADITA_COMPLETE, Env:_TYPER_COMPLETE_ARGS
    }
}
"""
SCRIPTS = {"bash": BASH, "zsh": ZSH, "fish": FISH, "powershell": POWERSHELL, "pwsh": POWERSHELL}


def script_of(shell: str | None) -> tuple[str, str]:
    """Return the name and the script of a shell, by default of that which runs.

    Raises:
        KaditaError: it is not known which shell runs, or there is no script of it.
    """
    from kadita.base.errors import KaditaError, did_you_mean

    name = shell or _running()
    if name is None:
        raise KaditaError(f"expected the name of a shell: {', '.join(SCRIPTS)}; it is not known which one runs")
    if name not in SCRIPTS:
        raise KaditaError(f"there is no completion for '{name}'{did_you_mean(name, SCRIPTS)}; for {', '.join(SCRIPTS)}")
    return name, SCRIPTS[name]


def _running() -> str | None:
    """Return the name of the shell that runs, else of the user's usual one."""
    try:
        from shellingham import ShellDetectionFailure, detect_shell
    except ImportError:
        usual = os.environ.get("SHELL")
        return Path(usual).name if usual else None
    try:
        return str(detect_shell()[0])
    except ShellDetectionFailure:
        usual = os.environ.get("SHELL")
        return Path(usual).name if usual else None


def installed(shell: str, script: str) -> list[Path]:
    """Write the script where the shell reads it when it starts, and return the files that were written."""
    home = Path.home()
    if shell == "fish":
        base = os.environ.get("XDG_CONFIG_HOME")
        return [_written(Path(base or home / ".config", "fish", "completions", "kadita.fish"), script)]
    if shell == "bash":
        file = home / ".bash_completions" / "kadita.sh"
        return [_written(file, script), *_with_lines(home / ".bashrc", [f"source '{file}'"])]
    if shell == "zsh":
        base = os.environ.get("ZDOTDIR")
        lines = ["fpath+=~/.zfunc; autoload -Uz compinit; compinit"]
        return [
            _written(home / ".zfunc" / "_kadita", script),
            *_with_lines(Path(base or home, ".zshrc"), lines),
        ]
    return _with_lines(_profile(shell), [script])


def _written(file: Path, text: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8", newline="\n")
    return file


def _with_lines(file: Path, lines: list[str]) -> list[Path]:
    """Append lines to a file of the user, unless it has them."""
    before = file.read_text(encoding="utf-8") if file.exists() else ""
    missing = [line for line in lines if line not in before]
    if not missing:
        return []
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a", encoding="utf-8", newline="\n") as opened:
        opened.write(("" if not before or before.endswith("\n") else "\n") + "".join(f"{line}\n" for line in missing))
    return [file]


def _profile(shell: str) -> Path:
    """Return the file that PowerShell reads when it starts."""
    import subprocess

    words = [shell, "-NoProfile", "-Command", "echo $profile"]
    said = subprocess.run(words, check=True, capture_output=True, encoding="utf-8").stdout
    return Path(said.strip())


def show_or_install(shell: str | None, *, install: bool) -> int:
    """Print the script of a shell, by default of that which runs, or install it; return the exit status."""
    name, script = script_of(shell)
    if not install:
        print(script, end="")
        return 0
    from kadita.cli.completion.names import keep_names
    from kadita.plugins.loading import load_registry

    for file in installed(name, script):
        print(f"wrote {file}")
    keep_names(load_registry())
    print(f"completion works in every {name} that starts from now on")
    return 0
