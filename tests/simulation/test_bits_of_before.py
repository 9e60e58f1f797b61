"""Runs of all models are, bit for bit, what they were before the modules moved: states, and frames in files."""

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
        "233b7fa485d62d2f1fb3a9851f96df9390170fefdd64c1a0f0f4d375398380bd",
        "6a272e44437894f25b0bb5ff520c4eb502c9bea2dc487a92976bb2ef4e7ed542",
    ),
    "dynamic-parallel": (
        "a9059656868e6d0fb560456e96a75f1145702b62b03fb0778eafc22acc460592",
        "9bc1c805394999545af6e0f27cd201ca2ef0f508c28f5357143c053d3a9a2159",
    ),
    "dewi-kadita-1": (
        "11ab20419845ab642224afe477e8b1d75f3e4f833233bbbf43126d70cc0787ca",
        "03f0b01a0606df45c48b48c49f5e0a36eebda1dfeb5d4673e2387d1f643c0a57",
    ),
    "vicsek": (
        "2cdc6108a1df60a1897011cd4cbe22f92c1505012cab315840fd010505110191",
        "de7e004033fd87c5a0dbcd6688dd5e768ebba02f3127642dcac20ce7b6698ddf",
    ),
    "abp": (
        "ff980f17b651c63e29ced7a905555cb0175e8e43290737158e56f308c9d9cf1f",
        "56ae0d151e54d8b55cb6709470138cfa3b973de90841a0ca2ba2f65a2ab5658d",
    ),
}


def digests(scenario, path):
    agents, steps, parameters = RUNS[scenario]
    given = {"agents": agents, "steps": steps, "every": 20, "seed": 11, "parameters": parameters}
    blocks = list(kadita.simulate(scenario, **given).blocks())  # more than one where compiling takes long
    states = hashlib.sha256(b"".join(block.positions.tobytes() for block in blocks))
    states.update(b"".join(block.velocities.tobytes() for block in blocks))
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
