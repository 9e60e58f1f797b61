"""A metric by one definition of metrics by another is a third number, and is called so."""

from __future__ import annotations

import re

import numpy as np
import pytest

import kadita
from kadita import Block

INDEX = "oceanic_schooling_index"


@pytest.fixture(scope="module")
def school():
    x, v = np.random.default_rng(1).normal(size=(2, 3, 40, 3))
    return Block(x + 10, v, box=20.0)


def test_a_mixture_is_said_with_the_remedy(school):
    mixed = {f"{INDEX}.definition": "published"}
    with pytest.warns(kadita.KaditaWarning, match=re.escape("--set definition=published sets it for all")):
        kadita.analyze(school, [INDEX], parameters=mixed)


def test_one_definition_for_all_is_not(school):
    kadita.analyze(school, [INDEX], parameters={"definition": "published"})
    kadita.analyze(school, [INDEX], profile="published")
