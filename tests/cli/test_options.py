"""Options that two commands share are one list, by the names of `kadita.analyze`'s keywords."""

from dataclasses import fields
from inspect import signature

import kadita
from kadita.cli.analyze import analyze
from kadita.cli.option_groups import Measurement
from kadita.cli.plot import plot

KEYWORDS = signature(kadita.analyze).parameters


def test_every_option_is_a_keyword_of_analyze_with_the_same_default():
    passed_on = Measurement().keywords()
    assert set(passed_on) == {f.name for f in fields(Measurement)} - {"settings"} | {"parameters"}
    for name, value in passed_on.items():
        assert (value or None) == (KEYWORDS[name].default or None)


def test_settings_become_parameters():
    given = Measurement(settings=["polarization.definition=published", "bins=8"], begin=2.5)
    assert given.keywords()["parameters"] == {"polarization.definition": "published", "bins": 8}
    assert given.keywords()["begin"] == 2.5


def test_both_commands_have_all_of_them_together():
    shared = [f.name for f in fields(Measurement)]
    for command, before in ((analyze, "output"), (plot, "metrics")):
        names = list(signature(command).parameters)
        start = names.index(before) + 1
        assert names[start : start + len(shared)] == shared
