"""`kadita plot --kind`: each figure from trajectories or the table of a sweep, and what is refused."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from matplotlib.text import Text

import kadita
from kadita.evaluation.figures import page
from kadita.evaluation.figures.kinds import KINDS, Kind

SMALLEST = 6.5  # points, of any text at the size of print
TABLE = """r_o,noise,seed,polarization,polarization_error,folder
1,0.1,1,0.2,0.01,a
1,0.1,2,0.8,0.01,a
2,0.1,1,0.9,0.01,b
2,0.1,2,0.9,0.01,b
1,0.5,1,0.3,0.01,c
"""
DRAWN = {
    "series": ["a.nc", "b.nc", "--equilibration", "half"],
    "order-plane": ["a.nc", "b.nc", "--path"],
    "states": ["a.nc", "b.nc"],
    "distribution": ["a.nc", "b.nc", "-m", "local_order", "-m", "spread"],
    "profiles": ["a.nc", "b.nc", "-m", "neighbor_distance_by_rank", "-m", "mean_squared_displacement", "--log", "xy"],
    "maps": ["a.nc", "-m", "neighbor_bearing"],
    "quantiles": ["a.nc", "-m", "local_order", "-m", "front_back"],
    "correlation": ["a.nc", "b.nc", "--set", "r_max=12", "--set", "bins=6"],
    "phase-diagram": ["table.csv", "-m", "polarization"],
    "entropies": ["a.nc", "b.nc", "--equilibration", "half"],
    "snapshot": ["a.nc", "--frame", "0", "--color", "speed"],
    "tracks": ["a.nc", "--look", "z", "--start", "5", "--stop", "20"],
    "neighbor-maps": ["a.nc", "-m", "neighbor_bearing"],
}


@pytest.fixture
def folder(tmp_path: Path, rng: np.random.Generator) -> Path:
    """Two short schools of noisy agents in open space, which no engine simulates, and the table of a sweep."""
    for name, aligned in (("a.nc", 0.5), ("b.nc", 3.0)):
        v = rng.normal(size=(40, 14, 3)) + [aligned, 0, 0]
        x = 3 * rng.normal(size=(14, 3)) + np.cumsum(v, axis=0)
        with kadita.record(tmp_path / name, agents=14, time_step=1.0, velocities="displacement") as file:
            for t in range(40):
                file.write(x[t], v[t])
    (tmp_path / "table.csv").write_text(TABLE)
    return tmp_path


@pytest.fixture
def figures_made(monkeypatch):
    """The figures that are written."""
    made = []
    written = page.save
    monkeypatch.setattr(page, "save", lambda figure, path: (made.append(figure), written(figure, path)))
    return made


def test_every_kind_is_tried_here_and_named_in_the_help(command):
    assert set(DRAWN) == set(KINDS)
    shown = " ".join(command("plot", "--help").stdout.split()).replace("- ", "-")
    listed = re.search(r"Draw a figure of this kind instead: (.*?)\.", shown)[1]
    assert re.split(r", | or ", listed) == list(KINDS)


@pytest.mark.parametrize(
    ("kind", "width"),
    [*((kind, 86) for kind in DRAWN), *((k, 178) for k in ("order-plane", "correlation", "distribution"))],
)
def test_each_kind_is_legible_at_the_size_of_print(command, folder, figures_made, kind, width):
    done = command("plot", *DRAWN[kind], "--kind", kind, "-o", "figure.png", "--width", width)
    assert (done.returncode, done.stdout) == (0, "wrote figure.png\n"), done.stderr
    (figure,) = figures_made
    assert figure.get_figwidth() * 25.4 == pytest.approx(width)
    figure.canvas.draw()
    texts = [t for t in figure.findobj(Text) if t.get_visible() and t.get_text()]
    assert len(texts) > 5
    assert min(t.get_fontsize() for t in texts) >= SMALLEST
    box = figure.get_tightbbox()
    assert box.x0 >= -0.01
    assert box.y0 >= -0.01
    assert box.x1 <= figure.get_figwidth() + 0.01
    assert box.y1 <= figure.get_figheight() + 0.01
    colours = np.unique(np.asarray(figure.canvas.buffer_rgba())[..., :3].reshape(-1, 3), axis=0)
    assert len(colours) > 50  # something is drawn


@pytest.mark.parametrize("ending", ["svg", "pdf"])
def test_vector_files_are_the_same_each_time(command, folder, ending):
    for name in ("a", "b"):
        done = command("plot", "a.nc", "b.nc", "--kind", "order-plane", "-o", f"{name}.{ending}")
        assert done.returncode == 0, done.stderr
    first = (folder / f"a.{ending}").read_bytes()
    assert first == (folder / f"b.{ending}").read_bytes()
    assert len(first) > 5000


def test_names_of_files_are_no_formulas(command, folder):
    (folder / "a.nc").rename(folder / "$\\frac$.nc")
    done = command("plot", "$\\frac$.nc", "b.nc", "--kind", "series", "-o", "figure.svg")
    assert done.returncode == 0, done.stderr
    assert "<!-- $\\frac$ -->" in (folder / "figure.svg").read_text()


def test_in_a_plane_the_entropies_that_apply_are_drawn(command, tmp_path, rng, figures_made):
    v = rng.normal(size=(30, 9, 2))
    x = np.cumsum(v, axis=0)
    with kadita.record(tmp_path / "plane.nc", agents=9, dimensions=2, time_step=1.0, velocities="displacement") as file:
        for t in range(30):
            file.write(x[t], v[t])
    done = command("plot", "plane.nc", "--kind", "entropies", "-o", "figure.png")
    assert done.returncode == 0, done.stderr
    names = [t.get_text() for t in figures_made[0].axes[0].get_yticklabels()]
    assert "polarization" in names
    assert "depth stratification" not in names


def test_a_kind_may_take_the_trajectory_itself(command, folder, monkeypatch, figures_made):
    def draw(asked):
        axes = page.new_figure(asked.width, 40).subplots()
        axes.plot(asked.trajectory.times)
        return [axes]

    monkeypatch.setitem(KINDS, "tracks", Kind(draw, takes="trajectory"))
    assert command("plot", "a.nc", "--kind", "tracks", "-o", "figure.png").returncode == 0
    assert len(figures_made[0].axes[0].lines[0].get_xdata()) == 40


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ["a.nc", "--kind", "serie"],
            r"--kind: there is no figure 'serie' \(did you mean series.*\?\); there are series, order-plane,",
        ),
        (["a.nc", "b.nc", "--kind", "maps"], "--kind maps: expected one trajectory; got 2"),
        (
            ["table.csv", "a.nc", "--kind", "phase-diagram"],
            "--kind phase-diagram: expected one table of a sweep; got 2",
        ),
        (["a.nc", "b.nc"], "expected one trajectory; got 2; --kind series draws several"),
        (["a.nc", "a.nc", "--kind", "series"], "a.nc: expected each file once; got it twice"),
        (["a.nc", "--kind", "maps"], "--kind maps: expected metrics to draw; name them with -m"),
        (
            ["a.nc", "--kind", "maps", "-m", "spread"],
            "spread: expected a result with coordinates along 2 of its own axes",
        ),
        (
            ["a.nc", "--kind", "quantiles", "-m", "spread"],
            "spread: expected a metric that has a number for every agent",
        ),
        (["a.nc", "--kind", "states", "-m", "spread"], "spread: expected a metric with labels"),
        (["a.nc", "--kind", "states", "--log", "x"], "--kind states: expected none of these options; got --log"),
        (["a.nc", "--kind", "series", "--x", "r_o"], "--kind series: expected --equilibration; got --x"),
        (["a.nc", "--width", "86"], "--width: expected it with --kind"),
        (["a.nc", "--kind", "series", "--width", "8"], "--width: expected 50 to 400 mm; got 8"),
        (
            ["a.nc", "--kind", "series", "--equilibration", "soon"],
            "expected an equilibration of auto, half, none or a time",
        ),
        (["a.nc", "--kind", "series", "-m", "depth_stratification_entropy"], "is undefined in all frames that count"),
        (["a.nc", "--kind", "phase-diagram", "-m", "x"], "a.nc: expected the table of a sweep"),
        (["table.csv", "--kind", "phase-diagram"], "--kind phase-diagram: expected a column of the table to draw"),
        (["table.csv", "--kind", "phase-diagram", "-m", "rotation"], "the table has no column 'rotation'"),
        (
            ["table.csv", "--kind", "phase-diagram", "-m", "polarization", "--where", "r_o"],
            "--where: expected PARAMETER=",
        ),
        (
            ["table.csv", "--kind", "phase-diagram", "-m", "polarization", "--where", "r_o=7"],
            "expected r_o to be one of 1",
        ),
        (["none.nc", "--kind", "series"], "none.nc: there is no such file"),
        *(
            (["a.nc", "--kind", kind, *words], f"--kind {kind}: expected no metric, as none is drawn; got {words[0]}$")
            for kind in ("snapshot", "tracks")
            for words in (["-m", "spread"], ["--set", "r_max=12"], ["--profile", "published"], ["--by", "species"])
        ),
        *(
            (["a.nc", "--kind", "snapshot", name, "1"], f"snapshot: expected one frame, named by --frame; got {name}$")
            for name in ("--start", "--stop", "--step", "--begin", "--end", "--dt")
        ),
        (["a.nc", "--kind", "tracks", "--frame", "3"], "--kind tracks: expected --begin, .*; got --frame"),
        (["a.nc", "--kind", "tracks", "--begin", "50"], "no frames selected; there are 40 frames"),
        *(
            (
                ["table.csv", "--kind", "phase-diagram", "-m", "polarization", *words],
                f"is measured already; got {name}$",
            )
            for name, words in (
                ("--set", ["--set", "r_max=12"]),
                ("--begin", ["-b", "2"]),
                ("--largest-cluster", ["--largest-cluster", "3"]),
                ("--from", ["--format", "csv"]),
                ("--frame-rate", ["--frame-rate", "2"]),
            )
        ),
        (["a.nc", "--kind", "maps", "-m", "default"], "--kind maps: expected metrics to draw; name them with -m"),
    ],
)
def test_what_cannot_be_drawn_is_refused_in_one_line(refused, folder, words, said):
    assert re.search(said, refused("plot", *words, "-o", "figure.png"))
    assert not (folder / "figure.png").exists()


def test_a_figure_that_exists_is_kept_without_force(refused, command, folder):
    (folder / "figure.png").write_text("mine")
    assert "figure.png exists; choose another name" in refused("plot", "a.nc", "--kind", "series", "-o", "figure.png")
    assert (folder / "figure.png").read_text() == "mine"
    assert command("plot", "a.nc", "--kind", "series", "-o", "figure.png", "--force").returncode == 0


def test_tracks_and_snapshots_are_of_the_frames_that_are_chosen(command, folder, figures_made):
    chosen = [("--start", "10", "--stop", "21", "--step", "2"), ("-b", "10", "-e", "20", "--dt", "2")]
    for options in chosen:
        done = command("plot", "a.nc", "--kind", "tracks", *options, "-o", "figure.png", "--force")
        assert done.returncode == 0, done.stderr
    paths = [next(c for c in figure.axes[0].collections if c.get_array() is not None) for figure in figures_made]
    assert np.unique(np.asarray(paths[0].get_array())).tolist() == [11, 13, 15, 17, 19]
    np.testing.assert_array_equal(*(np.array(path.get_segments()) for path in paths))


@pytest.mark.parametrize("kind", ["tracks", "snapshot"])
def test_a_cell_that_is_too_small_for_the_positions_is_refused_as_in_other_commands(refused, folder, kind):
    said = refused("analyze", "a.nc", "--box", "1")
    assert refused("plot", "a.nc", "--box", "1", "--kind", kind, "-o", "figure.png") == said
    assert not (folder / "figure.png").exists()


def test_default_and_old_names_among_the_metrics_of_a_kind(command, folder, figures_made):
    linked = ("--set", "link_distance=5")
    done = command("plot", "a.nc", "--kind", "series", "-m", "group_count", "-m", "default", "-o", "f.png", *linked)
    assert done.returncode == 0, done.stderr
    assert "'group_count' is now 'cluster_count'" in done.stderr
    drawn = [axes.get_ylabel().replace("\n", " ") for axes in figures_made[0].axes]
    assert drawn[0].startswith("cluster count")
    assert any(name.startswith("polarization") for name in drawn[1:])
    assert command("plot", "a.nc", "--kind", "states", "-m", "default", "-o", "states.png").returncode == 0


def test_what_the_cells_of_a_phase_diagram_do_not_show_is_said(command, folder):
    done = command("plot", "table.csv", "--kind", "phase-diagram", "-m", "polarization", "-o", "figure.png")
    assert done.returncode == 0
    assert done.stderr.splitlines() == [
        "kadita: note: polarization: 1 of 4 points are not in the table",
        "kadita: note: polarization: seeds disagree by more than 0.21 at 1 of 4 points",
    ]


def test_one_of_several_results_of_an_analysis_can_be_named(command, folder, figures_made):
    done = command("plot", "a.nc", "--kind", "profiles", "-m", "turning_rate.density", "-o", "figure.png")
    assert done.returncode == 0, done.stderr
    assert figures_made[0].axes[0].get_ylabel().replace("\n", " ").startswith("turning rate")
