"""Velocities from fitted polynomials: exact for polynomials, equal to SciPy's, never across gaps."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.signal import savgol_filter

from kadita import Box, KaditaError
from kadita.evaluation.evaluate import analyze
from kadita.school.chunk import Chunk
from kadita.school.in_memory import InMemoryTrajectory
from kadita.school.transforms.even_times import even_step
from kadita.school.transforms.motion import Motion
from kadita.school.transforms.smoothed import Smoothed
from kadita.school.transforms.smoothing import Smoothing

DT = 0.04


def walks(frames=200, agents=4, seed=0):
    return np.random.default_rng(seed).normal(size=(frames, agents, 3)).cumsum(axis=0)


def trajectory(x, *, dt=DT, times=None, edges=None, identities=None):
    times = np.arange(len(x)) * dt if times is None else times
    lengths = None if edges is None else np.broadcast_to(np.array(edges, float), (len(x), 3))
    agents = np.arange(x.shape[1] if identities is None else identities.max() + 1)
    return InMemoryTrajectory("tracks", Chunk(x, None, times, lengths, identities), agents, {})


def velocities(source, smoothing, frames=None, size=64):
    view = Smoothed(source, Smoothing.of(smoothing))
    frames = np.arange(view.n_frames) if frames is None else frames
    return np.concatenate([chunk.velocities for _, chunk in view.chunks_of(frames, size)])


def test_cubic_tracks_have_exact_velocities_at_order_three():
    t = np.arange(60) * DT
    a = np.random.default_rng(1).normal(size=(4, 5, 3))
    x = a[0] + a[1] * t[:, None, None] + a[2] * t[:, None, None] ** 2 + a[3] * t[:, None, None] ** 3
    exact = a[1] + 2 * a[2] * t[:, None, None] + 3 * a[3] * t[:, None, None] ** 2
    assert_allclose(velocities(trajectory(x), (11, 3)), exact, atol=1e-11)


@pytest.mark.parametrize("smoothing", [(5, 2), (9, 3), (21, 4), (3, 1)])
def test_complete_tracks_have_the_derivatives_of_scipy(smoothing):
    x = walks()
    expected = savgol_filter(x, *smoothing, deriv=1, delta=DT, axis=0, mode="interp")
    assert_allclose(velocities(trajectory(x), smoothing), expected, rtol=0, atol=1e-12 * np.abs(expected).max())


def test_blocks_and_choices_of_frames_do_not_change_a_bit():
    x = walks()
    x[np.random.default_rng(3).random(x.shape[:2]) < 0.05] = np.nan
    whole = velocities(trajectory(x), 7)
    assert np.isnan(whole).any()
    for size in (1, 5, 64):
        assert_array_equal(velocities(trajectory(x), 7, size=size), whole)
    frames = np.array([0, 3, 4, 50, 120, 199])
    assert_array_equal(velocities(trajectory(x), 7, frames), whole[frames])


def test_noise_is_reduced_as_least_squares_say():
    # the slope of a parabola, fitted to 2 m + 1 positions of variance s^2, has the variance
    # s^2 / sum_k k^2 = 3 s^2 / (m (m + 1) (2 m + 1)), of a central difference s^2 / 2
    m, noise = 4, np.random.default_rng(2).normal(size=(20_000, 3, 3))
    found = velocities(trajectory(noise, dt=1.0), 2 * m + 1)[m:-m].var()
    assert_allclose(found, 3 / (m * (m + 1) * (2 * m + 1)), rtol=0.02)


def test_no_polynomial_crosses_a_gap():
    x, times = walks(agents=2), np.arange(200) * DT
    x[80, 0] = np.nan  # agent 0 is absent
    times[120:] += 1.0  # and time has a gap for both
    x[150:154, 1] = np.nan
    x[157, 1] = np.nan  # three sightings between two absences
    found = velocities(trajectory(x, times=times), 5)
    for agent, ranges in ((0, [(0, 80), (81, 120), (120, 200)]), (1, [(0, 120), (120, 150), (158, 200)])):
        for a, b in ranges:
            alone = savgol_filter(x[a:b, agent], 5, 2, deriv=1, delta=DT, axis=0, mode="interp")
            assert_allclose(found[a:b, agent], alone, atol=1e-9)
    assert np.isnan(found[80, 0]).all()
    assert np.isnan(found[154:157, 1]).all()


def test_stretches_shorter_than_the_window_are_counted():
    x = walks(30, 2)
    x[10, 0], x[13, 0] = np.nan, np.nan
    smoothed = Smoothed(trajectory(x), Smoothing.of(5))
    (remark,) = smoothed.remarks
    assert "2 of 58 sightings have no velocity" in remark
    assert "shorter than the window of 5 frames, of which there are 1" in remark
    unknown = np.isnan(smoothed.read(np.arange(30)).velocities[..., 0]) & ~np.isnan(x[..., 0])
    assert unknown.sum() == 2
    assert Smoothed(trajectory(walks(30)), Smoothing.of(5)).remarks == ()


def test_stretches_are_counted_across_all_that_is_read_at_once(monkeypatch):
    x = walks(300, 5)
    x[np.random.default_rng(5).random((300, 5)) < 0.15] = np.nan
    lengths = [len(run) for track in ~np.isnan(x[..., 0].T) for run in "".join(" x"[int(s)] for s in track).split()]
    short = [n for n in lengths if n < 7]
    for frames in (1, 10, 1024):
        monkeypatch.setattr("kadita.school.transforms.smoothed.AT_ONCE", frames)
        (remark,) = Smoothed(trajectory(x), Smoothing.of(7)).remarks
        assert f"{sum(short)} of {sum(lengths)} sightings have no velocity" in remark
        assert remark.endswith(f"of which there are {len(short)}")


def test_a_reused_column_is_no_track():
    x = walks(40, 1)
    identities = np.zeros((40, 1), np.int64)
    identities[20:] = 1
    found = velocities(trajectory(x, identities=identities), 9)
    for a, b in ((0, 20), (20, 40)):
        alone = savgol_filter(x[a:b, 0], 9, 2, deriv=1, delta=DT, axis=0, mode="interp")
        assert_allclose(found[a:b, 0], alone, atol=1e-9)


def test_wrapped_positions_have_the_velocities_of_unwrapped_ones():
    x = walks() * 0.3
    expected = velocities(trajectory(x), (7, 2))
    assert_allclose(velocities(trajectory(Box.of(5.0).wrap(x), edges=(5, 5, 5)), (7, 2)), expected, atol=1e-10)


def test_times_are_even_within_the_digits_of_the_recorder():
    frames = np.arange(1000)
    assert even_step("a", np.rint(frames * 1000 / 30)) == pytest.approx(1000 / 30, rel=1e-4)  # 0, 33, 67 ms
    assert even_step("a", np.round(frames / 30, 2)) == pytest.approx(1 / 30, rel=1e-3)
    assert even_step("a", (frames / 30).astype(np.float32).astype(float)) == pytest.approx(1 / 30, rel=1e-4)
    uneven = np.cumsum(np.random.default_rng(4).uniform(0.03, 0.04, 1000))
    for times in (uneven, np.round(uneven, 3), np.cumsum(frames % 2 + 1.0)):
        with pytest.raises(KaditaError, match="evenly spaced in time; found steps of .* --resample RATE"):
            even_step("a", times)


def test_smoothing_is_what_it_says():
    assert Smoothing.stated({"smoothing": str(Smoothing.of("9,3"))}) == Smoothing(9, 3)
    for wrong in ("8", "3,3", "9,0", "nine", "9,2,1", 9.5):
        with pytest.raises(KaditaError, match="--smooth: expected"):
            Smoothing.of(wrong)
    with pytest.raises(KaditaError, match="--velocities difference contradicts it"):
        analyze(trajectory(walks()), "polarization", smooth=5, velocities="difference")


def test_an_analysis_takes_smoothed_velocities():
    x = walks()
    v = savgol_filter(x, 9, 2, deriv=1, delta=DT, axis=0, mode="interp")
    u = v / np.linalg.norm(v, axis=2, keepdims=True)
    results = analyze(trajectory(x), "polarization", smooth="9")
    assert_allclose(results["polarization"], np.linalg.norm(u.mean(axis=1), axis=1), atol=1e-9)


def test_smoothed_velocities_of_a_file_are_computed_again_in_a_box():
    x, notes = walks() * 0.3, []
    wrapped = trajectory(Box.of(5.0).wrap(x))
    stored = Smoothed(wrapped, Smoothing(7, 2))  # across faces, without knowing of them
    again = Motion().applied(stored, Box.of(5.0), notes)
    assert again.attributes["smoothing"] == "Savitzky-Golay, 7 frames, order 2"
    assert "its velocities, smoothed ones, are computed again in the box" in notes[0]
    found = again.read(np.arange(200)).velocities
    assert_allclose(found, velocities(trajectory(x), (7, 2)), atol=1e-10)
