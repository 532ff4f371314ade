"""Targets: whether a figure met one, and how surely the next quarter and the year to its end will.

What is to come is the projection's (`forecast`), so a target is met by the model that judges the quarter.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri  # type: ignore[import-untyped]  # SciPy ships no types

from perf_lib.stats.forecast import Projection, Refused

NEXT = 3  # months of the next quarter


@dataclass(frozen=True)
class Bounds:
    """Within what a figure meets its target: at least `low`, at most `high`; either may be None.

    `near` is how far outside is still near. `of_quarter` and `of_year` multiply the bounds for a quarter's figure and
    for twelve months', as a month's count does; `of_quarter` is None where the target is for twelve months.
    """

    low: float | None
    high: float | None
    near: float = 0.0
    of_quarter: float | None = 1.0
    of_year: float = 1.0

    @property
    def level(self) -> float | None:
        """The one bound; None of a band."""
        return (self.high if self.low is None else self.low) if None in (self.low, self.high) else None

    def outside(self, figure: float, times: float) -> float:
        """How far a figure lies outside, nought where it meets the target.

        >>> Bounds(75, 150).outside(160, 1), Bounds(None, 10).outside(9.31, 1), Bounds(90, None).outside(85, 1)
        (10, 0.0, 5)
        """
        low = 0.0 if self.low is None else self.low * times - figure
        high = 0.0 if self.high is None else figure - self.high * times
        return max(low, high, 0.0)


@dataclass(frozen=True)
class TargetOutlook:
    """A target, whether the figure held against it meets it, and the chance that what is to come does.

    `next_quarter` is the chance that the next quarter's figure does; `year_end` the last month of the financial year
    and `by_year_end` the chance that the twelve months to it do. What is not known is None.
    """

    bounds: Bounds
    figure: float | None
    met: bool | None
    next_quarter: float | None
    year_end: pd.Period
    by_year_end: float | None

    @property
    def is_of_year(self) -> bool:
        """Whether twelve months are held against it, and not the quarter."""
        return self.bounds.of_quarter is None

    @property
    def word(self) -> Literal["met", "near", "not met", ""]:
        """How the figure stands to the target; empty where there is none."""
        if self.met is None or self.figure is None:
            return ""
        times = self.bounds.of_year if self.bounds.of_quarter is None else self.bounds.of_quarter
        is_near = self.bounds.outside(self.figure, times) <= self.bounds.near * times
        return "met" if self.met else "near" if is_near else "not met"


def outlook(
    bounds: Bounds, figure: float | None, projection: Projection | Refused | None, year_end: pd.Period
) -> TargetOutlook:
    """Whether a target was met and will be.

    figure: the quarter's, or that of twelve months where the target is for them.
    """
    times = bounds.of_year if bounds.of_quarter is None else bounds.of_quarter
    met = None if figure is None else bounds.outside(figure, times) == 0
    if not isinstance(projection, Projection):
        return TargetOutlook(bounds, figure, met, None, year_end, None)
    next_quarter = by_year_end = None
    if bounds.of_quarter is not None:
        next_quarter = within(projection.to_come.iloc[NEXT - 1], bounds, bounds.of_quarter)
    if year_end in projection.table.index:
        by_year_end = within(projection.table.loc[year_end], bounds, bounds.of_year)
    return TargetOutlook(bounds, figure, met, next_quarter, year_end, by_year_end)


def within(projected: pd.Series, bounds: Bounds, times: float) -> float:
    """How likely a projected figure is to meet a target.

    projected: rolling, lower_80 and upper_80, as a row of Projection.table.

    >>> row = pd.Series({"rolling": 100.0, "lower_80": 90.0, "upper_80": 120.0})
    >>> [round(within(row, Bounds(None, high), 1), 2) for high in (90, 100, 120)]
    [0.1, 0.5, 0.9]
    """
    below_low = 0.0 if bounds.low is None else _below(projected, bounds.low * times)
    below_high = 1.0 if bounds.high is None else _below(projected, bounds.high * times)
    return below_high - below_low


def _below(projected: pd.Series, level: float) -> float:
    """How likely a projected figure is to be below a level: normal on the side where the level lies."""
    middle = projected["rolling"]
    reach = abs(projected["upper_80" if level > middle else "lower_80"] - middle) / ndtri(0.9)
    away = (level - middle) / reach if reach else np.copysign(np.inf, level - middle)
    return float(ndtr(away)) if level != middle else 0.5
