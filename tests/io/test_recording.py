"""Frames of anybody's program in kadita's file, as if kadita had simulated them."""

import json
import os
import signal
import subprocess
import sys

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import kadita
from kadita.base.errors import KaditaError, KaditaWarning
from kadita.io.amber.records import SUM, Records
from kadita.io.convert import convert
from kadita.io.recovery import recover
from kadita.io.validation import findings_in

N, T, EDGE = 30, 20, 12.0
PLANE = {"agents": N, "box": EDGE, "dimensions": 2, "time_step": 0.1}


@pytest.fixture(scope="module")
def flight():
    """Free flight in a plane, unwrapped: positions and velocities, (T, N, 2), and times, (T,)."""
    rng = np.random.default_rng(4)
    angles, times = rng.uniform(-np.pi, np.pi, N), 0.1 * np.arange(T)
    v = 3.0 * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return rng.uniform(0, EDGE, (N, 2)) + v * times[:, None, None], np.tile(v, (T, 1, 1)), times


def recorded(path, flight, **options):
    x, v, _ = flight
    with kadita.record(path, **(PLANE | options)) as file:
        for t in range(T):
            file.write(x[t], v[t])
    return path


def read(path):
    with kadita.open(path) as school:
        return school.read(np.arange(school.n_frames))


# ----------------------------------------------------------------------------------------------- what is in the file


def test_a_run_of_kadita_that_is_recorded_again_has_the_same_frames(tmp_path):
    own = kadita.run("torus", agents=20, steps=50, every=5, seed=2, output=tmp_path / "own.nc")
    with kadita.open(own) as school:
        attributes = school.attributes
        with kadita.record(
            tmp_path / "mine.nc",
            agents=20,
            dimensions=3,
            velocities=attributes["velocities"],
            model=attributes["model"],
            link_distance=float(attributes["r_a"]),
            configuration=school.configuration,
            program="kadita",
        ) as file:
            for block in school.blocks(size=3):
                file.write(block.positions, block.velocities, time=block.times)
    with kadita.open(tmp_path / "mine.nc") as school:
        steps = {"time_step": attributes["time_step"]}  # of the model, which a recording does not know
        assert school.attributes | steps == attributes
        assert school.configuration.pop("program") == "kadita"
    with Records(own) as first, Records(tmp_path / "mine.nc") as second:
        assert first.type == second.type
        (a, b), names = ((r.read(np.arange(11)) for r in (first, second)), first.type.names)
    assert SUM in names
    for name in set(names) - {SUM}:  # which includes that of the header
        assert a[name].tobytes() == b[name].tobytes(), name


def test_the_file_says_what_the_program_said(tmp_path, flight, command):
    path = recorded(
        tmp_path / "mine.nc",
        flight,
        agents=[f"fish {i}" for i in range(N)],
        species=["prey"] * 20 + ["hunter"] * 10,
        length_unit="cm",
        time_unit="s",
        model="free flight",
        link_distance=2.5,
        body_length=0.5,
        arena="circle:6,6,6",
        program="gull 3.2",
        configuration={"speed": np.float64(3.0), "weights": np.arange(3), "walls": None},
        title="Free flight",
    )
    assert findings_in(path) == []
    with kadita.open(path) as school:
        assert school.complete
        assert school.agents.tolist() == [f"fish {i}" for i in range(N)]
        assert school.species.tolist() == ["prey"] * 20 + ["hunter"] * 10
        assert school.dimensions == 2
        assert school.configuration == {"speed": 3.0, "weights": [0, 1, 2], "walls": None, "program": "gull 3.2"}
        assert school.attributes == {
            "length_unit": "cm",
            "time_unit": "s",
            "model": "free flight",
            "r_a": 2.5,
            "body_length": 0.5,
            "arena": "circle:6,6,6",
            "velocities": "program",
        }
        header = school.header.attributes
        assert (header["title"], header["application"], header["program"]) == ("Free flight", "gull 3.2", "kadita")
    said = command("info", "mine.nc").stdout
    assert "dr/dt, those of the program that was recorded" in said
    assert "program gull 3.2" in said


