"""Damaged files of every binary format: read, or refused in one line; the next file is read as ever.

`analyses/robustness/mutations.py` does the same with a thousand copies of each, and measures time and memory.
"""

import numpy as np
import pytest
from mutated_files import binary_files, damaged_copy, names, outcome_of

COPIES = 50


@pytest.fixture(scope="module")
def intact(tmp_path_factory):
    return binary_files(tmp_path_factory.mktemp("intact"))


@pytest.mark.slow
@pytest.mark.parametrize("name", names())
def test_damage_is_told_in_one_line_and_ends_nothing(name, intact, tmp_path):
    rng = np.random.default_rng([*name.encode()])
    outcomes = {outcome_of(damaged_copy(intact[name], tmp_path, rng)) for _ in range(COPIES)}
    assert "refused" in outcomes
    assert outcome_of(intact[name]) == "read"
