"""One pass: frames are integrated, written and handed to whoever asked for them, with memory that does not grow."""

import subprocess
import sys
import threading

import numpy as np
import pytest

import kadita


def test_several_sinks_get_every_block_in_order_beside_the_file(tmp_path):
    first, second = [], []
    with kadita.simulate("torus", agents=30, steps=2000, every=5) as school:
        school.record(tmp_path / "school.nc")
        school.send_to(lambda block: first.append(block.frames))
        school.send_to(lambda block: second.append(block.centroid))
        rotation = kadita.analyze(school, ["rotation"])["rotation"]
    assert np.concatenate(first).tolist() == list(range(401))
    with kadita.open(tmp_path / "school.nc") as written:
        assert written.complete
        read = list(written.blocks())
        np.testing.assert_allclose(
            np.concatenate(second), np.concatenate([b.centroid for b in read]), rtol=1e-5, atol=1e-5
        )
        np.testing.assert_allclose(rotation, kadita.analyze(written, ["rotation"])["rotation"], atol=1e-5)


def test_sinks_work_while_the_next_block_is_integrated_and_never_while_one_is_read(tmp_path):
    """A sink's block comes in a thread of its own; when the next block is out, the sink is done with it."""
    done = []

    def sink(block):
        done.append((block.frames[0], threading.current_thread() is threading.main_thread()))

    with kadita.simulate("torus", agents=30, steps=1000, every=5) as school:
        school.send_to(sink)
        for number, block in enumerate(school.stream()):
            assert [frame for frame, _ in done] == [64 * i for i in range(number)]
            assert block.frames[0] == 64 * number
    assert len(done) == 4
    assert not any(in_main for _, in_main in done)


def test_what_a_sink_raises_ends_the_run(tmp_path):
    def sink(block):
        if block.frames[0] > 0:
            raise RuntimeError("no more")

    with kadita.simulate("torus", agents=30, steps=5000, every=5) as school:
        school.send_to(sink)
        with pytest.raises(RuntimeError, match="no more"):
            list(school.stream())


@pytest.mark.slow
def test_memory_does_not_grow_with_the_number_of_steps(tmp_path):
    """Peak resident memory of whole processes, the longer run a hundred times as long, with a checkpoint a block.

    Its frames are 48 MB, a third of what a process with few of them takes.
    """
    code = (
        "import sys, kadita\n"
        "with kadita.simulate('torus', agents=100, steps=int(sys.argv[1]), every=10) as school:\n"
        "    school.record(sys.argv[1] + '.nc', checkpoint_every=0)\n"
        "    for block in school.stream():\n"
        "        pass\n"
        # of this program: getrusage tells what the process took that started it, if that is more
        "print(next(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')))\n"
    )
    peaks = []
    for steps in (1_000, 100_000):
        done = subprocess.run(
            [sys.executable, "-c", code, str(steps)], cwd=tmp_path, capture_output=True, text=True, check=True
        )
        peaks.append(int(done.stdout))
    with kadita.open(tmp_path / "100000.nc") as school:
        assert school.n_frames == 10_001
    assert peaks[1] < 1.05 * peaks[0]