def test_positions_are_wrapped_as_those_of_kadita_are(tmp_path, flight):
    x, v, times = flight
    assert x.max() > EDGE
    assert x.min() < 0
    chunk = read(recorded(tmp_path / "mine.nc", flight))
    assert_allclose(chunk.positions[..., :2], np.mod(x, EDGE), rtol=0, atol=1e-6)
    assert_array_equal(chunk.positions[..., 2], 0)
    assert_array_equal(chunk.velocities[..., :2], v.astype(np.float32).astype(float))
    assert_array_equal(chunk.times, np.arange(T) * 0.1)
    assert_array_equal(chunk.lengths, np.tile([EDGE, EDGE, 0], (T, 1)))
    msd = kadita.analyze(tmp_path / "mine.nc", ["mean_squared_displacement"]).analyses["mean_squared_displacement"]
    assert_allclose(msd.values[:10], (3.0 * times[:10]) ** 2, rtol=1e-5, atol=1e-9)  # ballistic, across the faces


def test_frames_one_by_one_and_at_once_with_z_and_with_times_are_the_same_bytes(tmp_path, flight):
    x, v, times = flight
    one = recorded(tmp_path / "one.nc", flight).read_bytes()
    timed = {key: value for key, value in PLANE.items() if key != "time_step"}
    with kadita.record(tmp_path / "all.nc", **timed) as file:
        file.write(x[:7], v[:7], time=np.arange(7) * 0.1)
        file.write(x[7], v[7].tolist(), time=7 * 0.1)
        deep = np.zeros((T, N, 3))
        deep[..., :2] = x
        file.write(deep[8:], np.asfortranarray(v[8:]), time=np.arange(8, T) * 0.1)
    assert (tmp_path / "all.nc").read_bytes() == one
    assert len(times) == T


def test_more_frames_at_once_than_memory_holds_together(tmp_path, monkeypatch):
    monkeypatch.setattr("kadita.io.recording.recorder.frames_at_once", lambda agents: 3)
    x = np.random.default_rng(3).normal(size=(8, 5, 3))
    with kadita.record(tmp_path / "mine.nc", agents=5, velocities=False, time_step=2.0) as file:
        file.write(x)
    chunk = read(tmp_path / "mine.nc")
    assert_array_equal(chunk.positions, x.astype(np.float32).astype(float))
    assert_array_equal(chunk.times, 2.0 * np.arange(8))


def test_without_velocities_none_are_made_up(tmp_path, flight, command):
    with kadita.record(tmp_path / "mine.nc", **PLANE, velocities=False) as file:
        file.write(flight[0])
    with kadita.open(tmp_path / "mine.nc") as school:
        assert not school.has_velocities
        assert "velocities" not in school.attributes
    assert findings_in(tmp_path / "mine.nc") == []
    assert "velocities:        no" in command("info", "mine.nc").stdout
    found = kadita.analyze(tmp_path / "mine.nc", ["polarization"], velocities="difference")
    assert (found["polarization"] > 0).all()


def test_velocities_that_are_no_rates_are_not_taken_for_them(tmp_path, flight):
    """Headings of unit length: dr/dt, here of speed 3, comes from positions then, and not from them."""
    x, v, _ = flight
    speeds = {}
    for kind, factor in ((True, 1.0), ("displacement", 1.0), ("heading", 1 / 3)):
        with kadita.record(tmp_path / f"{kind}.nc", **PLANE, velocities=kind) as file:
            file.write(x, v * factor)
        found = kadita.analyze(tmp_path / f"{kind}.nc", ["velocity_autocorrelation"]).analyses
        speeds[kind] = found["velocity_autocorrelation.correlation"].values[0]
    assert_allclose(list(speeds.values()), 9.0, rtol=1e-5)


