"""Rows of kadita's active particles in a harmonic trap: every one v^2 l / (T (l + k)), and v^2 k / (T (l + k)) if odd.

v: rms self-propulsion, l: rate at which it is forgotten, k: of the trap, T: D_t.
"""

import math

from rows import known, of_copies

import kadita

AGENTS, STEP = 4000, 0.01
SETTINGS = {  # scenario, dimensions, v, l, D_t, and the parameter that sets l
    "AOUP": ("aoup", 2, 2.0, 2.0, 0.3, {"persistence_time": 0.5}),
    "RTP": ("run-and-tumble", 2, 1.0, 1.0, 0.3, {"tumble_rate": 1.0}),
    "ABP, 2-D": ("abp-2d", 2, 1.0, 0.5, 0.2, {"rotational_diffusion": 0.5}),
    "ABP, 3-D": ("abp", 3, 1.0, 1.0, 0.2, {"rotational_diffusion": 0.5}),
}
TRAP = 1.0


def stationary(name, steps=1500, agents=AGENTS, step=STEP):
    """Return a simulation that starts in the stationary state."""
    scenario, dimensions, speed, rate, diffusion, own = SETTINGS[name]
    parameters = {"agents": agents, "box": "open", "initial": "sphere", "initial_radius": 1.0, "stiffness": 0.0}
    parameters |= {"dimensions": dimensions, "speed": speed, "translational_diffusion": diffusion, "trap": TRAP}
    parameters |= {"time_step": step, **own}
    settling = round(8 / min(rate, TRAP) / step)
    settled = kadita.simulate(scenario, steps=settling, every=settling, seed=1, parameters=parameters)
    last = list(settled.blocks(start=1))[-1][-1]
    return kadita.simulate(scenario, steps=steps, every=1, seed=2, parameters=parameters, start=last)


def limit(name, headings):
    """Return the rate for steps that are infinitely short."""
    _, _, speed, rate, diffusion, _ = SETTINGS[name]
    return speed**2 * (rate if headings == "even" else TRAP) / (diffusion * (rate + TRAP))


def in_steps(name, headings, step=STEP):
    """Return what frames at each step of the model show.

    With c = exp(-l dt) and q = 1 - k dt, <v . r> = v^2 dt / (1 - q c) in the stationary state of the steps
    r' = q r + v' dt + noise, and <(v + v') / 2 . (r' - r)> / dt = (1 + c) / 2 (v^2 - k <v . r>).
    """
    _, _, speed, rate, diffusion, _ = SETTINGS[name]
    c, q = math.exp(-rate * step), 1 - TRAP * step
    even = (1 + c) / 2 * speed**2 * (1 - TRAP * step / (1 - q * c)) / diffusion
    return even if headings == "even" else speed**2 / diffusion - even


def rows():
    """Yield the rows of this family."""
    for name, (_, _, speed, rate, diffusion, _) in SETTINGS.items():
        run = stationary(name)
        for headings in ("even", "odd") if name == "AOUP" else ("even",):  # their sum is v^2 / T
            found = kadita.analyze(run, "entropy_production", parameters={"headings": headings})
            setting = f"v = {speed:g}, l = {rate:g}, T = {diffusion:g}, k = {TRAP:g}, dt = {STEP:g}"
            expected, closed = in_steps(name, headings), limit(name, headings)
            yield known(f"{name} in a trap", setting, f"{headings} rate", expected, of_copies(found), limit=closed)
