"""What a page says: the numbers of the analysis, what was assumed, and nothing of the user's that is not text."""

import base64
import hashlib
import re
import subprocess
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from reports import Page

import kadita
from kadita import Block, KaditaError
from kadita.evaluation import summary
from kadita.evaluation.report.report import page_of, report
from kadita.school.chunk import Chunk
from kadita.school.in_memory import InMemoryTrajectory

BUNDLE = Path(str(files("kadita.evaluation.report"))) / "bundle"
ORDER = ["polarization", "rotation"]


@pytest.fixture(scope="module")
def school(tmp_path_factory):
    folder = tmp_path_factory.mktemp("school")
    return kadita.run("torus", agents=20, steps=400, every=4, seed=1, output=folder / "torus.nc")


def test_the_table_has_the_rows_of_kadita_analyze(command, school, tmp_path):
    metrics = [word for name in (*ORDER, "spread", "state") for word in ("-m", name)]
    assert command("report", school, "-o", "report.html", *metrics).returncode == 0
    printed = command("analyze", school, *metrics, "--equilibration", "auto").stdout
    rows = Page((tmp_path / "report.html").read_text(encoding="utf-8")).table()
    assert [row[0] for row in rows if row[0]] == [*ORDER, "spread", "state"]
    for name, *cells in rows:
        line = next(line for line in printed.splitlines() if cells[0] in line and name in line)
        assert [cell for cell in cells if cell] == re.split(r"\s{2,}", line.strip())[bool(name) :]


def test_curves_are_every_frame_of_the_analysis(school):
    text, (results,) = page_of(school, ORDER)
    found = kadita.analyze(school, ORDER)
    estimates = found.statistics("auto")
    shown = Page(text).runs[0]["series"]
    assert [series["name"] for series in shown] == ORDER
    for series in shown:
        e = estimates[series["name"]]
        assert series["times"] == found.times.tolist()
        assert series["values"] == found[series["name"]].tolist()
        assert (series["mean"], series["error"], series["start"]) == (e.mean, e.error, e.start)
    assert (results["polarization"] == found["polarization"]).all()


def test_a_long_series_keeps_its_extremes(rng):
    positions = np.zeros((20_000, 2, 3))
    positions[:, 1, 0] = rng.uniform(1, 2, size=20_000)
    positions[7777, 1, 0], positions[12_345, 1, 0] = 50.0, 0.01
    text, _ = page_of(Block(positions, dimensions=3), ["spread"])
    values = Page(text).runs[0]["series"][0]["values"]
    assert len(values) <= 4000
    assert max(values) == pytest.approx(25.0)
    assert min(values) == pytest.approx(0.005)


def test_each_species_has_its_rows_and_curves(rng):
    x, v = rng.normal(size=(2, 12, 6, 3))
    two = Block(x, v, species=["pike", *["roach"] * 5], dimensions=3)
    text, _ = page_of(two, [*ORDER, "state", "polarization_unbiased", "rotation_unbiased"], by="species")
    made = Page(text)
    names = [series["name"] for series in made.runs[0]["series"]]
    assert names[:2] == ["polarization.pike", "polarization.roach"]
    assert made.runs[0]["diagram"] is None
    assert [row[0] for row in made.table() if row[0] == "polarization.roach"] == ["polarization.roach"]


def test_what_has_an_axis_of_its_own_is_no_curve_in_time(rng):
    school = Block(rng.uniform(0, 9, size=(12, 6, 3)), dimensions=3, box=9.0)
    text, _ = page_of(school, ["spread", "radial_distribution"], parameters={"radial_distribution.r_max": 2.0})
    assert [series["name"] for series in Page(text).runs[0]["series"]] == ["spread"]


def test_names_of_runs_can_be_numbers_and_bytes_that_are_no_text(rng):
    schools = {50: Block(rng.normal(size=(3, 5, 3))), "caf\udce9": Block(rng.normal(size=(3, 6, 3)))}
    text, _ = page_of(schools, ["spread"])
    assert [run["name"] for run in Page(text).runs] == ["50", "caf\udce9"]
    assert "caf?" in text


