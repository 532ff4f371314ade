"""The arithmetic of months: totals, rolling 12 months, change, rates, and two series side by side.

Everything here is pure: a measure's months in, a figure or a Series out, nothing of the caller's altered.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd

YEAR = 12


class RollsUp(Protocol):
    """What must be known of a measure to add up its months."""

    @property
    def kind(self) -> str:
        """count, proportion, mean, rolling or survey."""

    @property
    def is_percentage(self) -> bool:
        """Whether a ratio is printed times a hundred."""

    @property
    def denominator_is(self) -> str:
        """flow or stock."""


@dataclass(frozen=True)
class Figure:
    """A figure over some months, with what it was made from.

    `value` is None where a month it needs is missing. `unweighted` says that only ratios were supplied, not
    their denominators, so that their plain mean had to do.
    """

    value: float | None
    numerator: float | None = None
    denominator: float | None = None
    margin: float | None = None
    unweighted: bool = False

    def __bool__(self) -> bool:
        return self.value is not None


NOTHING = Figure(None)


def over(months: pd.DataFrame, measure: RollsUp, first: pd.Period, last: pd.Period) -> Figure:
    """What a measure comes to over the months from `first` to `last`.

    `months`: the measure's rows of the tidy frame, indexed by month. A count is summed; a proportion or mean
    is the sum of numerators over the sum of denominators (over the average of a stock); a rolling figure is
    taken as given at `last`; a survey gives its latest point within the months.
    """
    window = months.reindex(pd.period_range(first, last, freq="M"))
    if measure.kind == "rolling":
        return _as_given(window.iloc[-1])
    if measure.kind == "survey":
        points = window.dropna(subset="value")
        return _as_given(points.iloc[-1]) if len(points) else NOTHING
    numerator, denominator, weighted = _parts(window, measure)
    value = _rolled(numerator, denominator, measure, len(window)).iloc[-1]
    if not math.isfinite(value):
        return NOTHING
    if not weighted or denominator is None:
        return Figure(float(value), unweighted=not weighted)
    base = denominator.mean() if measure.denominator_is == "stock" else denominator.sum()
    return Figure(float(value) * _scale(measure), float(numerator.sum()), float(base))


def rolling_12(months: pd.DataFrame, measure: RollsUp) -> pd.Series:
    """The rolling 12 months at every month: the same roll-up as `over`, missing where a month is."""
    if measure.kind in ("rolling", "survey"):
        return months["value"].copy()
    numerator, denominator, weighted = _parts(months, measure)
    rolled = _rolled(numerator, denominator, measure, YEAR)
    return rolled * _scale(measure) if weighted and denominator is not None else rolled


def change(now: float | None, before: float | None) -> float | None:
    """The difference, in the figure's unit (percentage points for percentages)."""
    return None if now is None or before is None else now - before


def change_per_cent(now: float | None, before: float | None) -> float | None:
    """The difference as a percentage of the earlier figure; None where that is zero.

    >>> round(change_per_cent(1496, 1704), 1)
    -12.2
    """
    return None if now is None or not before else 100 * (now - before) / before


def rate_per_1000(count: float | None, population: float | None) -> float | None:
    """A count per 1,000 residents.

    >>> round(rate_per_1000(44252, 720100), 2)
    61.45
    """
    return None if count is None or not population else 1000 * count / population


def z_scores(series: pd.Series) -> pd.Series:
    """Each month's distance from the series' mean, in its sample standard deviations (n - 1).

    Puts series of different sizes on one scale. A constant series is zero throughout.
    """
    spread = series.std(ddof=1)
    return (series - series.mean()) / spread if spread > 0 else series * 0.0


def r_squared(one: pd.Series, other: pd.Series) -> float | None:
    """The share of one series' variance that a straight line on the other accounts for (Pearson's r, squared).

    Over the months that both have; None with fewer than three, or where one does not vary.

    >>> months = pd.period_range("2019-01", periods=3, freq="M")
    >>> r_squared(pd.Series([1.0, 2, 3], months), pd.Series([2.0, 4, 6], months))
    1.0
    """
    both = pd.concat([one, other], axis=1, keys=["one", "other"]).dropna()
    if len(both) < 3 or both.nunique().min() < 2:
        return None
    return round(float(np.corrcoef(both["one"], both["other"])[0, 1]) ** 2, 12)


def _parts(months: pd.DataFrame, measure: RollsUp) -> tuple[pd.Series, pd.Series | None, bool]:
    """Numerators, denominators (None for a count) and whether the ratio is properly weighted."""
    value, numerator, denominator = (months[name].astype(float) for name in ("value", "numerator", "denominator"))
    if measure.kind == "count":
        return value, None, True
    supplied = value.notna()
    if supplied.any() and denominator[supplied].notna().all():
        # A month's mean supplied with its number of cases is worth its numerator.
        numerator = numerator.fillna(value * denominator / _scale(measure))
        nothing_happened = months["status"].eq("nil return")
        return numerator.mask(nothing_happened, 0.0), denominator.mask(nothing_happened, 0.0), True
    return value, pd.Series(1.0, months.index).where(supplied), False


def _rolled(numerator: pd.Series, denominator: pd.Series | None, measure: RollsUp, width: int) -> pd.Series:
    if len(numerator) < width:
        return pd.Series(np.nan, numerator.index, dtype=float)
    total = _trailing(numerator, width, np.sum)
    if denominator is None:
        return total
    base = _trailing(denominator, width, np.mean if measure.denominator_is == "stock" else np.sum)
    return total / base.where(base > 0)


def _trailing(series: pd.Series, width: int, reduce: object) -> pd.Series:
    assert callable(reduce)  # noqa: S101 - for the type checker
    windows = np.lib.stride_tricks.sliding_window_view(series.to_numpy(float), width)
    short = np.full(width - 1, np.nan)
    return pd.Series(np.concatenate([short, reduce(windows, axis=1)]), series.index)


def _scale(measure: RollsUp) -> float:
    return 100.0 if measure.is_percentage else 1.0


def _as_given(row: pd.Series) -> Figure:
    if pd.isna(row["value"]):
        return NOTHING
    numerator, denominator, margin = (
        float(row[name]) if pd.notna(row.get(name)) else None for name in ("numerator", "denominator", "margin")
    )
    return Figure(float(row["value"]), numerator, denominator, margin)
