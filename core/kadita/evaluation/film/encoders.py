"""Files of films: MP4 by PyAV, GIF and WebP by Pillow. Pictures are taken one at a time, as they are needed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kadita.base.errors import KaditaError

Picture = NDArray[np.uint8]  # (height, width, 3)
SLOWEST, FASTEST = 0.01, 1000  # frames per second; a GIF shows a picture for at most 655 s
FASTEST_GIF = 50  # frames per second; players slow faster ones down
CRF, WEBP_QUALITY, GIF_COLORS = "18", 80, 128


class Film(NamedTuple):
    """What a film is: pixels, frames per second, and number of frames."""

    size: tuple[int, int]
    fps: float
    pictures: int


def check_film(path: Path, film: Film) -> None:
    """Raise where such a film cannot be written.

    Raises:
        KaditaError: another ending, a package that is missing, or a size or rate that the format does not have.
    """
    ending, (width, height) = path.suffix.lower(), film.size
    if ending not in ENCODERS:
        raise KaditaError(f"{path}: expected a film named {', '.join('*' + e for e in ENCODERS)}; got '{path.suffix}'")
    if not SLOWEST <= film.fps <= FASTEST:
        raise KaditaError(f"--fps: expected {SLOWEST:g} to {FASTEST:g} frames per second; got {film.fps:g}")
    if ending == ".mp4" and (width % 2 or height % 2):
        raise KaditaError(
            f"--size: expected even numbers for .mp4, whose colours have half the pixels; got {width}x{height}"
        )
    if ending == ".gif" and film.fps > FASTEST_GIF:
        raise KaditaError(
            f"--fps: expected at most {FASTEST_GIF} for .gif, which players show no faster; got {film.fps:g}"
        )
    if ending == ".mp4" and find_spec("av") is None:
        raise KaditaError(
            f"{path}: .mp4 needs the package av (PyAV), which is not installed: pip install 'kadita[film]' "
            "(its wheel holds x264, under the GPL); .gif and .webp need nothing more"
        )


def write_film(path: Path, film: Film, pictures: Iterator[Picture]) -> None:
    """Write pictures as a film, in the format of the ending of `path`, which is replaced.

    Raises:
        KaditaError: a film that cannot be written, see `check_film`.
    """
    check_film(path, film)
    ENCODERS[path.suffix.lower()](path, film, pictures)


def _mp4(path: Path, film: Film, pictures: Iterator[Picture]) -> None:
    """Write H.264; x264 works in a thread, on one picture while the next is drawn."""
    from fractions import Fraction

    import av

    with av.open(str(path), "w", options={"movflags": "faststart"}) as container, ThreadPoolExecutor(1) as worker:
        rate = Fraction(film.fps).limit_denominator(1000)
        stream: Any = container.add_stream("libx264", rate=rate, options={"crf": CRF, "preset": "medium"})
        (stream.width, stream.height), stream.pix_fmt = film.size, "yuv420p"
        running: Future[None] | None = None

        def encode(frame: Any) -> None:
            container.mux(stream.encode(frame))

        for picture in pictures:
            frame = av.VideoFrame.from_ndarray(picture, "rgb24")
            if running is not None:
                running.result()
            running = worker.submit(encode, frame)
        if running is not None:
            running.result()
        container.mux(stream.encode())


def _gif(path: Path, film: Film, pictures: Iterator[Picture]) -> None:
    """Write GIF 89a; Pillow's own writer of animations keeps all pictures, so that each is compressed on its own.

    Times in a GIF are multiples of 10 ms. Those of single pictures are rounded so that the sum is right.
    """
    shown = 0
    with path.open("wb") as file:
        for i, picture in enumerate(pictures):
            header, table, rest = _one_gif(picture)
            if i == 0:
                file.write(header[:10] + bytes([header[10] & 0x70]) + header[11:])  # without a table for all pictures
                file.write(b"\x21\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00")  # repeats without end
            until = round(100 * (i + 1) / film.fps)
            delay, shown = until - shown, until
            file.write(b"\x21\xf9\x04\x04" + delay.to_bytes(2, "little") + b"\x00\x00")
            depth = (len(table) // 3 - 1).bit_length() - 1
            file.write(rest[:9] + bytes([0x80 | depth]) + table + rest[10:])
        file.write(b"\x3b")


def _one_gif(picture: Picture) -> tuple[bytes, bytes, bytes]:
    """Return a GIF of one picture: its header (13 bytes), its table of colours, and from the descriptor to the end.

    After the header and the table there can be extensions, each of which begins with 21 hex, before the descriptor of
    the picture, which begins with 2C.
    """
    import io

    from PIL import Image

    image = Image.fromarray(picture).quantize(GIF_COLORS, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    buffer = io.BytesIO()
    image.save(buffer, "GIF", optimize=False, interlace=False)
    data = buffer.getvalue()
    header = data[:13]
    at = 13 + 3 * 2 ** ((header[10] & 7) + 1)
    table = data[13:at]
    while data[at] == 0x21:
        at += 2
        while data[at]:
            at += 1 + data[at]
        at += 1
    return header, table, data[at:-1]


def _webp(path: Path, film: Film, pictures: Iterator[Picture]) -> None:
    """Write an animated WebP with Pillow, which asks an image for its frames one by one."""
    from PIL import Image

    ends = [round(1000 * i / film.fps) for i in range(film.pictures + 1)]

    class Pictures(Image.Image):
        """An image with frames, of which one is in memory; they are asked for in order."""

        n_frames = film.pictures
        at = -1

        def seek(self, frame: int) -> None:
            if frame == self.at + 1 and frame < film.pictures:
                self._show(Image.fromarray(next(pictures)))
                self.at = frame

        def tell(self) -> int:
            return self.at

        def _show(self, image: Image.Image) -> None:
            self.im, self._mode, self._size = image.im, image.mode, image.size

    first = Pictures()
    first.seek(0)
    durations = [b - a for a, b in zip(ends[:-1], ends[1:], strict=True)]
    options: dict[str, Any] = {"quality": WEBP_QUALITY, "method": 2, "loop": 0}
    with path.open("wb") as file:  # which Pillow would leave open if it is interrupted
        first.save(file, "WEBP", save_all=True, duration=durations, **options)


ENCODERS: dict[str, Callable[[Path, Film, Iterator[Picture]], None]] = {".mp4": _mp4, ".gif": _gif, ".webp": _webp}