@pytest.mark.parametrize("units", [("m", "cm"), ("m", None)])
def test_runs_in_different_units_do_not_share_an_axis(rng, units):
    runs = {
        name: Block(rng.normal(size=(3, 5, 3)), attributes={} if unit is None else {"length_unit": unit})
        for name, unit in zip("ab", units, strict=True)
    }
    with pytest.raises(KaditaError, match=rf"one unit of length in a page; got m \(a\), {units[1] or 'none'} \(b\)"):
        page_of(runs, ["spread"])


def test_default_and_others_draw_the_usual_curves_and_these(rng):
    x, v = rng.normal(size=(2, 12, 6, 3))
    text, _ = page_of(Block(x, v, dimensions=3, attributes={"r_a": 1.0}), ["default", "spread"])
    names = [series["name"] for series in Page(text).runs[0]["series"]]
    assert names == ["polarization", "rotation", "oceanic_schooling_index", "spread"]


def test_where_no_frame_counts_all_of_a_curve_is_left_out(rng):
    text, _ = page_of(Block(rng.normal(size=(30, 6, 3))), ["spread"], equilibration=1e9)
    assert Page(text).runs[0]["series"][0]["start"] == 30


def test_states_are_those_of_the_frames_that_are_shown(school):
    text, (results,) = page_of(school, [*ORDER, "state"], budget="5MB")
    told = Page(text).runs[0]["states"]
    labels = [told["labels"][code] for code in told["codes"]]
    assert labels == [results.series["state"].labels[int(code)] for code in results["state"]]


def test_two_runs_stand_in_one_table(command, school, tmp_path):
    other = kadita.run("swarm", agents=10, steps=100, every=4, seed=1, output=tmp_path / "swarm.nc")
    done = command("report", "--compare", school, other, "-o", "both.html", "-m", "polarization", "-m", "spread")
    assert done.returncode == 0, done.stderr
    rows = Page((tmp_path / "both.html").read_text(encoding="utf-8")).table()
    assert [row[:2] for row in rows] == [
        ["polarization", "torus"],
        ["polarization", "swarm"],
        ["spread", "torus"],
        ["spread", "swarm"],
    ]
    for run, (name, _, *cells) in zip([school, other] * 2, rows, strict=True):
        results = kadita.analyze(run, ["polarization", "spread"])
        (row,) = (r for r in summary.rows(results, results.statistics("auto")) if r.name == name)
        assert cells[: len(row.cells)] == list(row.cells)


def test_runs_of_one_name_are_told_apart_by_their_folders(command, school, tmp_path):
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "torus.nc").write_bytes(school.read_bytes())
    done = command("report", school, "b/torus.nc", "-o", "both.html", "-m", "polarization")
    assert done.returncode == 0, done.stderr
    names = [run["name"] for run in Page((tmp_path / "both.html").read_text(encoding="utf-8")).runs]
    assert names == [f"{school.parent.name}/torus", "b/torus"]


def test_what_was_assumed_and_left_out_is_said(rng):
    positions = rng.normal(size=(8, 6, 3))
    positions[..., 2] = 1.0
    flat = InMemoryTrajectory("flat.nc", Chunk(positions, None, np.arange(8.0), None), np.arange(6), {})
    with pytest.warns(kadita.KaditaWarning, match="measured as a plane"):
        text, _ = page_of(flat, ["spread"])
    assert "measured as a plane" in text
    assert "every frame" in text
    assert Page(text).runs[0]["film"]["quantum"] < 1e-3


def test_the_configuration_and_the_fingerprint_are_there(school):
    text, (results,) = page_of(school, ["polarization"])
    assert results.provenance["input"]["header_sha256"] in text
    with kadita.open(school) as opened:
        for key in opened.configuration["parameters"]:
            assert key.replace("_", " ") in text


def test_nothing_is_fetched_and_only_this_script_runs(school):
    text, _ = page_of(school, ["polarization"])
    script, style = ((BUNDLE / name).read_text(encoding="utf-8") for name in ("report.js", "report.css"))
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', text)[1]
    for kind, content in (("script", script), ("style", style)):
        assert content in text
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'; ")
    assert not re.search(r'(?:src|href)="(?!#)', text.replace(script, ""))
    assert not re.search(r"\{\{\w+\}\}", text.replace(script, ""))


