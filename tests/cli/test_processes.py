"""In a process of its own a command says and returns what `kadita.cli.main` does, whatever it has not imported yet."""

import shutil

import pytest

TABLE = "agent,time,x,y\n1,0,1,2\n2,0,1,2\n1,1,1,2\n2,1,3,2\n"
UNITS = ("--length-unit", "m", "--time-unit", "s")
WORDS = [
    ["run", "torus", "--agents", "5", "--steps", "2"],
    ["run", "torus", "--agents", "5", "--steps", "2", "--analyze", "-m", "spread", "--no-trajectory"],
    ["sweep", "sweep.toml"],
    ["analyze", "school.nc", "-m", "rotation", "-m", "depth_stratification_entropy"],
    ["analyze", "school.nc", "-m", "nothing"],
    ["metrics", "rotation"],
    ["scenarios"],
    ["info", "school.nc"],
    ["info", "cut.nc"],
    ["validate", "school.nc"],
    ["validate", "cut.nc"],
    ["recover", "cut.nc", "-o", "saved.nc"],
    ["convert", "tracks.csv", "tracks.nc", *UNITS],
    ["topology", "school.nc", "school.pdb"],
    ["plot", "school.nc", "-m", "spread", "-o", "school.png"],
    ["plugins", "list"],
    ["plugins", "new", "mine"],
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


@pytest.mark.parametrize("words", WORDS, ids=" ".join)
def test_status_and_words_are_those_of_main(words, command, process, school, tmp_path):
    folders = [tmp_path / name for name in ("here", "apart")]
    for folder in folders:
        folder.mkdir()
        shutil.copy(school, folder / "school.nc")
        (folder / "cut.nc").write_bytes(school.read_bytes()[:-1000])
        (folder / "tracks.csv").write_text(TABLE)
        (folder / "sweep.toml").write_text(SWEEP)
    here, apart = (run(*words, cwd=folder) for run, folder in zip((command, process), folders, strict=True))
    assert (apart.returncode, apart.stdout, apart.stderr) == (here.returncode, here.stdout, here.stderr)
    files = [sorted(str(file.relative_to(folder)) for file in folder.rglob("*")) for folder in folders]
    assert files[0] == files[1]
