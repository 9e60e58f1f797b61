"""What is seen in a film: pixels of pictures before they are compressed."""

import numpy as np
import pytest

import kadita
from kadita import Block, KaditaError, metric
from kadita.evaluation.film.colors import DARK, LIGHT, ByNumber
from kadita.plugins.loading import load_registry
from kadita.school.in_memory import InMemoryTrajectory

CELL = 10.0
PLAIN = {"color": "plain"}


def moving(*starts, frames=4, step=(1.0, 0.0), box=(CELL, CELL), **options):
    """Agents that all move by one step each frame in a plane."""
    positions = np.array(starts, float) + np.arange(frames)[:, None, None] * np.array(step)
    return Block(positions, np.broadcast_to(np.array(step, float), positions.shape), box=box, **options)


def middle(mask):
    """Mean row and column of pixels."""
    assert mask.any()
    return np.argwhere(mask).mean(axis=0)


def columns(mask):
    return np.flatnonzero(mask.any(axis=0))


@pytest.fixture
def pixels_per_length(where):
    """How many pixels a length of 1 has, by the edges of the cell that are drawn."""

    def pixels_per_length(picture):
        wall = where(picture, DARK.wall, near=60) & (where(picture, DARK.wall, near=60).sum(axis=0) > 100)
        return (columns(wall)[-1] - columns(wall)[0]) / CELL

    return pixels_per_length


def test_who_swims_along_x_moves_to_the_right_by_as_much_as_the_cell_says(pictures, agents, pixels_per_length):
    drawn = pictures(moving([2, 5]), size=(400, 400), **PLAIN)
    at = np.array([middle(agents(picture)) for picture in drawn])
    np.testing.assert_allclose(np.diff(at[:, 1]), pixels_per_length(drawn[0]), atol=1)
    np.testing.assert_allclose(np.diff(at[:, 0]), 0, atol=0.5)


def test_who_swims_along_y_moves_up(pictures, agents):
    rows = [middle(agents(p))[0] for p in pictures(moving([5, 2], step=(0, 1)), **PLAIN)]
    assert (np.diff(rows) < -10).all()


def test_the_scale_bar_is_as_long_as_it_says(pictures, where, pixels_per_length, monkeypatch):
    from kadita.evaluation.film import scale_bar

    said = []
    monkeypatch.setattr(
        scale_bar, "round_length", lambda most, f=scale_bar.round_length: said.append(f(most)) or said[-1]
    )
    (picture, *_) = pictures(moving([2, 5]), size=(600, 400), **PLAIN)
    foot = where(picture, DARK.ink, near=20)[-30:]
    bar = foot.sum(axis=1).max()
    assert bar / pixels_per_length(picture) == pytest.approx(said[0], rel=0.03)


def drawn_columns(picture, agents, rows=3):
    """Columns in which there is more than background, near the row of the only agent."""
    row = int(middle(agents(picture))[0])
    band = picture[row - rows : row + rows + 1]
    return columns(np.abs(band - picture[100, 150]).max(axis=-1) > 8)


def test_a_path_is_where_the_agent_was_and_nowhere_else(pictures, agents, pixels_per_length):
    school = moving([2, 5], frames=6)
    last, without = (pictures(school, trail=trail, size=(300, 300), **PLAIN)[-1] for trail in (4, 0))
    inside = slice(4, -4)  # columns of the walls
    path, body = (drawn_columns(picture, agents)[inside] for picture in (last, without))
    assert path.max() == body.max()
    at = middle(agents(last))[1]
    assert path.min() == pytest.approx(at - 4 * pixels_per_length(last), abs=2)
    assert np.diff(path).max() == 1  # from there to the body