def test_agents_who_are_absent(tmp_path, flight):
    x, v = (a.copy() for a in flight[:2])
    x[3:6, 4] = np.nan
    x[8, 5, 1] = np.nan  # half a position is none
    x[9] = np.nan  # nobody
    v[2, 7] = np.nan  # seen, and of unknown velocity
    with kadita.record(tmp_path / "mine.nc", **PLANE, presence=True) as file:
        file.write(x, v)
    assert findings_in(tmp_path / "mine.nc") == []
    chunk = read(tmp_path / "mine.nc")
    absent = np.isnan(x).any(axis=2)
    assert_array_equal(np.isnan(chunk.positions), np.repeat(absent[..., None], 3, axis=2))
    unknown = absent | np.isnan(v).any(axis=2)
    assert_array_equal(np.isnan(chunk.velocities), np.repeat(unknown[..., None], 3, axis=2))
    counts = kadita.analyze(tmp_path / "mine.nc", ["spread"]).counts
    assert counts.tolist() == [N, N, N, N - 1, N - 1, N - 1, N, N, N - 1, 0, *[N] * 10]


def test_a_slab_is_open_along_one_axis(tmp_path):
    x = np.random.default_rng(1).normal(size=(4, 6, 3)) * 40
    with kadita.record(tmp_path / "m.nc", agents=6, box=(20, 30, "open"), velocities=False, time_step=1) as file:
        file.write(x)
    chunk = read(tmp_path / "m.nc")
    assert_array_equal(chunk.lengths[0], [20, 30, 0])
    assert_allclose(chunk.positions, np.stack([x[..., 0] % 20, x[..., 1] % 30, x[..., 2]], axis=2), atol=1e-5)
    assert findings_in(tmp_path / "m.nc") == []


def test_steps_that_float32_rounds_are_told_and_an_origin_mends_it(tmp_path):
    """A bird of 0.3 m a frame at a northing of 5,403 km."""
    x = np.array([512_000.0, 5_403_000.0]) + np.cumsum(np.full((5, 3, 2), 0.3), axis=0)
    options = {"agents": 3, "dimensions": 2, "velocities": False, "time_step": 1.0}
    with kadita.record(tmp_path / "far.nc", **options) as file:
        file.write(x[0])
        with pytest.warns(KaditaWarning, match=r"of 5.4e\+06 are rounded to 0.5 .* steps are 0.3; record\(origin"):
            file.write(x[1])
        file.write(x[2])  # it is said once
    with kadita.record(tmp_path / "near.nc", **options, origin=(512_000, 5_403_000)) as file:
        for frame in x:
            file.write(frame)
    assert_allclose(read(tmp_path / "near.nc").positions[..., :2], x, rtol=0, atol=1e-6)
    assert findings_in(tmp_path / "near.nc") == []


def drifting(path, said, *, turned=0.0, dt=0.5, **options):
    """Record two frames of a school that moves at speed 2 along x, with velocities of speed `said`, in one array."""
    x = np.random.default_rng(6).uniform(0, 10, (40, 3))
    v = np.tile([said, 0.0, 0.0], (40, 1))
    with kadita.record(path, agents=40, **({"box": 10.0} | options)) as file:
        file.write(x, v, time=0.0)
        x[:, 0] += 2.0 * dt
        v[:] = np.array([np.cos(turned), np.sin(turned), 0.0]) * said
        file.write(x, v, time=dt)
    return read(path)


@pytest.mark.parametrize("said", [0.0, 0.5, 1.0 - 1e-5, 4.0 + 1e-5, 20.0, -2.0])
def test_velocities_at_which_agents_do_not_move_are_told(tmp_path, said):
    with pytest.warns(KaditaWarning, match=rf"velocities are {abs(said):.3g} in the median, agents move 2 per unit"):
        chunk = drifting(tmp_path / "mine.nc", said, dt=0.1)
    assert_allclose(np.ptp(chunk.positions[..., 0], axis=0).min(), 0.2, atol=1e-5)  # and written all the same


