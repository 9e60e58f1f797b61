"""What a page holds of a film is what the trajectory holds, to within what the page says."""

import numpy as np
import pytest
from reports import Page

import kadita
from kadita import KaditaError
from kadita.evaluation.report.frames import octahedral
from kadita.evaluation.report.report import bytes_of, page_of
from kadita.plugins.loading import load_registry
from kadita.school.box import Box
from kadita.school.chunk import Chunk
from kadita.school.in_memory import InMemoryTrajectory

REGISTRY = load_registry()


def trajectory(positions, velocities=None, lengths=None, identities=None, agents=None, **options):
    """A trajectory in memory; NaN is nobody."""
    times = np.arange(len(positions)) * 0.5
    chunk = Chunk(positions, velocities, times, lengths, identities)
    agents = np.arange(positions.shape[1]) if agents is None else agents
    return InMemoryTrajectory("school.nc", chunk, agents, options.pop("attributes", {}), **options)


def page(school, metrics=("spread",), **options):
    text, results = page_of(school, metrics, registry=REGISTRY, **options)
    return Page(text), results[0]


@pytest.fixture
def walk(rng):
    """Six agents that wander far, each with its own heading, two of them away for some time."""
    velocities = rng.normal(size=(40, 6, 3))
    positions = np.cumsum(velocities, axis=0) + 1e5
    positions[10:20, 1] = positions[:5, 4] = np.nan
    velocities[np.isnan(positions)] = np.nan
    return positions, velocities


def agree(found, positions, quantum, box=None):
    """Who is there is there, within half a quantum, and nobody else; what is far away, in the cell's next image."""
    assert (np.isnan(found) == np.isnan(positions)).all()
    apart = found - positions
    apart = apart if box is None else box.minimum_image(apart)
    assert np.nanmax(np.abs(apart)) <= 0.5 * quantum * (1 + 1e-5) + 1e-9 * np.nanmax(np.abs(positions))


def test_positions_and_headings_are_those_of_the_trajectory(walk):
    positions, velocities = walk
    made, _ = page(trajectory(positions, velocities))
    found, headings, _, scalars, _ = made.film()
    agree(found, positions, made.runs[0]["film"]["quantum"])
    speeds = np.linalg.norm(velocities, axis=-1)
    cosines = (headings * velocities / speeds[..., None]).sum(-1)
    assert np.degrees(np.arccos(np.nanmin(cosines))) < 1.0
    assert (np.isnan(headings[..., 0]) == np.isnan(speeds)).all()
    scale = made.runs[0]["film"]["scalars"][0]
    shown = scale["lo"] + (scalars["speed"] - 1) / 254 * (scale["hi"] - scale["lo"])
    inside = (speeds > scale["lo"]) & (speeds < scale["hi"])
    assert np.abs(shown - speeds)[inside].max() <= 0.51 * (scale["hi"] - scale["lo"]) / 254
    assert (scalars["speed"] == 0)[np.isnan(speeds)].all()


def test_octahedral_bytes_are_within_a_degree_everywhere(rng):
    from reports import unfolded

    vectors = rng.normal(size=(200_000, 3))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    back = unfolded(*octahedral(vectors).astype(int))
    assert np.degrees(np.arccos((back * vectors).sum(-1).clip(-1, 1))).max() < 0.97
    assert (octahedral(np.zeros((1, 3))) == -128).all()


def test_a_school_that_is_split_is_as_exact_as_one_that_is_not(rng):
    near = rng.normal(size=(20, 30, 3))
    near[:, 15:] += [8000.0, 0, 0]
    made, _ = page(trajectory(near))
    found, *_ = made.film()
    film = made.runs[0]["film"]
    assert film["bytes"] == 3
    assert film["quantum"] < 0.01
    agree(found, near, film["quantum"])


def test_the_camera_follows_a_school_that_flies_apart_and_no_other(rng):
    near = rng.normal(size=(100, 40, 3))
    apart = near.copy()
    apart[:, 20:, 0] += np.arange(100.0)[:, None]
    assert page(trajectory(near))[0].runs[0]["reaches"] is None
    made, _ = page(trajectory(apart))
    reaches = np.array(made.runs[0]["reaches"])
    radii = np.linalg.norm(apart - apart.mean(axis=1, keepdims=True), axis=-1)
    assert reaches.shape == (100,)
    assert (reaches >= np.percentile(radii, 80, axis=1)).all()  # most are in sight
    assert reaches[0] < 4
    assert 49 < reaches[-1] < 55


