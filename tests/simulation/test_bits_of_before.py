"""Runs of all models are, bit for bit, what they were before the modules moved: states, and frames in files."""

import hashlib

import netCDF4
import pytest

import kadita

RUNS = {  # scenario: agents, steps, parameters; small schools compare all pairs, large ones use cells
    "torus": (100, 400, {}),
    "highly-parallel": (1500, 60, {"initial_radius": 30.0, "r_a": 6.0}),
    "dewi-kadita-1": (150, 300, {}),
    "vicsek": (300, 200, {}),
    "abp": (200, 200, {}),
}
SHA256 = {  # of states, and of frames without their checksums, before
    "torus": (
        "233b7fa485d62d2f1fb3a9851f96df9390170fefdd64c1a0f0f4d375398380bd",
        "6a272e44437894f25b0bb5ff520c4eb502c9bea2dc487a92976bb2ef4e7ed542",
    ),
}


def digests(scenario, path):
    agents, steps, parameters = RUNS[scenario]
    given = {"agents": agents, "steps": steps, "every": 20, "seed": 11, "parameters": parameters}
    states = hashlib.sha256()
    for block in kadita.simulate(scenario, **given).blocks():
        states.update(block.positions.tobytes() + block.velocities.tobytes())
    kadita.run(scenario, output=path, **given)
    frames = hashlib.sha256()
    with netCDF4.Dataset(path) as file:
        file.set_auto_maskandscale(False)
        for name, variable in file.variables.items():
            if "frame" in variable.dimensions and "crc" not in name:
                frames.update(name.encode() + variable[:].tobytes())
    return states.hexdigest(), frames.hexdigest()


@pytest.mark.parametrize("scenario", RUNS)
def test_states_and_frames(scenario, tmp_path):
    assert digests(scenario, tmp_path / "run.nc") == SHA256[scenario]
