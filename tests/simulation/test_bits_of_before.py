"""Runs of all models are, bit for bit, what they were before the modules moved: states, and frames in files.

Of those that start in a sphere the last bits are newer: sines of a start were those of NumPy on one kind of processor.
"""

import hashlib

import netCDF4
import pytest

import kadita

RUNS = {  # scenario: agents, steps, parameters; small schools compare all pairs, large ones use cells
    "torus": (100, 400, {}),
    "dynamic-parallel": (1500, 60, {"initial_radius": 30.0, "r_a": 6.0}),
    "dewi-kadita-1": (150, 300, {}),
    "vicsek": (300, 200, {}),
    "abp": (200, 200, {}),
}
SHA256 = {  # of states, and of frames without their checksums, before
    "torus": (
        "f1e686ba01e407789470f04b44928ba0901f6dd37fd97ec1635dc96d7e8659e9",
        "6a272e44437894f25b0bb5ff520c4eb502c9bea2dc487a92976bb2ef4e7ed542",
    ),
    "dynamic-parallel": (
        "3148c3cd0f914e338dfbfdad03eb2220a88cace9ddbd8e0f68e11d013344cfcf",
        "9bc1c805394999545af6e0f27cd201ca2ef0f508c28f5357143c053d3a9a2159",
    ),
    "dewi-kadita-1": (
        "a440465f88a2a660b5aa64b37ea08ac84e5f7214e00ca27bc7c05e4d15ad8b96",
        "03f0b01a0606df45c48b48c49f5e0a36eebda1dfeb5d4673e2387d1f643c0a57",
    ),
    "vicsek": (
        "cddb79ca14c1d6e5820a25954fcfaf19a6c76a867875bb87b752a0932a6f6d62",
        "de7e004033fd87c5a0dbcd6688dd5e768ebba02f3127642dcac20ce7b6698ddf",
    ),
    "abp": (
        "8a2cef5111a2a01d6c29f2ac0428c1cc26bdd98cd4197251295bd7ac8a9d795f",
        "56ae0d151e54d8b55cb6709470138cfa3b973de90841a0ca2ba2f65a2ab5658d",
    ),
}


def digests(scenario, path):
    agents, steps, parameters = RUNS[scenario]
    given = {"agents": agents, "steps": steps, "every": 20, "seed": 11, "parameters": parameters}
    positions, velocities = hashlib.sha256(), hashlib.sha256()
    for block in kadita.simulate(scenario, **given).blocks():
        positions.update(block.positions.tobytes())
        velocities.update(block.velocities.tobytes())
    states = hashlib.sha256(positions.digest() + velocities.digest())
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
