"""Targets: whether the quarter met one, and how surely the next quarter and the year to its end will.

What is to come is the projection's (`forecast`), so a target is met by the model that judges the quarter.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri  # type: ignore[import-untyped]  # SciPy ships no types

from perf_lib.stats.forecast import Projection, Refused

Better = Literal["higher", "lower"]
NEXT = 3  # months of the next quarter


@dataclass(frozen=True)
class TargetOutlook:
    """A target for a month's figure, and the chance that what is to come meets it.

    `met` says whether the quarter's figure met it, by its average month where months add up. `next_quarter` is the
    chance that the next quarter's does; `year_end` the last month of the financial year and `by_year_end` the chance
    that the twelve months to it do. What is not known is None.
    """

    target: float
    better: Better
    met: bool | None
    next_quarter: float | None
    year_end: pd.Period
    by_year_end: float | None


def outlook(
    target: float,
    better: Better,
    figure: float | None,
    projection: Projection | Refused | None,
    year_end: pd.Period,
    adds_up: bool,
) -> TargetOutlook:
    """Whether a target was met and will be.

    figure: the quarter's. adds_up: whether months do, so that a quarter has three and a year twelve of them.
    """
    met = None if figure is None else _meets(figure / (NEXT if adds_up else 1), target, better)
    if not isinstance(projection, Projection):
        return TargetOutlook(target, better, met, None, year_end, None)
    next_quarter = chance(projection.to_come.iloc[NEXT - 1], target * (NEXT if adds_up else 1), better)
    by_year_end = None
    if year_end in projection.table.index:
        by_year_end = chance(projection.table.loc[year_end], target * (12 if adds_up else 1), better)
    return TargetOutlook(target, better, met, next_quarter, year_end, by_year_end)


def chance(projected: pd.Series, target: float, better: Better) -> float:
    """How likely a projected figure is to meet a target: normal on the side where the target lies.

    projected: rolling, lower_80 and upper_80, as a row of Projection.table.

    >>> row = pd.Series({"rolling": 100.0, "lower_80": 90.0, "upper_80": 120.0})
    >>> [round(chance(row, target, "lower"), 2) for target in (90, 100, 120)]
    [0.1, 0.5, 0.9]
    """
    middle = projected["rolling"]
    reach = abs(projected["upper_80" if target > middle else "lower_80"] - middle) / ndtri(0.9)
    away = (target - middle) / reach if reach else np.copysign(np.inf, target - middle)
    below = float(ndtr(away)) if target != middle else 0.5
    return below if better == "lower" else 1 - below


def _meets(figure: float, target: float, better: Better) -> bool:
    return figure <= target if better == "lower" else figure >= target