@pytest.mark.parametrize(
    ("said", "options"),
    [
        (2.0, {}),
        (3.0, {"velocities": "difference"}),
        (20.0, {"velocities": "heading"}),
        (20.0, {"velocities": "state"}),
        (1.0, {"velocities": "orientation", "dt": 0.1}),
        (20.0, {"turned": 1.0}),  # who turns on the way moves less far
        (20.0, {"box": 10.0}),  # half the cell: nobody knows how often it was crossed
    ],
)
def test_velocities_that_may_be_right_are_not_doubted(tmp_path, said, options):
    drifting(tmp_path / "mine.nc", said, **options)


def test_a_program_may_reuse_its_arrays(tmp_path):
    x = np.zeros((3, 3))
    with kadita.record(tmp_path / "mine.nc", agents=3, velocities=False, time_step=1.0) as file:
        for _ in range(5):
            file.write(x)
            x += 1.0
    assert_array_equal(read(tmp_path / "mine.nc").positions[:, 1, 2], np.arange(5.0))


# ------------------------------------------------------------------------------------------ while it grows, and after


def test_each_frame_can_be_read_as_soon_as_it_is_written(tmp_path, flight):
    path = tmp_path / "mine.nc"
    with kadita.record(path, **PLANE) as file:
        assert not path.exists()
        for t in range(4):
            file.write(flight[0][t], flight[1][t])
            with kadita.open(path) as school:
                assert school.n_frames == file.n_frames == t + 1
                assert not school.complete
                assert_array_equal(school.read(np.array([t])).velocities[0, :, :2], flight[1][t].astype(np.float32))
    with kadita.open(path) as school:
        assert school.complete


def test_a_program_that_fails_keeps_its_frames_and_the_file_says_so(tmp_path, flight, command):
    path = tmp_path / "mine.nc"

    def simulate():
        with kadita.record(path, **PLANE) as file:
            file.write(flight[0][:5], flight[1][:5])
            raise ZeroDivisionError("the program's own")

    with pytest.raises(ZeroDivisionError):
        simulate()
    assert [p.name for p in tmp_path.iterdir()] == ["mine.nc"]
    assert json.loads(command("info", "mine.nc", "--json").stdout)["complete"] is False
    assert [f.id for f in findings_in(path)] == ["status"]
    saved = recover(path)
    assert (saved.frames, saved.damaged, saved.torn) == (5, (), 0)
    assert_array_equal(read(saved.path).positions, read(path).positions)


KILLED = """
import sys
import numpy as np
import kadita
rng = np.random.default_rng(9)
with kadita.record(sys.argv[1], agents=500, velocities=False, time_step=1.0, configuration={"seed": 9}) as file:
    while True:
        file.write(rng.normal(size=(500, 3)))
        print(file.n_frames, flush=True)
"""


def test_a_program_that_is_killed_leaves_every_frame_that_it_wrote(tmp_path):
    alone = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"), "1")
    path = tmp_path / "mine.nc"
    program = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(path)], stdout=subprocess.PIPE, text=True, env=os.environ | alone
    )
    for line in program.stdout:
        if line == "150\n":
            program.send_signal(signal.SIGKILL)
    program.stdout.close()
    assert program.wait() == -signal.SIGKILL
    with kadita.open(path) as school:
        assert not school.complete
        assert school.configuration == {"seed": 9}
        assert school.n_frames >= 150
        frames = school.read(np.arange(school.n_frames)).positions
    rng = np.random.default_rng(9)
    for frame in frames:
        assert_array_equal(frame, rng.normal(size=(500, 3)).astype(np.float32).astype(float))
    assert [f.id for f in findings_in(path)] == ["status"]


