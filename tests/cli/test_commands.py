"""What the commands do when all is well."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from kadita.cli.commands import COMMANDS
from kadita.plugins.loading import load_registry

PLUGIN = """
from kadita import Block, hookimpl, metric

@metric(units="length")
def crowding(block: Block, *, k: int = 3):
    return block.neighbor_distances(k).mean(axis=(1, 2))

@hookimpl
def kadita_metrics():
    return [crowding]
"""


def test_run_names_its_file_after_the_scenario(command, tmp_path):
    done = command("run", "dewi-kadita-1", "--agents", 10, "--steps", 20, "--every", 5)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("wrote dewi-kadita-1.nc")
    assert [p.name for p in tmp_path.iterdir()] == ["dewi-kadita-1.nc"]


def test_a_scenario_that_was_printed_and_edited_can_be_run(command, tmp_path):
    text = command("scenarios", "dewi-kadita-2").stdout.replace("agents = 200", "agents = 12")
    (tmp_path / "mine.toml").write_text(text)
    assert command("run", "mine.toml", "--steps", 10, "--set", "noise=0.3").returncode == 0
    stored = json.loads(command("info", "mine.nc", "--json").stdout)["configuration"]
    assert (stored["parameters"]["agents"], stored["parameters"]["noise"], stored["steps"]) == (12, 0.3, 10)


def test_force_replaces_and_nothing_else_does(command, refused, tmp_path):
    command("run", "dewi-kadita-1", "--agents", 5, "--steps", 0)
    before = (tmp_path / "dewi-kadita-1.nc").read_bytes()
    assert "exists; choose another name, or --force" in refused("run", "dewi-kadita-1", "--agents", 6, "--steps", 0)
    assert (tmp_path / "dewi-kadita-1.nc").read_bytes() == before
    assert command("run", "dewi-kadita-1", "--agents", 6, "--steps", 0, "--force").returncode == 0
    assert (tmp_path / "dewi-kadita-1.nc").read_bytes() != before


def test_analyze_prints_a_table_and_writes_what_is_asked(command, school, tmp_path):
    done = command("analyze", school, "-m", "polarization", "-m", "state", "-o", "a.csv", "-o", "b.nc", "-o", "c.xvg")
    assert done.returncode == 0, done.stderr
    assert "11 frames, time 0 to 10" in done.stdout
    assert {p.name for p in tmp_path.iterdir()} == {"a.csv", "a.json", "b.nc", "c.xvg"}
    table = np.genfromtxt(tmp_path / "a.csv", delimiter=",", names=True, dtype=None, encoding=None)
    row = next(line for line in done.stdout.splitlines() if "polarization" in line).split()
    assert row[1] == f"{table['polarization'].mean():.4g}"
    assert row[3] == f"{table['polarization'].std():.3g}"


def test_analyze_chooses_frames_and_times(command, school):
    assert "3 frames, time 2 to 6" in command("analyze", school, "-m", "spread", "-b", 2, "-e", 6, "--dt", 2).stdout
    assert (
        "4 frames, time 1 to 7"
        in command("analyze", school, "-m", "spread", "--start", 1, "--stop", 8, "--step", 2).stdout
    )


def test_the_published_profile_changes_the_numbers(command, school, tmp_path):
    assert command("analyze", school, "--profile", "published", "-o", "a.json").returncode == 0
    metrics = json.loads((tmp_path / "a.json").read_text())["metrics"]
    assert metrics["rotation"]["parameters"] == {"definition": "published"}
    assert "polarization_unbiased" not in metrics


def test_metrics_lists_and_explains(command):
    listing = command("metrics").stdout
    assert all(word in listing for word in ("polarization", "oceanic_schooling_index", "order", "entropy"))
    one = command("metrics", "largest_cluster_fraction").stdout
    assert "largest_cluster_fraction.link_distance = none" in one
    assert "doi:10.1103/PhysRevE.64.016706" in one
    assert "formula:" in one


def test_scenarios_are_listed(command):
    listing = command("scenarios").stdout
    assert all(name in listing for name in load_registry().scenarios)


def test_info_tells_a_complete_run_from_one_that_broke_off(command, school):
    facts = json.loads(command("info", school, "--json").stdout)
    assert (facts["complete"], facts["frames"], facts["agents"], facts["cell"]) == (True, 11, 40, [25.0] * 3)
    text = command("info", school).stdout
    assert "complete:          yes" in text
    assert "cell:              25 x 25 x 25" in text
    assert "times:             0 to 10" in text


@pytest.mark.parametrize("ending", ["png", "pdf", "svg"])
def test_plot_draws_a_picture(command, school, tmp_path, ending):
    assert command("plot", school, "-m", "rotation", "-m", "state", "-o", f"a.{ending}").returncode == 0
    first = (tmp_path / f"a.{ending}").read_bytes()
    assert first.startswith({"png": b"\x89PNG", "pdf": b"%PDF", "svg": b"<?xml"}[ending])
    assert len(first) > 5000
    assert command("plot", school, "-m", "rotation", "-m", "state", "-o", f"b.{ending}").returncode == 0
    assert (tmp_path / f"b.{ending}").read_bytes() == first


def test_profiles_are_drawn_against_their_axes(command, school, tmp_path):
    names = ["neighbor_distance_by_rank", "neighbor_bearing", "mean_squared_displacement"]
    done = command("plot", school, *(w for name in names for w in ("-m", name)), "-o", "profiles.svg")
    assert done.returncode == 0, done.stderr
    drawn = (tmp_path / "profiles.svg").read_text()
    assert [word for word in ("rank", "bearing", "elevation", "lag") if f"<!-- {word}" not in drawn] == []
    assert "<!-- time" not in drawn


def test_many_components_are_one_row_of_the_table(command, school):
    shown = command("analyze", school, "-m", "neighbor_bearing", "-m", "neighbor_distance_by_rank").stdout
    assert "12 x 6 values" in shown
    assert sum(line.startswith("neighbor_distance_by_rank.") for line in shown.splitlines()) == 6


def test_convert_a_long_table(command, tmp_path):
    rows = ["who,when,X,Y"] + [
        f"{a},{t},{t + i}.5,{2 * t}" for t in range(5) for i, a in enumerate("ab") if (t, a) != (2, "b")
    ]
    (tmp_path / "tracks.csv").write_text("\n".join(rows) + "\n")
    columns = [w for c in ("agent=who", "frame=when", "x=X", "y=Y") for w in ("--column", c)]
    done = command(
        "convert", "tracks.csv", "tracks.nc", *columns, "--frame-rate", 25, "--length-unit", "mm", "--time-unit", "s",
        "--velocities", "difference",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "tracks.csv has no z; it is set to 0" in done.stderr
    facts = json.loads(command("info", "tracks.nc", "--json").stdout)
    assert (facts["frames"], facts["agents"], facts["times"], facts["length_unit"]) == (5, 2, [0, 0.16], "mm")
    assert command("analyze", "tracks.nc", "-m", "spread", "-o", "a.json").returncode == 0
    metric = json.loads((tmp_path / "a.json").read_text())["metrics"]["spread"]
    assert (metric["values"], metric["units"]) == ([0.5, 0.5, 0.0, 0.5, 0.5], "mm")


def test_a_trajectory_of_another_format_is_converted(command, school, tmp_path):
    import MDAnalysis

    assert command("topology", school, "school.pdb").returncode == 0
    universe = MDAnalysis.Universe(tmp_path / "school.pdb", school)
    universe.atoms.write(tmp_path / "school.xtc", frames="all")
    done = command("convert", "school.xtc", "copy.nc", "--topology", "school.pdb", "--velocities", "difference")
    assert done.returncode == 0, done.stderr
    assert "11 frames" in command("analyze", "copy.nc", "-m", "polarization").stdout


def test_a_converted_trajectory_still_knows_its_model(command, school, tmp_path):
    assert command("convert", school, "copy.nc", "--length-unit", "mm").returncode == 0
    facts = json.loads(command("info", "copy.nc", "--json").stdout)
    assert (facts["model"], facts["r_a"], facts["length_unit"]) == ("couzin", 10.0, "mm")
    assert facts["configuration"]["source"]["name"] == "school.nc"


def test_a_plugin_file_is_measured(command, school, tmp_path):
    (tmp_path / "mine.py").write_text(PLUGIN)
    done = command("analyze", school, "--plugin", "mine.py", "-m", "crowding", "--set", "crowding.k=5")
    assert done.returncode == 0, done.stderr
    assert "crowding" in done.stdout


def test_help_and_version(command):
    for words in (["--help"], ["-h"], ["analyze", "-h"], ["run", "--help"]):
        done = command(*words)
        assert done.returncode == 0
        assert "Usage: kadita" in done.stdout
    assert command("--version").stdout.startswith("kadita ")


HEAVY = {"numpy", "numba", "MDAnalysis", "matplotlib", "xarray", "netCDF4", "scipy", "pandas", "pydantic", "rich"}


@pytest.mark.parametrize("words", [["--help"], ["analyze", "--help"], ["plugins", "check", "-h"], []], ids=str)
def test_help_does_not_wait_for_heavy_packages(words):
    """One command's help imports no other command either."""
    code = f"import sys; from kadita.cli import main; main({words}); print(*sys.modules, file=sys.stderr)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stderr.split()
    heavy = HEAVY if words else HEAVY - {"pydantic"}  # which Typer needs to read the options of `kadita` alone
    assert not heavy & {name.partition(".")[0] for name in loaded}
    commands = {name for name in loaded if name.startswith("kadita.cli.")} & {f"kadita.cli.{name}" for name in COMMANDS}
    assert commands == {f"kadita.cli.{word}" for word in words[:1] if word in COMMANDS}


def test_importing_the_library_does_not_wait_for_heavy_packages():
    code = "import sys, kadita; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not HEAVY & {name.partition(".")[0] for name in loaded}


def test_progress_is_shown_on_a_terminal_and_only_there(command, school):
    pty = pytest.importorskip("pty", reason="terminals of POSIX")
    assert command("analyze", school, "-m", "spread").stderr == ""
    master, slave = pty.openpty()
    command = [sys.executable, "-m", "kadita", "analyze", str(school), "-m", "spread"]
    environment = os.environ | {"TERM": "xterm"}  # without it a terminal can draw nothing
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=slave, check=True, env=environment)
    os.close(slave)
    shown = os.read(master, 100_000).decode(errors="replace")  # it ends where the buffer does
    os.close(master)
    assert "analyzing" in shown


def test_a_reader_that_has_seen_enough_is_no_error(command):
    command = f"{sys.executable} -m kadita metrics | head -1"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
