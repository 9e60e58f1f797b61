"""The pictures of a film as they are drawn, before they are compressed."""

import warnings

import numpy as np
import pytest

from kadita import KaditaWarning
from kadita.evaluation.film import film as module
from kadita.evaluation.film.colors import DARK


def rgb(color):
    return np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)])


@pytest.fixture
def pictures(monkeypatch, tmp_path):
    """Return the pictures of a film, (T, height, width, 3); by default 200 x 200 pixels, and as many as frames."""

    def pictures(data, **options):
        kept = []
        monkeypatch.setattr(module, "write_film", lambda path, film, drawn: kept.extend(drawn))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", KaditaWarning)
            module.animate(
                data, tmp_path / "a.webp", force=True, **{"size": (200, 200), "between": 1, "trail": 0} | options
            )
        return np.array(kept).astype(int)

    return pictures


@pytest.fixture
def where():
    """Return in which pixels of a picture a colour is, within `near` of 255, (height, width)."""

    def where(picture, color, near=6):
        return (np.abs(picture - (rgb(color) if isinstance(color, str) else color)) <= near).all(axis=-1)

    return where


@pytest.fixture
def agents(where):
    """Return in which pixels agents of the plain colour are."""
    return lambda picture: where(picture, DARK.plain)