def test_a_recording_without_frames_is_an_error_and_leaves_no_file(tmp_path, flight):
    old = recorded(tmp_path / "old.nc", flight).read_bytes()
    for name in ("new.nc", "old.nc"):
        file = kadita.record(tmp_path / name, **PLANE, force=True)
        with pytest.raises(KaditaError, match=f"{name}: expected at least one frame; none was written"), file:
            pass
    assert [p.name for p in tmp_path.iterdir()] == ["old.nc"]
    assert (tmp_path / "old.nc").read_bytes() == old
    file = kadita.record(tmp_path / "new.nc", **PLANE)
    with pytest.raises(ZeroDivisionError), file:  # the first error is the one to report
        1 / 0  # noqa: B018
    assert not (tmp_path / "new.nc").exists()


def test_a_disk_that_fails_at_the_end_is_told_but_not_in_place_of_the_programs_error(tmp_path, flight, monkeypatch):
    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    for name, failure in (("a.nc", None), ("b.nc", ZeroDivisionError("the program's own"))):
        file = kadita.record(tmp_path / name, **PLANE)
        file.write(flight[0][:3], flight[1][:3])
        if failure is None:
            with pytest.raises(OSError, match="No space left"), file:
                pass
        else:
            with pytest.raises(ZeroDivisionError), file:
                raise failure
        assert len(read(tmp_path / name).times) == 3


def test_a_file_that_exists_is_kept_unless_forced(tmp_path, flight):
    path = recorded(tmp_path / "mine.nc", flight)
    before = path.read_bytes()
    with pytest.raises(KaditaError, match=r"mine.nc exists"):
        kadita.record(path, **PLANE)
    assert path.read_bytes() == before
    with kadita.record(path, **PLANE, force=True) as file:
        assert path.read_bytes() == before
        file.write(flight[0][0], flight[1][0])
    assert len(read(path).times) == 1


def test_a_closed_recording_takes_no_more(tmp_path, flight):
    with kadita.record(tmp_path / "mine.nc", **PLANE) as file:
        file.write(flight[0][0], flight[1][0])
    file.close()
    with pytest.raises(KaditaError, match="expected an open recording; it is closed"):
        file.write(flight[0][1], flight[1][1])
    assert len(read(tmp_path / "mine.nc").times) == 1


# ---------------------------------------------------------------------------------------------------- what is refused

x, v = np.ones((N, 2)), np.ones((N, 2))
hot = x.copy()
hot[4, 1] = np.inf
lost = x.copy()
lost[4, 1] = np.nan
FRAMES = [
    ((np.ones((N + 1, 2)), v), {}, rf"positions: expected shape \({N}, 3\) or \(T, {N}, 3\); got \({N + 1}, 2\)"),
    ((x[0], v), {}, r"positions: expected shape .*; got \(2,\)"),
    ((x, v[:-1]), {}, rf"velocities: expected shape that of positions, \(1, {N}, 3\); got \({N - 1}, 2\)"),
    ((x, [v, v]), {}, rf"velocities: expected shape that of positions, \(1, {N}, 3\); got \(2, {N}, 2\)"),
    ((x,), {}, r"velocities: expected those of all agents; got none; record\(velocities=False\)"),
    ((hot, v), {}, "positions: expected finite numbers; got inf in frame 0, agent 4, axis y"),
    ((lost, v), {}, "positions: expected finite numbers; got nan for agent 4 in frame 0; .*presence=True"),
    ((x, lost), {}, "velocities: expected finite numbers; got nan for agent 4 in frame 0"),
    ((x * 1e39, v), {}, r"positions: expected numbers below 3e38; got 1e\+39"),
    ((np.ones((N, 3)), v), {}, "positions: expected z = 0 in a plane; found other numbers; use dimensions=3"),
    ((x, np.ones((N, 3))), {}, "velocities: expected z = 0 in a plane"),
    ((x * 1j, v), {}, "positions: expected numbers of shape .*; got ndarray of complex128"),
    (([["a"] * 2] * N, v), {}, "positions: expected numbers"),
    ((x, v), {"time": 0.5}, "time: expected a time after 0.5, that of the frame before; got 0.5"),
    ((x, v), {"time": 0.25}, "time: expected a time after 0.5"),
    (([x, x, x], [v, v, v]), {"time": [1, 2, 2]}, "time: expected a time after 2, .*; got 2"),
    ((x, v), {"time": np.nan}, "time: expected finite numbers; got nan"),
    ((x, v), {"time": [1, 2]}, r"time: expected shape \(1,\); got \(2,\)"),
    ((x, v), {"time": "noon"}, "time: expected numbers"),
    ((x, v), {"time": None}, "time: expected the time of each frame; got None"),
]


