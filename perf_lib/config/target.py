"""What a measure's figure is to reach, as the catalogue writes it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, StrictFloat, model_validator

from perf_lib.config.yaml import Strict


class Target(Strict):
    """What a measure's figure is to reach; one of level, between, years, change and measure."""

    level: StrictFloat | None = None
    """A figure, in the measure's unit; `better` says from which side."""
    between: tuple[float, float] | None = None
    """A band: the least and the most."""
    years: dict[str, float] = Field(default_factory=dict)
    """A figure for each year, by its name, such as 2024-25; of a count, the whole year's."""
    change: StrictFloat | None = None
    """A change on a base year: per cent; points of a percentage, a given figure's own unit."""
    on: str | None = Field(default=None, pattern=r"^\d{4}(-\d\d)?$")
    """The base year of that change, such as 2019-20."""
    measure: str | None = None
    """Another measure, whose figure is the target: a budget."""
    each: Literal["month", "quarter", "year"] = "month"
    """What a count's level or band is for."""
    near: StrictFloat = Field(default=0.0, ge=0)
    """How far from it, in the measure's unit, is said to be near."""

    @model_validator(mode="after")
    def _one_way(self) -> Target:
        ways: dict[str, object] = {"level": self.level, "between": self.between, "years": self.years or None}
        ways |= {"change": self.change, "measure": self.measure}
        if sum(way is not None for way in ways.values()) != 1:
            raise ValueError(f"a target is a number, or has one of {', '.join(ways)}")
        if (self.change is None) != (self.on is None):
            raise ValueError("a change needs `on`, its base year, such as 2019-20")
        if self.between is not None and self.between[0] > self.between[1]:
            raise ValueError(f"between: the least, {self.between[0]:g}, is above the most, {self.between[1]:g}")
        return self
