"""Every format of tracks: what is in the file is what is measured, whatever wrote it."""

import re

import numpy as np
import pytest
from track_files import SECRETS, every_file

import kadita
from kadita import KaditaError
from kadita.io.convert import convert
from kadita.io.importing.find import find_importer, read_tracks

FILES = every_file()


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """A file of each format."""
    return {name: file.write(tmp_path_factory.mktemp("file"), file.school) for name, file in FILES.items()}


@pytest.fixture(scope="module")
def converted(written, registry, tmp_path_factory):
    """The same files, converted."""
    folder = tmp_path_factory.mktemp("converted")
    for number, (name, file) in enumerate(FILES.items()):
        convert(written[name], folder / f"{number}.nc", registry=registry, **file.options)
    return {name: folder / f"{number}.nc" for number, name in enumerate(FILES)}


def upright(school, y_down):
    """Positions with y up, (T, N, D)."""
    x = school.positions.copy()
    if y_down:
        x[..., 1] *= -1
    return x


def differences(x, t):
    """Central differences within unbroken stretches, one-sided at their ends, (T, N, D)."""
    step = np.diff(x, axis=0)
    nothing = np.full_like(x[:1], np.nan)
    both = np.stack([np.concatenate([nothing, step]), np.concatenate([step, nothing])])
    took = np.concatenate([[np.nan], np.diff(t)]), np.concatenate([np.diff(t), [np.nan]])
    known = ~np.isnan(both)
    total = np.where(known, np.stack(took)[:, :, None, None], 0).sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(known, both, 0).sum(axis=0) / total


@pytest.mark.parametrize("name", FILES)
def test_it_is_recognized_by_its_content(name, written, registry):
    assert find_importer(registry, written[name], None).name == FILES[name].importer


@pytest.mark.parametrize("name", FILES)
def test_identities_times_and_positions_are_those_of_the_file(name, converted):
    school = FILES[name].school
    with kadita.open(converted[name]) as trajectory:
        chunk = trajectory.read(np.arange(trajectory.n_frames))
        order = [list(trajectory.agents).index(a) for a in school.agents]
        assert sorted(trajectory.agents.tolist()) == sorted(school.agents)
    x = upright(school, FILES[name].y_down)
    assert np.allclose(np.diff(chunk.times), np.diff(school.times), atol=1e-6)
    assert np.allclose(chunk.positions[:, order, : x.shape[2]], x, rtol=1e-6, atol=1e-5, equal_nan=True)


@pytest.mark.filterwarnings("ignore::kadita.KaditaWarning")
@pytest.mark.parametrize("name", FILES)
def test_polarization_and_spread_are_those_of_the_numbers(name, converted):
    results = kadita.analyze(converted[name], ["polarization", "spread"])
    school = FILES[name].school
    x = upright(school, FILES[name].y_down)
    v = differences(x, school.times)
    heading = v / np.linalg.norm(v, axis=2, keepdims=True)
    polarization = np.linalg.norm(np.nanmean(heading, axis=1), axis=1)
    spread = np.sqrt(np.nanmean(np.sum((x - np.nanmean(x, axis=1, keepdims=True)) ** 2, axis=2), axis=1))
    assert np.allclose(results["polarization"], polarization, rtol=1e-5)
    assert np.allclose(results["spread"], spread, rtol=1e-6)


@pytest.mark.parametrize("name", FILES)
def test_every_other_importer_refuses_it_in_one_line(name, written, registry):
    """`table`, which takes the names of common programs, is tested below."""
    path, own = written[name], FILES[name].importer
    for importer in registry.importers.values():
        if importer.name in (own, "table"):
            continue
        with pytest.raises(KaditaError, match=re.escape(own)) as error:
            read_tracks(registry, find_importer(registry, path, importer.name), path, {})
        assert "\n" not in str(error.value)
        with pytest.raises(KaditaError) as error:
            read_tracks(registry, importer, path, {})
        assert "\n" not in str(error.value)


@pytest.mark.parametrize("name", FILES)
def test_as_a_table_it_is_refused_in_one_line_or_has_the_same_numbers(name, written, registry):
    table, path, school = registry.importers["table"], written[name], FILES[name].school
    if FILES[name].importer == "table":
        return
    try:
        tracks = read_tracks(registry, table, path, {})
    except KaditaError as error:
        refusal = str(error)
    else:
        refusal = ""
    assert "\n" not in refusal
    if refusal:
        return
    assert tracks.positions.shape[:2] == school.positions.shape[:2]
    axes = min(tracks.positions.shape[2], school.positions.shape[2])
    order = [list(map(str, tracks.agents)).index(str(agent)) for agent in school.agents]
    found = np.asarray(tracks.positions)[:, order, :axes]
    assert np.allclose(found, school.positions[..., :axes], atol=1e-5, equal_nan=True)


@pytest.mark.parametrize("name", FILES)
def test_no_path_user_or_video_reaches_the_trajectory(name, converted):
    content = converted[name].read_bytes()
    for secret in (*SECRETS, "grace", "pond-film"):
        assert secret.encode() not in content
