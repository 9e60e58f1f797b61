"""Rows of kadita's active Brownian particles that push each other away: the rate is v0 v_eff / D_t."""

from rows import known, of

import kadita

FREE = 100 * (1 + 0.9994001799640054) / 2  # v0^2 / D_t, halfway between headings exp(-2 D_r dt) apart


def rows():
    """Yield the rows of this family."""
    for name, parameters in (("free", {"stiffness": 0.0}), ("contacts", {})):
        run = kadita.simulate("abp", steps=6000, every=1, seed=1, parameters=parameters)
        even = kadita.analyze(run, "entropy_production", parameters={"headings": "even"})
        setting = f"scenario abp, {name}, 6000 steps, every one"
        if name == "free":
            yield known("ABP", setting, "even rate", FREE, of(even, "rate"), limit=100.0)
            continue
        yield known("ABP", setting, "v_eff", 0.7278, of(even, "effective_speed"), uncertainty=0.0030)
        yield known("ABP", setting, "even rate", 72.8, of(even, "rate"), uncertainty=0.3)
        odd = kadita.analyze(run, "entropy_production", parameters={"headings": "odd"})
        yield known("ABP", setting, "odd rate", 100 - 72.8, of(odd, "rate"), uncertainty=0.3)
