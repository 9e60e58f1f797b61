"""The schools that pictures of the catalogue show, and what metrics are given there."""

from __future__ import annotations

import tomllib
from functools import cached_property
from pathlib import Path
from typing import Any

import kadita

SETTINGS = Path(__file__).with_name("pictures.toml")


class Runs:
    """Trajectories of the scenarios that the pictures need, simulated when they are first asked for.

    Args:
        folder: holds the trajectories; one that is there already is not simulated again.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.folder.mkdir(parents=True, exist_ok=True)
        self._results: dict[tuple[str, str], kadita.Results] = {}

    @cached_property
    def settings(self) -> dict[str, Any]:
        """What `pictures.toml` says."""
        return tomllib.loads(SETTINGS.read_text(encoding="utf-8"))

    def path(self, name: str) -> Path:
        """Return the trajectory of a run by its name in `pictures.toml`."""
        path = self.folder / f"{name}.nc"
        if not path.exists():
            settings = dict(self.settings["runs"][name])
            scenario = settings.pop("scenario")
            if isinstance(scenario, dict):
                scenario = kadita.load_configuration(scenario)
            kadita.run(scenario, output=path, seed=1, **settings)
        return path

    def in_words(self, name: str) -> str:
        """Return what was run under this name."""
        settings = dict(self.settings["runs"][name])
        scenario = settings.pop("scenario")
        of = scenario if isinstance(scenario, str) else f"the model {scenario['model']} with two species"
        counts = [f"{settings['agents']} agents"] if "agents" in settings else []
        counts += [f"{settings['steps']} steps"] if "steps" in settings else []
        return f"{name} is {of}" + (f", {', '.join(counts)}" if counts else "")

    def of_metric(self, name: str) -> list[str]:
        """Return the names of the runs that the picture of a metric shows."""
        given = self.settings["metrics"].get(name, {})
        return list(given.get("runs", self.settings["states"]))

    def parameters(self, name: str) -> dict[str, Any]:
        """Return what a metric is given in its picture."""
        return dict(self.settings["metrics"].get(name, {}).get("parameters", {}))

    def results(self, name: str) -> dict[str, kadita.Results]:
        """Return the results of a metric for each of its runs, the second halves, by the name of the run."""
        found = {}
        for run in self.of_metric(name):
            parameters = {f"{name}.{key}": value for key, value in self.parameters(name).items()}
            found[run] = kadita.analyze(self.path(run), [name], parameters=parameters)
        return found