def test_the_licences_of_what_draws_the_page_are_in_it(school):
    text, _ = page_of(school, ["polarization"])
    for package in ("three", "uplot"):
        assert re.search(rf"^{package} [\d.]+ \(MIT\)$", (BUNDLE / "LICENSES.txt").read_text(), re.MULTILINE | re.I)
        assert f"{package} " in text


def test_the_bundle_is_what_its_sources_make(web, tmp_path):
    subprocess.run(
        ["node", "build.mjs", str(tmp_path / "bundle")], cwd=web, check=True, capture_output=True, timeout=120
    )
    built = {file.name: file.read_bytes() for file in (tmp_path / "bundle").iterdir()}
    assert built == {file.name: file.read_bytes() for file in BUNDLE.iterdir()}


def test_a_lock_that_names_no_address_and_a_package_that_was_changed(web, tmp_path):
    lock = (web / "package-lock.json").read_text()
    assert "http" not in lock
    assert lock.count('"integrity"') > 4
    damaged = tmp_path / "web"
    damaged.mkdir()
    for name in ("package.json", ".npmrc"):
        (damaged / name).write_bytes((web / name).read_bytes())
    (damaged / "package-lock.json").write_text(re.sub(r"sha512-\w{4}", "sha512-AAAA", lock))
    done = subprocess.run(["npm", "ci"], cwd=damaged, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode != 0
    assert "EINTEGRITY" in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["-o", "report.pdf"], "report.pdf: expected a page named *.html; got '.pdf'"),
        (["-o", "nowhere/report.html"], "there is no folder nowhere"),
        (["-o", "there.html"], "there.html exists; choose another name, or --force to replace it"),
        (["-o", "r.html", "-m", "polarisation"], "polarization"),
        (["-o", "r.html", "--budget", "ten"], "--budget: expected a size such as 10MB or 500kB; got ten"),
        (["-o", "r.html", "--color", "spread"], "--color: expected a metric with a number for each agent; got spread"),
        (["-o", "r.html", "--compare"], "--compare: expected several trajectories"),
        (["-o", "r.html", "--equilibration", "soon"], "soon"),
        (["-o", "r.html", "--start", "1000"], "no frames selected"),
    ],
)
def test_what_cannot_be_done_is_told_in_a_line_and_nothing_is_written(refused, school, tmp_path, words, said):
    (tmp_path / "there.html").write_text("mine")
    assert said in refused("report", school, *words)
    assert [file.name for file in tmp_path.iterdir()] == ["there.html"]
    assert (tmp_path / "there.html").read_text() == "mine"


def test_force_replaces_and_the_trajectory_itself_is_never_written(command, refused, school, tmp_path):
    (tmp_path / "there.html").write_text("mine")
    assert command("report", school, "-o", "there.html", "--force", "-m", "spread").returncode == 0
    assert (tmp_path / "there.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    tracks = tmp_path / "tracks.html"
    tracks.write_bytes(school.read_bytes())
    assert "other than the trajectory itself" in refused("report", tracks, "-o", "tracks.html", "--force")


def test_from_python_a_report_returns_its_results(school, tmp_path):
    results = report({"a": school, "b": school}, tmp_path / "r.html", ORDER, start=50)
    assert [len(r.frames) for r in results] == [51, 51]
    with pytest.raises(KaditaError, match="exists"):
        report(school, tmp_path / "r.html")


def test_a_notebook_holds_the_page_in_a_frame_of_its_own(school, tmp_path):
    shown = kadita.show(school, ORDER, height=500)
    frame = shown._repr_html_()
    assert frame.count("<") == 2
    assert 'sandbox="allow-scripts allow-downloads"' in frame
    assert "height:500px" in frame
    inside = re.search(r'srcdoc="([^"]*)"', frame)[1]
    import html

    assert html.unescape(inside) == shown.text
    shown.save(tmp_path / "shown.html")
    assert (tmp_path / "shown.html").read_text(encoding="utf-8") == shown.text
    assert len(shown.text) < 3e6
    assert "notebook" in repr(shown)