@pytest.mark.parametrize(("arrays", "options", "said"), FRAMES, ids=range(len(FRAMES)))
def test_a_frame_that_is_not_valid_is_refused_in_a_line_and_nothing_is_lost(tmp_path, flight, arrays, options, said):
    timed = {key: value for key, value in PLANE.items() if key != "time_step"}
    for name in ("bad.nc", "good.nc"):
        with kadita.record(tmp_path / name, **timed) as file:
            file.write(flight[0][0], flight[1][0], time=0.5)
            if name == "bad.nc":
                with pytest.raises(KaditaError, match=rf"bad.nc, after 1 frames: {said}") as error:
                    file.write(*arrays, **({"time": 1.0} | options))
                assert "\n" not in str(error.value)
            file.write(flight[0][1], flight[1][1], time=0.6)
    assert (tmp_path / "bad.nc").read_bytes() == (tmp_path / "good.nc").read_bytes()


def test_what_contradicts_the_recording_is_refused(tmp_path, flight):
    with kadita.record(tmp_path / "mine.nc", agents=N, velocities=False, time_step=0.1) as file:
        with pytest.raises(KaditaError, match=r"expected x, y and z; got shape \(30, 2\); record\(dimensions=2\)"):
            file.write(flight[0][0])
        with pytest.raises(KaditaError, match="velocities: expected none, as velocities=False says"):
            file.write(np.ones((N, 3)), np.ones((N, 3)))
        with pytest.raises(KaditaError, match=r"time: expected none; got 3.0; record\(time_step=...\) gives it"):
            file.write(np.ones((N, 3)), time=3.0)
        file.write(np.ones((N, 3)))


ARGUMENTS = [
    ({"agents": 0}, "agents: expected at least 1; got 0"),
    ({"agents": 2.5}, "agents: expected their number, or a name for each; got 2.5"),
    ({"agents": "fish"}, "agents: expected their number, or a name for each; got 'fish'"),
    ({"agents": []}, "agents: expected .*; got no agents"),
    ({"agents": ["a", "b", "a "]}, "agents: expected a name of its own for each; got 'a' 2 times"),
    ({"agents": ["a", ""]}, "agents: expected .*; got an empty name"),
    ({"box": -1}, "box: expected one length"),
    ({"dimensions": 4}, "dimensions: expected 2 for a plane, 3 for space, or None; got 4"),
    ({"velocities": "headings"}, r"velocities: expected True, False or one of .*; got 'headings' \(did you mean head"),
    ({"velocities": None}, "velocities: expected True, False or one of .*; got None"),
    ({"species": ["prey"]}, "species: expected a name for each of the 30 agents; got 1"),
    ({"species": {"prey": 30}}, "species: expected a name for each of the 30 agents; got {"),
    ({"time_step": 0}, "time_step: expected a finite number above 0; got 0"),
    ({"time_step": "1 s"}, "time_step: expected a finite number above 0; got '1 s'"),
    ({"length_unit": ""}, "length_unit: expected a text of 1 to 80 characters in one line; got ''"),
    ({"time_unit": 1}, "time_unit: expected a text .*; got 1"),
    ({"title": "x" * 81}, "title: expected a text of 1 to 80 characters"),
    ({"program": "two\nlines"}, "program: expected a text of 1 to 80 characters in one line"),
    ({"link_distance": -2}, "link_distance: expected a finite number above 0; got -2"),
    ({"body_length": 1e200}, r"body_length: expected a length from 1e-100 to 1e\+100; got 1e\+200"),
    ({"arena": "circle:1"}, "arena: expected"),
    ({"origin": (1, 2)}, "origin: expected 0 along periodic axes"),
    ({"origin": (1, 2), "dimensions": 3, "box": "open"}, "origin: expected three finite numbers, or two in a plane"),
    ({"origin": (0, np.inf), "box": "open"}, "origin: expected three finite numbers"),
    ({"origin": (0, 0, 3), "box": "open"}, "origin: expected 0 along periodic axes, and along z in a plane"),
    ({"configuration": [1]}, "configuration: expected values by name"),
    ({"configuration": {"cutoff": np.inf}}, "configuration: expected finite numbers, text, lists and mappings"),
    ({"configuration": {"rule": print}}, "configuration: .* builtin_function_or_method is none of them"),
    ({"configuration": {"program": "a"}, "program": "b"}, "configuration: expected no entry called program"),
]


