"""Rows of kadita's active Brownian particles that push each other away: the rate is v0 v_eff / D_t."""

import math

from rows import known, of

import kadita

FREE = 100 * (1 + math.exp(-2 * 0.03 * 0.01)) / 2  # v0^2 / D_t, by the mean cosine of half of a turn, 2 D_r dt


def rows():
    """Yield the rows of this family."""
    for name, parameters in (("ABP, free", {"stiffness": 0.0}), ("ABP with contacts", {})):
        run = kadita.simulate("abp", steps=6000, every=1, seed=1, parameters=parameters)
        even = kadita.analyze(run, "entropy_production", parameters={"headings": "even"})
        setting = "scenario abp, 6000 steps, every one"
        if parameters:
            yield known(name, setting, "even rate", FREE, of(even, "rate"), limit=100.0)
            continue
        yield known(name, setting, "v_eff", 0.7278, of(even, "effective_speed"), uncertainty=0.0030)
        yield known(name, setting, "even rate", 72.8, of(even, "rate"), uncertainty=0.3)
        odd = kadita.analyze(run, "entropy_production", parameters={"headings": "odd"})
        yield known(name, setting, "odd rate", 100 - 72.8, of(odd, "rate"), uncertainty=0.3)
