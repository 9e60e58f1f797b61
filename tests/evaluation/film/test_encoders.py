"""Films as files: decoded again, they hold the pictures, for as long as they were to be shown."""

import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from kadita import Block, KaditaError, KaditaWarning
from kadita.evaluation.film import encoders
from kadita.evaluation.film.encoders import Film, check_film, write_film
from kadita.evaluation.film.film import animate

SIZE = (120, 80)


def bars(count):
    """Pictures with a white bar that moves to the right, and a colour that changes."""
    for i in range(count):
        picture = np.zeros((SIZE[1], SIZE[0], 3), np.uint8)
        picture[:, :, 2] = 5 * (i % 40)
        picture[:, 4 * i % 110 : 4 * i % 110 + 8] = 255
        yield picture


def decoded(path):
    """Pictures, (T, height, width, 3), and the duration in seconds."""
    if path.suffix == ".mp4":
        import av

        with av.open(str(path)) as container:
            pictures = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
            stream = container.streams.video[0]
            assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
            return np.array(pictures).astype(int), float(stream.duration * stream.time_base)
    with Image.open(path) as film:
        pictures, duration = [], 0
        for i in range(film.n_frames):
            film.seek(i)
            film.load()
            pictures.append(np.array(film.convert("RGB")).astype(int))
            duration += film.info["duration"]
        assert film.info["loop"] == 0
        return np.array(pictures), duration / 1000


@pytest.mark.parametrize("ending", [".mp4", ".gif", ".webp"])
@pytest.mark.parametrize("fps", [30, 12.5])
def test_a_film_holds_its_pictures_for_their_time(tmp_path, ending, fps):
    if ending == ".mp4":
        pytest.importorskip("av")
    path = tmp_path / f"a{ending}"
    write_film(path, Film(SIZE, fps, 25), bars(25))
    pictures, duration = decoded(path)
    assert pictures.shape == (25, SIZE[1], SIZE[0], 3)
    assert duration == pytest.approx(25 / fps, abs=0.006)
    for i, (picture, drawn) in enumerate(zip(pictures, bars(25), strict=True)):
        assert np.abs(picture - drawn).mean() < 6
        white = picture.min(axis=(0, 2)) > 150
        assert np.flatnonzero(white).mean() == pytest.approx(4 * i % 110 + 3.5, abs=1)


def test_one_picture_is_a_film(tmp_path):
    for ending in (".gif", ".webp"):
        write_film(tmp_path / f"a{ending}", Film(SIZE, 30, 1), bars(1))
        with Image.open(tmp_path / f"a{ending}") as film:
            assert (film.size, getattr(film, "n_frames", 1)) == (SIZE, 1)


GROWTH = """
import resource, sys
from pathlib import Path
import numpy as np
from kadita.evaluation.film.encoders import Film, write_film

def peak(count):
    def pictures():
        noise = np.random.default_rng(0).integers(0, 60, (40, 320, 3), dtype=np.uint8)
        for i in range(count):
            picture = np.zeros((240, 320, 3), np.uint8)
            picture[i % 200 : i % 200 + 40] = noise
            yield picture
    path = Path(sys.argv[1])
    write_film(path, Film((320, 240), 30, count), pictures())
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

few = peak(150)
print(peak(900) - few)
"""


@pytest.mark.slow
@pytest.mark.parametrize(("ending", "most"), [(".gif", 10), (".webp", 30), (".mp4", 10)])
def test_pictures_are_not_kept(tmp_path, ending, most):
    """750 pictures more have 165 MiB of pixels, or 55 of a palette; Pillow keeps what it compressed for a WebP."""
    if ending == ".mp4":
        pytest.importorskip("av")
    command = [sys.executable, "-c", GROWTH, str(tmp_path / f"a{ending}")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True)
    assert float(done.stdout) < most


