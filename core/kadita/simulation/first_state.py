"""The first state of a run: that of its model, or of a frame; and what identifies it."""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from kadita.base.errors import KaditaWarning
from kadita.school.block import Frame
from kadita.school.box import Floats
from kadita.simulation.checks import attributed, model_error
from kadita.simulation.configuration import RunConfiguration


class FirstState(NamedTuple):
    """Positions and unit headings, or velocities where these are the state, and numbers that agents keep."""

    positions: Floats  # (N, 3), in the cell
    headings: Floats  # (N, 3)
    variables: Floats  # (V, N)


def first_state(configuration: RunConfiguration, seed: int, start: Frame | None) -> FirstState:
    """Return the state of a model at time 0, or that of a frame.

    Raises:
        PluginError: the model does not return arrays of these shapes.
    """
    model, species = configuration.parameters, configuration.species_indices
    inertial = model.accelerate is not None
    with attributed(model, "initial_state"):
        if start is not None:
            state = start.positions, start.velocities if inertial else start.headings
        else:
            state = model.initial_state(seed)
        x, u = (np.array(a, dtype=np.float64) for a in state)
        if not x.shape == u.shape == (model.agents, 3):
            expected = f"initial_state: expected positions and headings of shape {(model.agents, 3)}"
            raise model_error(model, f"{expected}; got {x.shape} and {u.shape}")
        if inertial and start is None:
            for index, other in enumerate(configuration.models[1:], start=1):  # each species has a speed of its own
                u[species == index] = np.asarray(other.initial_state(seed)[1])[species == index]
    with attributed(model, "initial_variables"):
        kept = _variables(configuration, seed)
    return FirstState(model.space.wrap(x), u, kept if start is None else _of_frame(start, configuration, kept))


def _variables(configuration: RunConfiguration, seed: int) -> Floats:
    """Return the numbers that agents keep at time 0, (V, N), each from the model of the agent's species."""
    names, species = configuration.parameters.variables, configuration.species_indices
    kept = np.zeros((len(names), len(species)))
    for index, model in enumerate(configuration.models):
        given = model.initial_variables(seed)
        if not isinstance(given, Mapping):
            raise ValueError(f"expected numbers by name, as in {{'clock': 0.0}}; got {given!r}")
        if unknown := given.keys() - set(names):
            raise ValueError(f"expected {', '.join(names) or 'no names'}; got {min(unknown)}")
        for row, name in enumerate(names):
            values = np.asarray(given.get(name, 0.0), float)
            if values.shape not in ((), species.shape):
                raise ValueError(f"{name}: expected one number, or {len(species)}; got an array of {values.shape}")
            values = np.broadcast_to(values, species.shape)
            kept[row, species == index] = values[species == index]
    return kept


def _of_frame(start: Frame, configuration: RunConfiguration, kept: Floats) -> Floats:
    """Return the numbers that agents of a frame keep, (V, N); those that it does not have are the given ones."""
    names = configuration.parameters.variables
    if missing := [name for name in names if name not in start.variables]:
        what = f"the frame has no {', '.join(missing)}; agents start as at time 0 of a run"
        warnings.warn(f"start: {what}", KaditaWarning, stacklevel=5)
    return np.array([start.variables.get(name, kept[row]) for row, name in enumerate(names)]).reshape(kept.shape)


def checksum_of(start: Frame) -> str:
    """Return a checksum of the state from which a run starts: 16 hexadecimal digits."""
    digest = hashlib.sha256(start.positions.tobytes() + start.velocities.tobytes())
    for name in sorted(start.variables):
        digest.update(name.encode() + start.variables[name].tobytes())
    return digest.hexdigest()[:16]