def test_a_plane_holds_two_axes_and_no_other_z(rng):
    positions = rng.uniform(0, 10, size=(12, 5, 3))
    positions[..., 2] = 1.5
    made, _ = page(trajectory(positions, lengths=np.tile([10.0, 10.0, 0.0], (12, 1)), dimensions=2))
    assert made.runs[0]["plane"]
    assert made.runs[0]["film"]["axes"] == 2
    found, headings, *_ = made.film()
    assert headings is None
    agree(found, positions, made.runs[0]["film"]["quantum"], Box.of((10.0, 10.0, "open")))
    assert made.runs[0]["cell"] == [10.0, 10.0, 0.0]


def test_the_cell_of_every_frame_is_there_where_it_changes(rng):
    edges = 10 + np.arange(12.0)[:, None] * [0.1, 0.2, 0]
    positions = rng.uniform(0, 10, size=(12, 5, 3))
    made, _ = page(trajectory(positions, lengths=edges))
    *_, cells = made.film()
    assert (cells == edges).all()


def test_later_agents_that_reuse_a_column_are_told_apart(rng):
    positions = rng.normal(size=(10, 2, 3))
    identities = np.array([[0, 1]] * 5 + [[2, 1]] * 5)
    positions[5] = np.nan
    made, _ = page(trajectory(positions, identities=identities, agents=np.array(["ann", "bob", "cid"])))
    found, _, who, _, _ = made.film()
    assert (who[~np.isnan(positions[..., 0])] == identities[~np.isnan(positions[..., 0])]).all()
    assert made.runs[0]["ids"] == ["ann", "bob", "cid"]
    agree(found, positions, made.runs[0]["film"]["quantum"])


@pytest.mark.parametrize("budget", [1_000_000, 1_300_000, 3_000_000])
def test_a_page_is_at_most_as_large_as_its_budget(rng, budget):
    positions = np.cumsum(rng.normal(size=(200, 200, 3)), axis=0)
    made, _ = page(trajectory(positions, np.gradient(positions, axis=0)), budget=budget)
    assert len(made.text.encode()) <= budget
    frames = made.runs[0]["numbers"]
    stride = frames[1] - frames[0]
    assert frames == list(range(0, 200, stride))
    assert ("1 frame in" in made.text) == (stride > 1)
    assert made.runs[0]["times"] == [0.5 * f for f in frames]
    found, *_ = made.film()
    agree(found, positions[::stride], made.runs[0]["film"]["quantum"])
    if budget == 3_000_000:
        assert stride == 1


def test_many_frames_of_few_agents_fit_too(rng):
    times = np.cumsum(rng.uniform(0.01, 0.02, size=30_000)).astype(np.float32).astype(float)
    positions = np.cumsum(rng.normal(size=(30_000, 2, 3)), axis=0)
    chunk = Chunk(positions, None, times, None)
    school = InMemoryTrajectory("long.nc", chunk, np.arange(2), {})
    read, made_of = [], school.blocks_of
    school.blocks_of = lambda frames, *rest: (read.append(len(frames)), made_of(frames, *rest))[1]
    made, results = page(school, budget="1.6MB")
    assert 1.2e6 < len(made.text.encode()) <= 1.6e6
    assert len(read) < 30
    series = made.runs[0]["series"][0]
    assert len(series["values"]) <= 4000
    assert series["sampled"] == results["spread"][made.runs[0]["numbers"]].tolist()


def test_a_sparse_school_has_as_many_frames_as_fit(rng):
    positions = np.full((2000, 400, 3), np.nan)
    for frame in range(2000):
        positions[frame, rng.integers(400, size=4)] = rng.normal(size=3)
    made, _ = page(trajectory(positions), budget="1.5MB")
    assert made.runs[0]["film"]["frames"] == 2000


@pytest.mark.parametrize("text", ["0", "-3MB", "MB", "ten", "1e400", "3 TB", "nan"])
def test_a_budget_that_is_no_size_is_refused(text):
    with pytest.raises(KaditaError, match="--budget: expected a size such as 10MB"):
        bytes_of(text)


def test_sizes_are_powers_of_ten():
    assert [bytes_of(s) for s in ("10MB", "2.5 kB", "1GB", 7, "300")] == [10e6, 2500, 1e9, 7, 300]


def test_a_budget_without_room_is_refused_with_the_size_it_takes(rng):
    school = trajectory(rng.normal(size=(5, 50_000, 3)))
    with pytest.raises(
        KaditaError, match=r"expected more than \d\.\d+MB, which the page takes without a film; got 1kB"
    ):
        page(school, budget="1kB")
    with pytest.raises(KaditaError, match=r"expected \d\.\dMB more, to hold two frames of 50000 agents; .*--select"):
        page(school, budget="1.5MB")


