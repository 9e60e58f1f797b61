"""How commands measure a trajectory: their options as keywords of `kadita.analyze`, and the progress."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from kadita.cli.option_groups import Measurement
from kadita.cli.track_options import TrackOptions

if TYPE_CHECKING:
    from kadita.evaluation.results import Results
    from kadita.plugins.registry import Registry
    from kadita.school.trajectory import Trajectory


def tracked(measurement: Measurement, tracks: TrackOptions, registry: Registry) -> dict[str, Any]:
    """Return the options as keywords of `kadita.analyze`; settings of an importer are its parameters.

    They begin with its name, or have a name that no metric's parameter has.
    """
    keywords = measurement.keywords()
    settings: dict[str, Any] = keywords["parameters"]
    of_importers = {name for i in registry.importers.values() for name in i.parameters.model_fields}
    measured = (*registry.metrics.values(), *registry.analyses.values())
    of_importers -= {name for m in measured for name in m.parameters.model_fields}
    own = [key for key in settings if key.partition(".")[0] in registry.importers or key in of_importers]
    parameters = {key: settings.pop(key) for key in own}
    return keywords | {"tracks": tracks.keywords() | ({"parameters": parameters} if parameters else {})}


def measure(
    trajectory: Path | Trajectory,
    metrics: list[str] | None,
    registry: Registry,
    *,
    shown: bool = True,
    **keywords: Any,
) -> Results:
    """Analyze with a progress bar, if it is to be `shown`; `keywords` are those of `kadita.analyze`."""
    from kadita.cli.progress import computing
    from kadita.evaluation.evaluate import analyze as compute

    with computing("analyzing", shown=shown) as bar:
        return compute(trajectory, metrics, registry=registry, progress=bar, **keywords)