@pytest.mark.parametrize(
    ("name", "size", "fps", "message"),
    [
        ("a.avi", SIZE, 30, r"expected a film named \*.mp4, \*.gif, \*.webp; got '.avi'"),
        ("a", SIZE, 30, "got ''"),
        ("a.mp4", (121, 80), 30, "even numbers for .mp4, .*121x80"),
        ("a.gif", SIZE, 60, "at most 50 for .gif"),
        ("a.gif", SIZE, 0.0015, "--fps: expected 0.01 to 1000 frames per second; got 0.0015"),
        ("a.gif", SIZE, float("nan"), "--fps"),
    ],
)
def test_what_no_file_can_hold_is_refused(tmp_path, name, size, fps, message):
    with pytest.raises(KaditaError, match=message):
        check_film(tmp_path / name, Film(size, fps, 1))


@pytest.mark.parametrize("ending", [".gif", ".webp", ".mp4"])
def test_the_slowest_film_shows_a_picture_for_100_seconds(tmp_path, ending):
    if ending == ".mp4":
        pytest.importorskip("av")
    write_film(tmp_path / f"a{ending}", Film(SIZE, 0.01, 3), bars(3))
    pictures, duration = decoded(tmp_path / f"a{ending}")
    assert len(pictures) == 3
    assert duration == pytest.approx(300)


def test_what_cannot_be_written_is_not_begun(tmp_path):
    with pytest.raises(KaditaError, match="--fps"):
        write_film(tmp_path / "a.gif", Film(SIZE, 0.001, 1), bars(1))
    assert not list(tmp_path.iterdir())


def test_a_missing_package_is_named_with_its_licence(tmp_path, monkeypatch):
    monkeypatch.setattr(encoders, "find_spec", lambda name: None)
    with pytest.raises(KaditaError, match=r"pip install 'kadita\[film\]' .*x264, under the GPL"):
        check_film(tmp_path / "a.mp4", Film(SIZE, 30, 1))
    check_film(tmp_path / "a.gif", Film(SIZE, 30, 1))


@pytest.mark.parametrize("ending", [".mp4", ".gif", ".webp"])
def test_an_interrupted_film_leaves_what_was_there(tmp_path, ending):
    if ending == ".mp4":
        pytest.importorskip("av")
    path = tmp_path / f"a{ending}"
    path.write_text("an older film")

    def stop(done, total):
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        animate(Block(np.zeros((9, 2, 3))), path, size=SIZE, force=True, progress=stop)
    assert [p.name for p in tmp_path.iterdir()] == [path.name]
    assert path.read_text() == "an older film"


def test_a_film_has_the_pictures_that_were_asked_for(tmp_path):
    block = Block(np.zeros((9, 2, 3)) + np.arange(9)[:, None, None])
    for between, expected in ((1, 9), (3, 25), (None, 65)):
        with pytest.warns(KaditaWarning, match="no velocities are known"):
            animate(block, tmp_path / "a.gif", size=SIZE, between=between, fps=25, force=True)
        assert len(decoded(tmp_path / "a.gif")[0]) == expected


@pytest.mark.parametrize("ending", [".gif", ".webp"])
def test_progress_is_told_to_the_last_picture(tmp_path, ending):
    told = []
    with pytest.warns(KaditaWarning):
        animate(
            Block(np.zeros((3, 2, 3))),
            tmp_path / f"a{ending}",
            size=SIZE,
            between=2,
            progress=lambda *n: told.append(n),
        )
    assert told == [(i, 5) for i in range(1, 6)]


def test_what_is_outside_and_uneven_times_are_told(tmp_path, rng):
    positions = rng.uniform(-1, 1, size=(3, 100, 2))
    positions[1, 0] = 1000
    block = Block(positions, np.ones_like(positions), times=[0, 1, 5])
    with pytest.warns(KaditaWarning):
        notes = animate(block, tmp_path / "a.gif", size=SIZE, between=1)
    assert "at most 1 of 100 at a time" in notes[-1]
    assert "not evenly spaced in time" in notes[-2]
