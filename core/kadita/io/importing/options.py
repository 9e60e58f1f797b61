"""How the user wants tracks to be read: what their file does not say, and what there is to choose."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from kadita.base.errors import KaditaError
from kadita.plugins.declaration.importer import Importer
from kadita.school.arena import Arena

# parameters that many importers have, and their options on the command line
CHOICES = {"columns": "--column", "point": "--point", "heading": "--heading"}


@dataclass(frozen=True)
class ImportOptions:
    """Text and numbers only, to be sent to other processes. Made by `ImportOptions.of`.

    Attributes:
        importer: name of the importer, where a file matches several or none.
        length_unit: unit of positions, if the file states none.
        time_unit: unit of times, if the file states none.
        frame_rate: frames per unit of time, if the file states none.
        y_axis: ``"up"`` or ``"down"``, where y of tracks points; by default down in images, and then turned up.
        arena: in which the animals move, in the coordinates of the file; as `kadita.school.arena.Arena.of` reads it.
        parameters: parameters of the importer, as JSON.
        least: limits by name of a quality, as JSON; sightings below are left out.
    """

    importer: str | None = None
    length_unit: str | None = None
    time_unit: str | None = None
    frame_rate: float | None = None
    y_axis: str | None = None
    arena: str | None = None
    parameters: str = "{}"
    least: str = "{}"

    @classmethod
    def of(
        cls,
        *,
        parameters: Mapping[str, Any] | None = None,
        least: Mapping[str, float] | None = None,
        columns: Iterable[str] | None = None,
        point: str | None = None,
        heading: str | None = None,
        **others: Any,
    ) -> ImportOptions:
        """Return options from keywords, which are the fields and the parameters that importers share.

        Args:
            parameters: parameters of the importer, by name.
            least: limits by name of a quality, such as ``{"confidence": 0.6}``.
            columns: ``"ROLE=NAME"`` for the columns of a table.
            point: keypoint that stands for an animal, or ``"mean"``.
            heading: ``"FROM:TO"``, the keypoints from and to which the heading of an animal points.
            others: the other fields.

        Raises:
            KaditaError: an unknown keyword, parameters that are no text and numbers, or no arena.
        """
        if unknown := sorted(others.keys() - cls.keywords()):
            raise KaditaError(f"tracks: expected {', '.join(sorted(cls.keywords()))}; got {unknown[0]}")
        if others.get("arena") is not None:
            others["arena"] = str(Arena.of(others["arena"]))
        values = dict(parameters or {})
        given = {"columns": list(columns or ()) or None, "point": point, "heading": heading}
        for name, value in given.items():
            if value is not None:
                if name in values:
                    raise KaditaError(f"{name} is set twice; leave out one")
                values[name] = value
        try:
            return cls(parameters=json.dumps(values), least=json.dumps(dict(least or {})), **others)
        except (TypeError, ValueError) as error:
            raise KaditaError(f"tracks: expected text and numbers; {error}") from None

    @classmethod
    def keywords(cls) -> frozenset[str]:
        """Return the keywords of `of`."""
        return frozenset({f.name for f in fields(cls)} | CHOICES.keys())

    @property
    def names_columns(self) -> bool:
        """Whether columns of a table are named."""
        return "columns" in json.loads(self.parameters)

    def check_velocities(self, option: str | None) -> None:
        """Raise if headings are to be those of bodies, and an option asks for other velocities as well.

        Raises:
            KaditaError: they are.
        """
        if option is not None and "heading" in json.loads(self.parameters):
            raise KaditaError(f"--heading takes headings from keypoints; {option} contradicts it")

    @property
    def limits(self) -> dict[str, float]:
        """Limits by name of a quality."""
        return json.loads(self.least)

    def with_default(self, name: str, value: Any) -> ImportOptions:
        """Return options with this parameter of the importer, unless the user sets it."""
        return replace(self, parameters=json.dumps({name: value} | json.loads(self.parameters)))

    def values_for(self, importer: Importer) -> dict[str, Any]:
        """Return the values of an importer's parameters.

        Raises:
            KaditaError: it has no columns or keypoints to choose, or parameters are given for another importer.
        """
        values: dict[str, Any] = {}
        for key, value in json.loads(self.parameters).items():
            first, _, rest = key.rpartition(".")
            if first not in ("", importer.name):
                raise KaditaError(f"--set {key}: expected parameters of {importer.name}, which reads this file")
            values[rest] = value
        has = importer.parameters.model_fields
        for name, option in CHOICES.items():
            if name in values and name not in has:
                what = "columns" if name == "columns" else "keypoints"
                raise KaditaError(f"{option}: files of {importer.name} have no {what} to choose")
        if self.limits and "least" in has:  # the importer then knows of which columns it is
            values["least"] = self.limits
        return values

    @property
    def given(self) -> bool:
        """Whether anything is given that only tracks have."""
        return any(
            getattr(self, f.name) != f.default
            for f in fields(self)
            if f.name not in ("length_unit", "time_unit", "arena")
        )
