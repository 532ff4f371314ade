"""A measure's target in one quarter: the bounds that the catalogue's words come to, and what is held against them."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from perf_lib.config.catalogue import Measure
from perf_lib.stats.forecast import Projection, Refused
from perf_lib.stats.series import YEAR, RollUp
from perf_lib.stats.targets import Bounds, TargetOutlook, outlook
from perf_lib.words.quarters import Quarter

_TIMES: Mapping[str, tuple[float | None, float]] = {"month": (3, 12), "quarter": (1, 4), "year": (None, 1)}
"""What a target for so long is multiplied by for a quarter and for twelve months, where months add up."""


def target_of(
    measure: Measure, quarter: Quarter, rolled: Mapping[str, RollUp], projection: Projection | Refused | None
) -> TargetOutlook | None:
    """Whether a measure met its target; None where it has none for this year, or its base is not known.

    rolled: the months of every measure, of which one may be another's target.
    """
    aim = measure.target
    if aim is None:
        return None
    months, adds_up = rolled[measure.code], measure.is_count or measure.denominator_is == "stock"
    level = aim.level if not aim.years else aim.years.get(quarter.financial_year)
    of_year = measure.spans_a_year or (adds_up and (bool(aim.years) or aim.change is not None))
    if aim.change is not None and aim.on is not None:
        base = _year_to(months, measure, quarter.of_year(int(aim.on[:4]), 4).last)
        in_unit = measure.changes_in_its_unit
        level = None if base is None else base + aim.change if in_unit else base * (1 + aim.change / 100)
    elif aim.measure is not None:
        level = rolled[aim.measure].over(quarter.first, quarter.last).value
    low, high = aim.between or (None, None)
    if aim.between is None:
        if level is None:
            return None
        low, high = (None, level) if measure.better == "lower" else (level, None)
    each = "year" if of_year else "quarter" if aim.measure else aim.each
    times = _TIMES[each] if adds_up or of_year else (1.0, 1.0)
    bounds = Bounds(low, high, aim.near, *times)
    single = months.over(quarter.first, quarter.last).value
    figure = _year_to(months, measure, quarter.last) if times[0] is None else single
    moves = aim.measure is not None and not measure.stands_at  # another measure's figure to come is not known
    return outlook(bounds, figure, None if moves else projection, year_end(quarter))


def year_end(quarter: Quarter) -> pd.Period:
    """The last month of the quarter's financial year, or of the next where the quarter ends one."""
    months_left = (4 - len(quarter.year_to_date)) * 3
    return quarter.last + (months_left or YEAR)


def _year_to(rolled: RollUp, measure: Measure, last: pd.Period) -> float | None:
    return rolled.over(last if measure.year_is_supplied else last - (YEAR - 1), last).value