def test_a_path_through_a_face_of_the_cell_goes_on_at_the_other(pictures, agents, pixels_per_length):
    (*_, last) = pictures(moving([7.5, 5], frames=5), trail=4, size=(300, 300), **PLAIN)  # the agent is at 1.5
    length, at = pixels_per_length(last), middle(agents(last))[1]
    path = drawn_columns(last, agents)
    expected = [at - 1.5 * length, at + 6 * length]  # a face, and the first place
    gap = int(np.argmax(np.diff(path)))
    assert path[gap] == pytest.approx(at, abs=8)  # the nose
    assert path[gap + 1] == pytest.approx(expected[1], abs=2)
    assert path.min() == pytest.approx(expected[0], abs=2)
    assert path.max() == pytest.approx(at + 8.5 * length, abs=2)  # the other face
    assert np.sort(np.diff(path))[-2] == 1


def test_species_have_different_colours_and_a_key(pictures, where):
    school = moving([2, 5], [8, 5], species=["prey", "$pre_{dator"])  # a name is not a formula
    (picture, *_) = pictures(school, size=(300, 300))
    second, first = (where(picture[100:200], color) for color in DARK.names[:2])
    assert columns(first).max() < 150 < columns(second).min()
    assert where(picture[:60, 250:], DARK.names[0], near=30).any()  # names in order: the predator first
    assert not where(picture, DARK.names[2]).any()


def test_who_is_absent_is_not_drawn(pictures, agents, tmp_path):
    with kadita.record(tmp_path / "a.nc", agents=2, box=(CELL, CELL), dimensions=2, presence=True) as file:
        for frame in range(5):
            gone = [np.nan, np.nan] if frame in (2, 3) else [8, 5]
            file.write([[2, 5], gone], [[0.1, 0], [0.1, 0]], time=frame)
    drawn = pictures(tmp_path / "a.nc", between=2, **PLAIN)
    right = [bool(agents(p)[:, 120:].any()) for p in drawn]
    assert right == [True, True, True, False, False, False, False, False, True]
    assert all(agents(p)[:, :80].any() for p in drawn)


def test_a_school_across_the_edge_is_whole_where_the_camera_follows(pictures, agents):
    school = moving([9.2, 5], [9.8, 5], [0.4, 5], [0.9, 5], frames=2, step=(0.1, 0))
    (followed, _) = pictures(school, follow=True, **PLAIN)
    (fixed, _) = pictures(school, follow=False, **PLAIN)
    gaps = [np.diff(columns(agents(p))).max() for p in (followed, fixed)]
    assert gaps[0] < 60  # agents are 0.5 apart in a picture of about 2
    assert gaps[1] > 100  # two groups at the edges of the picture
    assert abs(middle(agents(followed))[1] - 100) < 6  # in its middle


def test_a_following_camera_does_not_jump_when_one_goes(pictures, agents, tmp_path):
    with kadita.record(tmp_path / "a.nc", agents=2, dimensions=2, presence=True) as file:
        for frame in range(4):
            far = [6.0, 0] if frame < 2 else [np.nan, np.nan]
            file.write([[0, 0], far], [[0.1, 0], [0.1, 0]], time=frame)
    drawn = pictures(tmp_path / "a.nc", follow=True, fps=30, **PLAIN)
    left = [columns(agents(p)[:, :110]).mean() for p in drawn]
    assert abs(left[2] - left[1]) < 10  # its centroid is now 3, half of the picture, away
    assert 0 < left[3] - left[2] < 10  # to which the camera slowly moves


def test_agents_without_a_known_heading_are_round(pictures, agents):
    positions = np.array([[[5.0, 5.0]]] * 2)
    for velocities in (None, np.zeros_like(positions)):
        (picture, _) = pictures(Block(positions, velocities, box=(CELL, CELL)), size=(400, 400), **PLAIN)
        height, width = (np.ptp(axis) for axis in np.nonzero(agents(picture)))
        assert height == pytest.approx(width, abs=1)


def in_colour(picture, where, colour):
    return middle(where(picture, np.round(255 * colour), near=10))


@metric()
def abscissa(block):
    """The x of every agent, (T, N), which is not known of the second."""
    x = block.positions[..., 0].copy()
    x[:, 1] = np.nan
    return x


