"""The zone model's parameters."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from kadita import Model
from kadita.models import Function, Length, Positive, cosine_and_sine
from kadita_couzin import couzin_2002, couzin_2002_plane, dewi_kadita
from kadita_couzin.limits import check_reach, check_turning_rate

PARAMETERS_OF_RULES = {
    "couzin-2002": ("field_of_view", "turning_rate"),
    "dewi-kadita": ("max_turn", "blind_angle", "orientation_weight"),
}


RULES = {"couzin-2002": couzin_2002, "dewi-kadita": dewi_kadita}


class Couzin(Model):
    """Parameters of the zone model, in space or in a plane; dewi-kadita's rules are for space alone.

    Source: Couzin, Krause, James, Ruxton & Franks 2002, J. Theor. Biol. 218, 1-11, doi:10.1006/jtbi.2002.3065; with
    ``rules = "dewi-kadita"`` as Herho et al. 2026, arXiv 2602.07948, changed it.
    """

    name: ClassVar[str] = "couzin"
    works_in: ClassVar[frozenset[int]] = frozenset({2, 3})
    shared: ClassVar[frozenset[str]] = Model.shared | {"rules"}

    r_r: Annotated[Length, Field(description="radius of the zone of repulsion")]
    r_o: Annotated[Length, Field(description="outer radius of the zone of orientation")]
    r_a: Annotated[Length, Field(description="outer radius of the zone of attraction")]
    noise: Annotated[float, Field(ge=0, le=100, description="standard deviation of the noise in a step, radians")]
    rules: Annotated[Literal["couzin-2002", "dewi-kadita"], Field(description="variant of the rules")] = "couzin-2002"
    field_of_view: Annotated[
        float | None, Field(gt=0, le=360, description="couzin-2002: whole angle of perception, degrees")
    ] = None
    turning_rate: Annotated[
        Positive | None, Field(description="couzin-2002: largest turn in a unit of time, degrees / time")
    ] = None
    max_turn: Annotated[
        float | None, Field(gt=0, le=math.pi, description="dewi-kadita: largest turn in a step, radians")
    ] = None
    blind_angle: Annotated[
        float | None, Field(ge=0, le=180, description="dewi-kadita: half-angle of the blind cone behind, degrees")
    ] = None
    orientation_weight: Annotated[
        float | None, Field(ge=0, le=1, description="dewi-kadita: weight of the zone of orientation (1 if not given)")
    ] = None
    allow_long_range: Annotated[bool, Field(description="allow r_a beyond half a cell edge")] = False

    @model_validator(mode="after")
    def _has_parameters_of_its_rules(self) -> Self:
        for rules, names in PARAMETERS_OF_RULES.items():
            given = [name for name in names if getattr(self, name) is not None]
            missing = [name for name in names if getattr(self, name) is None and name != "orientation_weight"]
            if rules == self.rules and missing:
                raise ValueError(f'rules = "{rules}" needs {" and ".join(missing)}')
            if rules != self.rules and given:
                expected = ", ".join(PARAMETERS_OF_RULES[self.rules])
                raise ValueError(
                    f'{given[0]} belongs to rules = "{rules}"; rules = "{self.rules}" takes {expected} instead '
                    f"(--set {given[0]}=none unsets it)"
                )
        return self

    @model_validator(mode="after")
    def _keeps_to_the_plane(self) -> Self:
        if self.dimensions == 2 and self.rules != "couzin-2002":
            raise ValueError(
                f'dimensions: expected 3 with rules = "{self.rules}", whose noise leaves a plane; got 2; '
                'set it to 3, or use rules = "couzin-2002"'
            )
        return self

    @model_validator(mode="after")
    def _is_possible(self) -> Self:
        if not self.r_r <= self.r_o <= self.r_a:
            raise ValueError(
                f"expected r_r <= r_o <= r_a; got r_r = {self.r_r:g}, r_o = {self.r_o:g}, r_a = {self.r_a:g}"
            )
        if not self.allow_long_range:
            check_reach(self, self.r_a, "enlarge the box, or set allow_long_range = true")
        if self.turning_rate is not None:
            check_turning_rate(self.turning_rate, self.time_step)
        return self

    @property
    def pair(self) -> Function:  # type: ignore[override]
        """The rule of a pair, for the chosen `rules`."""
        return RULES[self.rules].pair

    @property
    def turn(self) -> Function:  # type: ignore[override]
        """The rule of a turn, for the chosen `rules` and dimensions."""
        return couzin_2002_plane.turn if self.dimensions == 2 else RULES[self.rules].turn

    @property
    def cutoff(self) -> float:
        """The outer radius of the zone of attraction."""
        return self.r_a

    @property
    def constants(self) -> Mapping[str, float]:
        """Constants of the rules; see `kadita_couzin.couzin_2002` and `kadita_couzin.dewi_kadita`."""
        if self.rules == "couzin-2002":
            visible, limit = (self.field_of_view or 0.0) / 2, math.radians((self.turning_rate or 0.0) * self.time_step)
        else:
            visible, limit = 180.0 - (self.blind_angle or 0.0), self.max_turn or 0.0
        return {
            "r_r_squared": self.r_r**2,
            "r_o_squared": self.r_o**2,
            "r_a_squared": self.r_a**2,
            "cosine": cosine_of(visible),
            "weight": 1.0 if self.orientation_weight is None else self.orientation_weight,
            "limit": limit,
            "cos_limit": cosine_and_sine(limit)[0],
            "sin_limit": cosine_and_sine(limit)[1],
            "noise": self.noise,
        }

    @property
    def attributes(self) -> Mapping[str, Any]:
        """r_a, up to which agents are linked into clusters; no attribute if agents do not interact."""
        return {"r_a": self.r_a} if self.r_a > 0 else {}


def cosine_of(visible: float) -> float:
    """Return the cosine of the angle to the heading, in degrees, up to which others are seen; -2 if all are."""
    return float(cosine_and_sine(math.radians(visible))[0]) if visible < 180 else -2.0
