"""The hooks that a plugin can implement: functions of these names, decorated with `kadita.hookimpl`, that return lists.

A plugin is a module with one hook or several. ``--plugin FILE.py`` loads a plugin file for one command, and is all that
the examples below need, unless they say otherwise. An installed plugin is always loaded: its distribution names it in
an entry point of the group ``kadita``, here in the pyproject.toml of flocks::

    [project.entry-points.kadita]
    flocks = "flocks"

``kadita plugins new NAME`` creates such a distribution, and ``kadita plugins check MODULE|FILE`` checks it.
"""

from __future__ import annotations

from importlib.resources.abc import Traversable

import pluggy

from kadita.models.model import Model
from kadita.plugins.declaration.analysis import Analysis
from kadita.plugins.declaration.importer import Importer
from kadita.plugins.declaration.metric import Metric

GROUP = "kadita"

hookspec = pluggy.HookspecMarker(GROUP)
hookimpl = pluggy.HookimplMarker(GROUP)


@hookspec
def kadita_metrics() -> list[Metric]:  # type: ignore[empty-body]
    '''Return the metrics of the plugin, each a function decorated with `kadita.metric`.

    Example, for ``kadita analyze school.nc --plugin bursting.py -m bursting --set bursting.factor=3``::

        # bursting.py
        from typing import Annotated

        import numpy as np
        from kadita import Block, hookimpl, metric
        from pydantic import Field

        Factor = Annotated[float, Field(gt=1, description="least speed of a burst, in mean speeds of the school")]


        @metric(
            needs_velocities=True,
            formula="number of agents with |v_i| > factor <|v|> / N",
            range=(0, 1),
            undefined="where no agent moves",
            symmetries=("translation", "rotation", "images", "scale"),
        )
        def bursting(block: Block, *, factor: Factor = 2.0):
            """Fraction of agents that swim in bursts, (T,)."""
            mean = block.speeds.mean(axis=1)
            fraction = (block.speeds > factor * mean[:, None]).mean(axis=1)
            return np.where(mean > 0, fraction, np.nan)


        @hookimpl
        def kadita_metrics():
            return [bursting]
    '''


@hookspec
def kadita_analyses() -> list[Analysis]:  # type: ignore[empty-body]
    '''Return the whole-trajectory analyses of the plugin, each a function decorated with `kadita.analysis`.

    Example, for ``kadita analyze school.nc --plugin cruising.py -m cruising_speed -o speeds.csv``::

        # cruising.py
        import numpy as np
        from kadita import Facts, Window, analysis, hookimpl


        def finish(state, facts: Facts):
            present = state["frames"] > 0
            return np.divide(state["sum"], state["frames"], out=np.full(len(present), np.nan), where=present)


        @analysis(
            finish=finish,
            units="length/time",
            dims=("agent",),
            needs_velocities=True,
            formula="<|v_i(t)|>, over the frames in which agent i is present",
        )
        def cruising_speed(window: Window):
            """Mean speed of each agent over the trajectory, (N,); NaN for an agent that is never present."""
            speeds = np.linalg.norm(window.velocities[: window.own], axis=2)
            return {"sum": np.nansum(speeds, axis=0), "frames": (~np.isnan(speeds)).sum(axis=0)}


        @hookimpl
        def kadita_analyses():
            return [cruising_speed]
    '''


@hookspec
def kadita_models() -> list[type[Model]]:  # type: ignore[empty-body]
    '''Return the models of the plugin, each a subclass of `kadita.Model`.

    `kadita.models` explains the rules. Example, for ``kadita run flock.toml --plugin flocking.py``, with
    ``model = "flocking"`` and every parameter in flock.toml::

        # flocking.py
        from typing import Annotated, ClassVar

        from kadita import Model, hookimpl
        from kadita.models import NOTHING, NOWHERE, Positive, count, jitable, times, total, unit, where
        from pydantic import Field


        @jitable
        def pair(agent, other):
            """Return the heading of an agent within the radius, and count it; the agent itself is included."""
            near = other.square < agent.constants.radius_squared
            return where(near, other.heading), NOTHING, NOTHING, count(near)


        @jitable
        def turn(agent, sums):
            """Return the direction of the sum of headings, each with a random error."""
            headings, _, _, number = sums
            error = times(agent.constants.noise * number, agent.normals[:3])
            return unit(total(headings, error, NOWHERE), agent.heading)


        class Flocking(Model):
            """Agents that take the mean heading within a radius, with a random error."""

            name: ClassVar[str] = "flocking"
            pair = staticmethod(pair)
            turn = staticmethod(turn)

            radius: Annotated[Positive, Field(description="radius of interaction, a length")]
            noise: Annotated[float, Field(ge=0, description="error of each component of a heading")] = 0.1

            @property
            def cutoff(self):
                return self.radius

            @property
            def constants(self):
                return {"radius_squared": self.radius**2, "noise": self.noise}


        @hookimpl
        def kadita_models():
            return [Flocking]
    '''


@hookspec
def kadita_scenarios() -> list[Traversable]:  # type: ignore[empty-body]
    """Return TOML files of the plugin, which ``kadita run`` finds by their names without ``.toml``.

    They are part of a package, which must be installed. Example, for ``kadita run street``::

        # flocks/__init__.py
        from importlib import resources

        from kadita import hookimpl


        @hookimpl
        def kadita_scenarios():
            return [resources.files(__name__) / "street.toml"]

    and in the same folder::

        # flocks/street.toml
        title = "a flock in a long and narrow cell"
        model = "vicsek"
        steps = 1000
        every = 10

        [parameters]
        agents = 200
        box = [20.0, 4.0, 4.0]
        speed = 0.1
        radius = 1.0
        noise = 0.05
        time_step = 1.0
    """


@hookspec
def kadita_importers() -> list[Importer]:  # type: ignore[empty-body]
    '''Return the importers of the plugin, each a function decorated with `kadita.importer`.

    Example, for ``kadita convert fish.xyt fish.nc --plugin xyt.py --frame-rate 25 --time-unit s``::

        # xyt.py
        from pathlib import Path

        import numpy as np
        from kadita import KaditaError, Tracks, hookimpl, importer


        HEADER = "frame animal x y"


        @importer(endings=(".xyt",), recognizes=lambda path: path.read_bytes().startswith(HEADER.encode()))
        def xyt(path: Path):
            """Lines of frame, animal, x and y, in pixels; an animal without a line for a frame was not detected."""
            try:
                header, *lines = path.read_text(encoding="utf-8").splitlines()
                rows = np.array([line.split() for line in lines], dtype=float)
                frame, animal, x, y = rows.T
            except (OSError, ValueError) as error:
                raise KaditaError(f"{path}: expected lines of four numbers; they cannot be read: {error}") from None
            if header != HEADER or not np.isfinite(rows).all() or len(np.unique(rows[:, :2], axis=0)) < len(rows):
                raise KaditaError(f"{path}: expected '{HEADER}', and one line of numbers per animal and frame")
            frames, t = np.unique(frame, return_inverse=True)
            animals, i = np.unique(animal, return_inverse=True)
            positions = np.full((len(frames), len(animals), 2), np.nan)
            positions[t, i] = np.stack([x, y], axis=1)
            return Tracks(animals, positions, frames, counts_frames=True, length_unit="px", y_down=True)


        @hookimpl
        def kadita_importers():
            return [xyt]
    '''