def test_colours_of_a_metric_run_from_low_to_high(pictures, where):
    registry = load_registry().including([metric(dims=("agent",), units="length")(abscissa.function)])
    school = moving([2, 5], [5, 5], [8, 5], frames=1)
    (picture,) = pictures(school, color="abscissa", registry=registry, size=(300, 300))
    low, high = ByNumber(DARK, 2, 8)(np.zeros((2, 3)), np.array([2.0, 8.0]))
    columns = [in_colour(picture[120:180], where, c)[1] for c in (low, high)]
    assert columns[0] < 110
    assert columns[1] > 190
    assert where(picture[120:180, 120:180], DARK.unknown).any()


def test_colours_of_speed(pictures, where):
    velocities = np.array([[[1.0, 0], [3.0, 0]]])
    block = Block([[[3.0, 5], [7.0, 5]]], velocities, box=(CELL, CELL))
    (picture,) = pictures(block, color="speed")
    slow, fast = ByNumber(DARK, 1, 3)(np.zeros((2, 3)), np.array([1.0, 3.0]))
    assert in_colour(picture[80:120], where, slow)[1] < 100 < in_colour(picture[80:120], where, fast)[1]


def test_colours_of_headings_are_those_of_the_key(pictures, where):
    """An agent has the colour that the ring has on the side to which it heads."""
    for way in ([1, 0], [0, 1], [-1, 0], [0, -1]):
        block = Block([[[5.0, 5]]], [[way]], box=(CELL, CELL))
        (picture,) = pictures(block, color="heading", size=(500, 500), dark=False)
        body = (picture[100:400, 100:400] < 200).any(axis=-1)
        row, column = np.round(middle(body)).astype(int) + 100
        key = picture[2:40, 455:]
        ring = np.argwhere((key < 235).any(axis=-1)).mean(axis=0)
        row, column = middle(where(key, picture[row, column], near=4)) - ring
        assert np.dot([column, -row], way) > 5
        assert abs(column * way[1] + row * way[0]) < 3


def test_dark_and_light(pictures):
    for dark, theme in ((True, DARK), (False, LIGHT)):
        picture = pictures(moving([5, 5], frames=1), dark=dark)[0]
        assert picture[1, 100].tolist() == [int(theme.background[i : i + 2], 16) for i in (1, 3, 5)]


def test_the_cursor_is_at_the_time_of_the_picture(pictures):
    drawn = pictures(moving([2, 5], frames=5), metrics="polarization", size=(300, 300))
    at = [columns(p[260:, :, 0] - p[260:, :, 2] > 40).mean() for p in drawn]  # the cursor alone is orange
    np.testing.assert_allclose(np.diff(at), np.diff(at).mean(), atol=1)
    assert at[-1] - at[0] > 200


def test_a_cell_that_grows_is_drawn_as_large_as_it_is(pictures, where):
    trajectory = InMemoryTrajectory.of_block(moving([2, 2], frames=3, step=(0, 0)))
    lengths = np.array([[5.0, 5, 0], [7.5, 7.5, 0], [10, 10, 0]])
    trajectory._chunk = trajectory._chunk._replace(lengths=lengths)
    drawn = pictures(trajectory, between=2, size=(400, 400), **PLAIN)
    widths = []
    for picture in drawn:
        wall = where(picture, DARK.wall, near=60)
        sides = columns(wall & (wall.sum(axis=0) > 80))
        widths.append(sides[-1] - sides[0])
    np.testing.assert_allclose(np.array(widths) / widths[-1], [0.5, 0.625, 0.75, 0.875, 1], atol=0.015)


def test_a_series_that_is_undefined_in_all_frames_is_said_to_be(pictures):
    """The polarization of agents at rest; the film has the pictures nevertheless."""
    block = Block(np.full((3, 2, 2), 5.0), np.zeros((3, 2, 2)), box=(CELL, CELL))
    drawn = pictures(block, metrics="polarization", size=(300, 300), **PLAIN)
    middle_of_panel = drawn[0][255:285, 100:250]
    assert (middle_of_panel.max(axis=-1) > 100).sum() > 30  # the word
    assert not (middle_of_panel[:, :, 2] - middle_of_panel[:, :, 0] > 80).any()  # and no line