@pytest.mark.parametrize(("options", "said"), ARGUMENTS, ids=range(len(ARGUMENTS)))
def test_an_argument_that_is_not_valid_is_refused_in_a_line(tmp_path, options, said):
    with pytest.raises(KaditaError, match=said) as error:
        kadita.record(tmp_path / "mine.nc", **(PLANE | options))
    assert "\n" not in str(error.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["mine.nc4", "mine.h5", "mine"])
def test_the_file_is_named_nc(tmp_path, name):
    with pytest.raises(KaditaError, match=r"expected a trajectory named \*.nc"):
        kadita.record(tmp_path / name, **PLANE)


# ------------------------------------------------------------------------------------------------ and all of kadita's


def test_every_command_takes_it(tmp_path, flight, command):
    recorded(tmp_path / "mine.nc", flight, species=["prey", "hunter"] * (N // 2), link_distance=2.0)
    for words in (
        ["validate", "mine.nc"],
        ["analyze", "mine.nc", "--by", "species", "-m", "polarization", "-o", "mine.csv"],
        ["topology", "mine.nc", "mine.psf"],
        ["plot", "mine.nc", "-m", "polarization", "-o", "mine.png"],
        ["convert", "mine.nc", "mine.nc4"],
        ["validate", "mine.nc4"],
        ["convert", "mine.nc4", "back.nc"],
    ):
        done = command(*words)
        assert done.returncode == 0, (words, done.stderr)
        if words[0] == "validate":
            assert "no findings" in done.stdout
    assert (tmp_path / "back.nc").read_bytes() == (tmp_path / "mine.nc").read_bytes()
    header = (tmp_path / "mine.csv").read_text().splitlines()[0]
    assert "polarization.prey" in header
    assert "polarization.hunter" in header


def test_its_archive_is_the_same_file(tmp_path, flight):
    path = recorded(tmp_path / "mine.nc", flight, program="gull 3.2", title="Free flight")
    convert(path, tmp_path / "mine.nc4")
    convert(tmp_path / "mine.nc4", tmp_path / "back.nc")
    assert (tmp_path / "back.nc").read_bytes() == path.read_bytes()


def test_a_mask_is_absence_and_rows_of_unequal_length_are_told(tmp_path):
    x = np.ma.masked_greater(np.array([[0.1, 0.2, 0.3], [0.4, 0.9, 0.1]]), 0.5)
    with kadita.record(tmp_path / "mine.nc", agents=2, velocities=False, presence=True, time_step=1.0) as file:
        file.write(x)
        with pytest.raises(kadita.KaditaError, match="positions: expected .*; got rows of unequal length"):
            file.write([[1.0, 2, 3], [1.0]])
    with kadita.open(tmp_path / "mine.nc") as school:
        assert np.isnan(school.read(np.array([0])).positions[0, 1]).all()


def test_an_arena_of_other_dimensions_is_refused(tmp_path):
    with pytest.raises(kadita.KaditaError, match="arena: expected one in 2 dimensions; got sphere:0,0,0,1"):
        kadita.record(tmp_path / "mine.nc", agents=2, dimensions=2, arena="sphere:0,0,0,1")
