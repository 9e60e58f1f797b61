"""A plugin of pytest that leaves out tests of what Windows lacks: `-p left_out`.

Each is named by the beginning of its node id, with what it is about.
"""

import pytest

SIGNALS = "signals from other processes, which there end a process at once, or wake nobody who waits"
LIMITS = "limits of memory and of computing time, which the system does not have"
FORK = "copies of this process that hold still within `os.pwrite`"
DELETED = "a file that is open is removed or replaced"
COMPILED = "what the compiler makes of kernels, which takes minutes and nothing of the system"
LEFT_OUT = {
    "tests/base/parallel/test_edited_meanwhile.py::test_an_analysis_is_of_the_files_as_they_are_now": DELETED,
    "tests/base/parallel/test_local.py::test_whatever_ends_this_process_ends_its_workers": SIGNALS,
    "tests/cli/test_follow.py::test_another_file_in_its_place_is_noticed": DELETED,
    "tests/cli/test_live.py::test_a_signal_leaves_a_clean_terminal_and_a_file_that_resumes[15-143-terminated]": SIGNALS,
    "tests/cli/test_live.py::test_without_a_trajectory_the_terminal_is_clean_too": SIGNALS,
    "tests/evaluation/test_edited_plugins.py::test_a_trajectory_that_is_replaced_while": DELETED,
    "tests/evaluation/test_parallel.py::test_a_file_that_changes_meanwhile_is_noticed": DELETED,
    "tests/io/durability/test_killed_runs.py": FORK,
    "tests/io/isolated/test_reading.py::test_what_goes_beyond_its_limits_is_ended": LIMITS,
    "tests/io/nc4/test_mda_schools.py::test_a_file_that_is_replaced_can_be_read_until_it_is": DELETED,
    "tests/simulation/sweep/test_sweeps.py::TestGoingOn::test_terminated_and_killed_in_the_middle_it_goes_on": SIGNALS,
    "tests/simulation/test_bits_of_before.py": COMPILED,
    "tests/simulation/test_resume.py::test_a_signal_does_not_wait_for_a_frame_that_takes_long": SIGNALS,
    "tests/simulation/test_resume.py::test_a_signal_ends_it_with_a_whole_frame_and_says_how_to_go_on[15": SIGNALS,
    "tests/simulation/test_same_bits.py": COMPILED,
}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave them out, and count them among the deselected."""
    left_out = [item for item in items if item.nodeid.startswith(tuple(LEFT_OUT))]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]