def test_colours_are_bytes_along_the_metric_and_labels_where_there_are_few_whole_numbers(rng):
    from kadita import metric

    @metric(dims=("agent",))
    def place(block):
        """Number of the agent, in tenths."""
        return np.tile(block.members / 10, (len(block), 1))

    @metric(dims=("agent",))
    def parity(block):
        """Whether its number is odd; undefined for agent 3."""
        odd = np.tile(block.members % 2.0, (len(block), 1))
        odd[:, block.members == 3] = np.nan
        return odd

    school = trajectory(rng.normal(size=(6, 40, 3)))
    registry = load_registry().including([place, parity])
    text, _ = page_of(school, ["spread"], colors=["parity", "place"], registry=registry)
    made = Page(text)
    *_, scalars, _ = made.film()
    first, second = made.runs[0]["film"]["scalars"]
    assert (first["name"], first["labels"], second["labels"]) == ("parity", ["0", "1"], None)
    assert (first["undefined"], second["undefined"]) == (True, False)
    expected = np.arange(40) % 2 + 1
    expected[3] = 0
    assert (scalars["parity"] == expected).all()
    shown = second["lo"] + (scalars["place"] - 1) / 254 * (second["hi"] - second["lo"])
    middle = slice(1, 39)
    assert np.abs(shown - np.arange(40) / 10)[:, middle].max() < 0.6 * (second["hi"] - second["lo"]) / 254
    with pytest.raises(KaditaError, match="--color: expected a metric with a number for each agent; got spread"):
        page_of(school, ["spread"], colors=["spread"], registry=registry)


def test_speeds_that_are_all_alike_are_offered_if_they_are_asked_for(rng):
    velocities = rng.normal(size=(6, 5, 3))
    velocities /= np.linalg.norm(velocities, axis=-1, keepdims=True)
    school = trajectory(rng.normal(size=(6, 5, 3)), velocities, attributes={"length_unit": "body length"})
    assert page(school)[0].runs[0]["film"]["scalars"] == []
    made, _ = page(school, colors=["speed"])
    assert made.data["color"] == "scalar speed"
    assert made.runs[0]["film"]["scalars"][0]["unit"] == "body length/time"


def test_runs_that_share_a_scale_have_no_labels_of_their_own(rng):
    few, many = (trajectory(rng.normal(size=(3, n, 3)), attributes={"r_a": 0.5}) for n in (5, 60))
    text, _ = page_of({"few": few, "many": many}, ["spread"], colors=["cluster_size_of_agents"], registry=REGISTRY)
    assert [run["film"]["scalars"][0]["labels"] for run in Page(text).runs] == [None, None]
    alone, _ = page(few, colors=["cluster_size_of_agents"])
    assert alone.runs[0]["film"]["scalars"][0]["labels"] is not None


@pytest.mark.parametrize(("color", "said"), [("speed", "no speed"), ("species", "names no species")])
def test_colours_that_a_school_does_not_have_are_refused(rng, color, said):
    velocities = rng.normal(size=(6, 5, 3))
    velocities /= np.linalg.norm(velocities, axis=-1, keepdims=True)
    school = trajectory(rng.normal(size=(6, 5, 3)), velocities, attributes={"velocities": "orientation"})
    with pytest.raises(KaditaError, match=f"--color {color}: .*{said}"):
        page(school, colors=[color])


def test_times_that_go_back_are_refused(rng):
    times = np.array([0.0, 1.0, 2.0, 1.5, 2.5])
    chunk = Chunk(rng.normal(size=(5, 3, 3)), None, times, None)
    with pytest.raises(KaditaError, match=r"expected times that increase; frame 3 at 1\.5 follows frame 2 at 2"):
        page(InMemoryTrajectory("restart.nc", chunk, np.arange(3), {}))


def test_schools_without_anybody_in_some_or_all_frames(rng):
    positions = rng.normal(size=(6, 3, 3))
    positions[2] = np.nan
    made, _ = page(trajectory(positions))
    agree(made.film()[0], positions, made.runs[0]["film"]["quantum"])


@pytest.mark.parametrize("shape", [(1, 1), (2, 3), (5, 1)])
def test_the_smallest_schools_have_a_view(shape):
    made, _ = page(trajectory(np.ones((*shape, 3)), dimensions=3))
    run = made.runs[0]
    assert min(run["radius"], run["size"], run["step"]) > 0
    agree(made.film()[0], np.ones((*shape, 3)), run["film"]["quantum"])


def test_a_run_is_packed_as_it_is_in_its_file(tmp_path):
    file = kadita.run("torus", agents=30, steps=100, every=5, output=tmp_path / "torus.nc", seed=1)
    made, _ = page(file, ["polarization", "rotation"])
    with kadita.open(file) as opened:
        agree(made.film()[0], opened.read(np.arange(21)).positions, made.runs[0]["film"]["quantum"])
