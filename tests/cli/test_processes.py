"""In a process of its own a command says and returns what `kadita.cli.main` does, whatever it has not imported yet."""

import shutil

import pytest

TABLE = "agent,time,x,y\n1,0,1,2\n2,0,1,2\n1,1,1,2\n2,1,3,2\n"
UNITS = ("--length-unit", "m", "--time-unit", "s")
COMMANDS = [  # exit status, words
    (0, ["run", "torus", "--agents", "5", "--steps", "2"]),
    (0, ["run", "torus", "--agents", "5", "--steps", "2", "--analyze", "-m", "spread", "--no-trajectory"]),
    (0, ["sweep", "sweep.toml"]),
    (0, ["analyze", "school.nc", "-m", "rotation", "-m", "depth_stratification_entropy"]),
    (2, ["analyze", "school.nc", "-m", "nothing"]),
    (0, ["metrics", "rotation"]),
    (0, ["scenarios"]),
    (0, ["info", "school.nc"]),
    (2, ["info", "cut.nc"]),
    (0, ["validate", "school.nc"]),
    (2, ["validate", "cut.nc"]),
    (0, ["recover", "cut.nc", "-o", "saved.nc"]),
    (0, ["convert", "tracks.csv", "tracks.nc", *UNITS]),
    (0, ["topology", "school.nc", "school.pdb"]),
    (0, ["plot", "school.nc", "-m", "spread", "-o", "school.png"]),
    (0, ["plugins", "list"]),
    (0, ["plugins", "new", "mine"]),
]
SWEEP = """
scenario = "torus"
steps = 2
metrics = ["spread"]
equilibration = "none"

[parameters]
agents = 5

[grid]
noise = [0.0, 0.1]
"""


@pytest.mark.parametrize(("status", "words"), COMMANDS, ids=lambda v: " ".join(v) if isinstance(v, list) else "")
def test_status_and_words_are_those_of_main(status, words, command, process, school, tmp_path):
    folders = [tmp_path / name for name in ("here", "apart")]
    for folder in folders:
        folder.mkdir()
        shutil.copy(school, folder / "school.nc")
        (folder / "cut.nc").write_bytes(school.read_bytes()[:-1000])
        (folder / "tracks.csv").write_text(TABLE)
        (folder / "sweep.toml").write_text(SWEEP)
    here, apart = (run(*words, cwd=folder) for run, folder in zip((command, process), folders, strict=True))
    assert apart.returncode == status, apart.stderr
    assert (apart.returncode, apart.stdout, apart.stderr) == (here.returncode, here.stdout, here.stderr)
    files = [sorted(str(file.relative_to(folder)) for file in folder.rglob("*")) for folder in folders]
    assert files[0] == files[1]