def test_who_comes_in_the_middle_of_a_film_is_drawn_from_then_on(pictures, agents, tmp_path):
    with kadita.record(tmp_path / "a.nc", agents=1, box=(CELL, CELL), dimensions=2, presence=True) as file:
        for frame in range(5):
            there = frame in (2, 4)
            file.write([[5, 5] if there else [np.nan, np.nan]], [[1, 0] if there else [np.nan, np.nan]], time=frame)
    drawn = pictures(tmp_path / "a.nc", trail=2, size=(400, 400), **PLAIN)
    assert [bool(agents(picture).any()) for picture in drawn] == [False, False, True, False, True]


def test_directions_of_bodies_are_headings_and_have_no_speed(pictures, agents, tmp_path):
    with kadita.record(tmp_path / "a.nc", agents=1, box=(CELL, CELL), dimensions=2, velocities="orientation") as file:
        for frame in range(2):
            file.write([[5 + frame, 5]], [[0, 1]], time=frame)  # it moves aside
    drawn = pictures(tmp_path / "a.nc", between=2, size=(400, 400), **PLAIN)
    rows, columns = np.nonzero(agents(drawn[1]))
    assert np.ptp(rows) > 2 * np.ptp(columns)  # upright between frames, too
    assert middle(agents(drawn[1])) == pytest.approx((middle(agents(drawn[0])) + middle(agents(drawn[2]))) / 2, abs=0.7)
    with pytest.raises(KaditaError, match="--color speed: .* directions of bodies"):
        pictures(tmp_path / "a.nc", color="speed")


def test_where_the_camera_follows_the_wall_passes_by(pictures, where, agents):
    """A single agent swims 3 lengths to the right, and stays in the middle; the picture is about 1 wide."""
    school = moving([0, 0], frames=4, box=None, attributes={"arena": "channel:-0.3,0.3"})
    drawn = pictures(school, follow=True, size=(300, 300), **PLAIN)
    at = [middle(agents(picture)) for picture in drawn]
    np.testing.assert_allclose(at, np.broadcast_to(at[0], (4, 2)), atol=0.6)
    up = moving([0, 0], frames=4, step=(0, 0.1), box=None, attributes={"arena": "channel:-0.02,0.5"})
    drawn = pictures(up, follow=True, size=(300, 300), **PLAIN)
    walls = [np.flatnonzero(where(p, DARK.wall, near=60).sum(axis=1) > 100) for p in drawn]
    assert len(walls[0])
    assert not len(walls[-1])  # it is left behind, and the other is not near yet


def test_ten_thousand_points_are_drawn(pictures, agents, rng):
    block = Block(rng.uniform(0, CELL, (1, 10_000, 2)), rng.normal(size=(1, 10_000, 2)), box=(CELL, CELL))
    assert agents(pictures(block, **PLAIN)[0]).mean() > 0.1


def test_a_school_at_one_point_and_numbers_far_from_the_origin_are_drawn(pictures, agents):
    for block in (Block(np.full((2, 3, 3), 1e6)), Block(np.zeros((2, 1, 3)), np.zeros((2, 1, 3)))):
        assert agents(pictures(block, **PLAIN)[0]).any()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"color": "hading"}, "got 'hading' .did you mean heading"),
        ({"color": "polarization"}, "expected a metric with one value for each agent; it has one for the whole"),
        ({"color": "species"}, "names no species"),
        ({"metrics": ["local_order"]}, "--metric local_order: expected a metric of the school"),
        ({"trail": -1}, "--trail"),
        ({"between": 0}, "--between"),
        ({"size": (20, 20)}, "--size"),
        ({"fps": 0}, "--fps"),
        ({"look": "up"}, "look: expected"),
    ],
)
def test_what_cannot_be_drawn_is_refused(pictures, options, message):
    with pytest.raises(KaditaError, match=message):
        pictures(moving([2, 5], [3, 5], [4, 5]), **options)


@pytest.mark.parametrize("color", ["heading", "speed"])
def test_without_velocities_there_are_no_headings(pictures, color):
    with pytest.raises(KaditaError, match="--velocities difference"):
        pictures(Block(np.zeros((2, 3, 3))), color=color)
