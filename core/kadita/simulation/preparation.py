"""What the engine needs of a model: its compiled method, its space, its scales and its tables of constants."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from kadita.base.code_names import names_read, reads_by_position
from kadita.base.errors import KaditaError
from kadita.base.jit import Function, jitable
from kadita.models import former_rules
from kadita.models.engine.grid import WIDE
from kadita.models.engine.method import Method
from kadita.models.engine.state import Rules, Scales, Space
from kadita.models.model import Model, no_displacement
from kadita.models.records import Other
from kadita.models.vectors import NOWHERE
from kadita.school.walls import Walls
from kadita.simulation.checks import attributed, check_declarations, cutoff_of, model_error, numbers_of
from kadita.simulation.configuration import RunConfiguration
from kadita.simulation.species import changed

NO_WALLS = Walls(0, np.zeros(3), np.inf, np.full(3, -np.inf), np.full(3, np.inf))


class Prepared(NamedTuple):
    """A model as the engine runs it."""

    method: Method
    space: Space
    scales: Scales
    rules: Rules


@jitable
def nothing_kept(agent, sums):  # type: ignore[no-untyped-def]
    """Return no numbers."""
    return NOWHERE


def prepare(models: Sequence[Model], interactions: Sequence[Sequence[Model]] = ()) -> Prepared:
    """Return what the engine needs of the models of all species, and of those of their pairs, [a][b], if these differ.

    Raises:
        PluginError: constants or a cutoff that are not numbers.
    """
    model, of_pairs = models[0], [each for row in interactions for each in row]
    check_declarations(models)
    cutoff = cutoff_of([*models, *of_pairs])
    constants = numbers_of(models)
    rules = Rules.of(constants, numbers_of(of_pairs) if of_pairs else None)
    pair, sees, of_agent = _rule(model, "pair"), _rule(model, "sees"), rules_of_agent(model)
    method = Method(
        pair=pair,
        turn=of_agent[0],
        displacement=of_agent[1],
        remember=of_agent[2],
        sees=sees,
        constants=tuple(constants[0]),
        variables=tuple(model.variables),
        inertial=model.accelerate is not None,
        nearest=model.nearest is not None,
        reads_species=len(models) > 1 and may_read_species(pair, sees),
        by_interaction=bool(of_pairs),
        everywhere=math.isinf(cutoff) and model.nearest is None,
        flat_walls=model.walls is not None and bool(np.isfinite(model.walls.low).any()),
        round_wall=0 if model.walls is None else model.walls.axes,
        keeps_shift=model.velocity_kind == "displacement" and model.displacement is not no_displacement,
    )
    if "random" in names_read(pair, *of_agent, sees) - set(constants[0]):
        raise model_error(
            model, "rules: expected random numbers from agent.normals, normals or uniforms; found those of a library"
        )
    scales = Scales(model.time_step, scale_of(models), model.nearest or 0)
    return Prepared(method, space_of(model, cutoff), scales, rules)


def may_read_species(*rules: Function) -> bool:
    """Return whether rules read a species, or unpack or index a record, whose last field it is."""
    last = Other._fields.index("species")
    return "species" in names_read(*rules) or reads_by_position(last, *rules, except_in="kadita.models")


def check_interactions(configuration: RunConfiguration) -> None:
    """Check that the parameters of each interaction change what the rule of a pair computes, and that alone.

    Raises:
        KaditaError: parameters that change no constant that the rule reads, nor the cutoff; or one that another rule
            reads as well, where constants are those of the agent's species; or which of all are the nearest.
    """
    models, names = configuration.models, configuration.species_names
    for a, row in enumerate(configuration.models_of_pairs):
        for b, model in enumerate(row):
            given = configuration.interaction.get(names[a], {}).get(names[b])
            if given is None:
                continue
            read, owner = names_read(model.pair), f"interaction.{names[a]}.{names[b]}"
            elsewhere, cutoff, own = names_read(*rules_of_agent(model)), cutoff_of([model]), cutoff_of([models[a]])
            if model.nearest is not None and cutoff != own:
                raise KaditaError(
                    f"{owner}: expected the cutoff of {names[a]}, {own:g}, because the nearest are chosen among all "
                    f"within it; got {cutoff:g}"
                )
            for key in given:
                try:
                    without = changed(models[a], {k: v for k, v in given.items() if k != key}, owner)
                except ValueError:  # it is needed by another one
                    continue
                old, new = numbers_of([without, model])
                if cutoff_of([without]) == cutoff and not any(old[n] != new[n] for n in old if n in read):
                    raise KaditaError(
                        f"{owner}: {key} changes nothing in the rule of a pair of the model {model.name}, "
                        f"or is the value of {names[a]} already"
                    )
                if twofold := [n for n in old if n in elsewhere and old[n] != new[n]]:
                    raise KaditaError(
                        f"{owner}: {key} changes {', '.join(twofold)}, which a rule of the agent reads, too, where it "
                        f"is {names[a]}'s own; {key} belongs in [[species]] or in [parameters]"
                    )


def rules_of_agent(model: Model) -> tuple[Function, Function, Function]:
    """Return the rules that get the sums: of the turn or the next velocity, of displacements, and of what is kept."""
    return (
        _rule(model, "turn" if model.accelerate is None else "accelerate"),
        _rule(model, "displacement"),
        _rule(model, "remember") if model.variables else nothing_kept,
    )


def space_of(model: Model, cutoff: float) -> Space:
    """Return where the agents of a model move."""
    edges = model.space.array
    lattice, origin = edges.copy(), np.zeros(3)
    walls = model.walls or NO_WALLS
    for axis in np.flatnonzero(np.isfinite(walls.lower)):
        origin[axis], width = walls.lower[axis], walls.upper[axis] - walls.lower[axis]
        lattice[axis] = 2 * WIDE * (width + (cutoff if cutoff < np.inf else 0.0))  # in which no difference wraps
    if model.dimensions == 2:  # all z are 0
        lattice[2] = cutoff if 0 < cutoff < np.inf else 1.0
    return Space(edges, cutoff, lattice, origin, walls.low, walls.high, walls.centre, walls.radius)


def scale_of(models: Sequence[Model]) -> float:
    """Return the power of 2 that is at least the largest speed of all species; 1 if their states are headings."""
    speeds = [model.largest_speed for model in models if model.largest_speed is not None]
    return 2.0 ** math.ceil(math.log2(max(speeds))) if speeds else 1.0


def _rule(model: Model, name: str) -> Function:
    """Return a rule in its present form; one that depends on parameters may have the former one."""
    with attributed(model, name):
        rule: Function = getattr(model, name)
    if not former_rules.is_former(name, rule):
        return rule
    former_rules.warn_of(type(model).__name__, name, depth=3)
    return former_rules.in_present_form(name, rule)
