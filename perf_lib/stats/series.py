"""The arithmetic of months: totals, rolling 12 months, change, rates, and two series side by side.

Every function is pure: a measure's months in, a figure or a Series out; the caller's data are not altered.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from perf_lib.config.catalogue import Measure
from perf_lib.stats.months import ROUNDING, YEAR, Bools, Floats


@dataclass(frozen=True)
class Figure:
    """A figure over some months, with its parts, in the units of the measure.

    `value` is None where a month that it needs is missing. `unweighted` says that only ratios were supplied,
    without their denominators, so that the figure is their plain mean.
    """

    value: float | None
    numerator: float | None = None
    denominator: float | None = None
    margin: float | None = None
    unweighted: bool = False

    def __bool__(self) -> bool:
        return self.value is not None


NOTHING = Figure(None)


class RollUp:
    """A measure's months, prepared once to be rolled up over any stretch of them.

    months: the measure's rows of the tidy frame, by month (value, numerator, denominator, status); a month that they
    skip is missing. A count is summed; a proportion or mean is the sum of numerators over the sum of denominators (over
    the average of a stock).

    >>> index = pd.period_range("2019-01", periods=13, freq="M")
    >>> rows = {"value": [3.0] * 12 + [4], "numerator": np.nan, "denominator": np.nan, "status": ""}
    >>> thefts = Measure(code="thefts", title="Thefts", priority=1, kind="count", unit="thefts", better="lower",
    ...                  noun="thefts", singular="theft")
    >>> rolled = RollUp(pd.DataFrame(rows, index), thefts)
    >>> rolled.over(index[-3], index[-1]).value, rolled.rolling_12().tail(3).tolist()
    (10.0, [nan, 36.0, 37.0])
    """

    def __init__(self, months: pd.DataFrame, measure: Measure) -> None:
        index = months.index
        if len(index) and index[-1].ordinal - index[0].ordinal != len(index) - 1:
            months = months.reindex(pd.period_range(index[0], index[-1], freq="M"))
        self._measure, self._index = measure, months.index
        names = ("value", "numerator", "denominator", "margin")
        self._columns = {name: months[name].to_numpy(float) for name in names if name in months}
        self._nil = months["status"].eq("nil return").to_numpy(bool)
        self._reported = np.ones(len(self._index), bool)
        if measure.is_quarterly and not measure.year_is_supplied:
            # A quarter's figure stands under its last month; the months between are no gaps.
            places = np.arange(len(self._index)) + np.isfinite(self._columns["value"])[::-1].argmax()
            self._reported = (places - len(self._index) + 1) % 3 == 0
            self._nil = self._nil | ~self._reported

    def over(self, first: pd.Period, last: pd.Period) -> Figure:
        """The measure's figure over the months from `first` to `last`; without a value where a month is missing.

        A rolling figure is taken as supplied at `last`; a survey gives its latest point within the months.
        """
        columns, nil = self._between(first, last)
        if self._measure.roll_up == "last month":
            return _as_supplied(columns, -1)
        if self._measure.roll_up == "newest point":
            points = np.flatnonzero(np.isfinite(columns["value"]))
            return _as_supplied(columns, points[-1]) if len(points) else NOTHING
        *figures, weighted = (part[-1] for part in _roll(columns, nil, self._measure, len(nil)))
        value, numerator, denominator = (float(figure) for figure in figures)
        if not math.isfinite(value):
            return NOTHING
        if (is_sum := self._measure.roll_up == "sum") or not weighted:
            return Figure(value, unweighted=not is_sum)
        return Figure(value, numerator, denominator)

    def rolling_12(self) -> pd.Series:
        """The rolling 12 months at every month, missing where one of the twelve is, and of what stands in a month."""
        if self._measure.stands_at:
            return pd.Series(np.nan, self._index, name="value")
        if self._measure.year_is_supplied:
            return pd.Series(self._columns["value"].copy(), self._index, name="value")
        rolling = pd.Series(np.nan, self._index)
        if len(rolling) >= YEAR:
            rolling.iloc[YEAR - 1 :] = _roll(self._columns, self._nil, self._measure, YEAR)[0]
        return rolling.where(self._reported)

    def _between(self, first: pd.Period, last: pd.Period) -> tuple[dict[str, Floats], Bools]:
        """The columns and the nil returns from `first` to `last`, missing where there is no month."""
        size, width = len(self._index), last.ordinal - first.ordinal + 1
        start = first.ordinal - self._index[0].ordinal if size else width
        inside = slice(max(start, 0), max(start + width, 0))
        columns, nil = {name: column[inside] for name, column in self._columns.items()}, self._nil[inside]
        around = (min(max(-start, 0), width), min(max(start + width - size, 0), width))
        if around != (0, 0):
            columns = {name: np.pad(part, around, constant_values=np.nan) for name, part in columns.items()}
            nil = np.pad(nil, around)
        return columns, nil


def change(now: float | None, before: float | None) -> float | None:
    """The difference, in the figure's unit (percentage points for percentages); None where a figure is.

    >>> change(1496, 1704)
    -208
    """
    return None if now is None or before is None else now - before


def change_per_cent(now: float | None, before: float | None) -> float | None:
    """The difference as a percentage of the earlier figure; None where that is nought or a figure is None.

    >>> round(change_per_cent(1496, 1704), 1)
    -12.2
    """
    return None if now is None or not before else 100 * (now - before) / before


def rate_per_1000(count: float | None, population: float | None) -> float | None:
    """A count per 1,000 residents; None without a count or residents.

    >>> round(rate_per_1000(44252, 720100), 2)
    61.45
    """
    return None if count is None or not population else 1000 * count / population


def z_scores(series: pd.Series) -> pd.Series:
    """Each month's distance from the series' mean, in its sample standard deviations (n - 1).

    Puts series of different sizes on one scale. A constant series is nought throughout.

    >>> z_scores(pd.Series([1.0, 2.0, 3.0])).tolist()
    [-1.0, 0.0, 1.0]
    """
    if series.max() - series.min() <= ROUNDING * series.abs().max():
        return series * 0.0
    return (series - series.mean()) / series.std(ddof=1)


def r_squared(one: pd.Series, other: pd.Series) -> float | None:
    """The share of one series' variance that a straight line on the other explains (Pearson's r, squared).

    Over the months that both have; None with fewer than three, or where one does not vary.

    >>> months = pd.period_range("2019-01", periods=3, freq="M")
    >>> r_squared(pd.Series([1.0, 2, 3], months), pd.Series([2.0, 4, 6], months))
    1.0
    """
    both = pd.concat([one, other], axis=1, keys=["one", "other"]).dropna()
    if len(both) < 3 or both.nunique().min() < 2:
        return None
    return round(float(np.corrcoef(both["one"], both["other"])[0, 1]) ** 2, 12)


def _roll(
    columns: Mapping[str, Floats], nil_returns: Bools, measure: Measure, width: int
) -> tuple[Floats, Floats, Floats, Bools]:
    """Every window of `width` months: its figure, numerator and denominator, and whether the figure is their ratio.

    The figure is missing where a month is. A nil return is a month in which nothing happened: it adds nothing, and is
    not missing. A month's mean that has its number of cases counts with its numerator; where some month has none, the
    figure is the plain mean.
    """
    value, numerator, denominator = (_windows(columns[name], width) for name in ("value", "numerator", "denominator"))
    nil = _windows(nil_returns, width)
    present = np.isfinite(value)
    whole: Bools = np.all(present | nil, axis=1)
    if measure.roll_up == "sum":
        total = np.where(whole, np.where(present, value, 0.0).sum(axis=1), np.nan)
        return total, total, total, whole
    scale, stock = (100.0 if measure.is_percentage else 1.0), measure.denominator_is == "stock"
    numerator = np.where(np.isfinite(numerator), numerator, value * denominator / scale)
    weighted: Bools = np.all(np.isfinite(denominator) | ~present, axis=1) & np.any(present, axis=1)
    count = np.maximum(present.sum(axis=1), 1)
    top = np.where(present, numerator, 0.0).sum(axis=1)
    base = np.where(present, denominator, 0.0).sum(axis=1) / (count if stock else 1)
    plain_mean = np.where(present, value, 0.0).sum(axis=1) / (1 if stock else count)
    with np.errstate(divide="ignore", invalid="ignore"):
        rolled = np.where(weighted, np.where(base > 0, top / base, np.nan) * scale, plain_mean)
    rolled = np.where(whole & present.any(axis=1), rolled, np.nan)
    return rolled, top, base, weighted


def _windows(values: NDArray[Any], width: int) -> NDArray[Any]:
    # Most calls want one window, the whole of the months, and sliding_window_view is slow.
    return values[np.newaxis] if len(values) == width else np.lib.stride_tricks.sliding_window_view(values, width)


def _as_supplied(columns: Mapping[str, Floats], at: int) -> Figure:
    """The figure of one month, as it was supplied."""
    value, numerator, denominator, margin = (
        float(columns[name][at]) if name in columns and math.isfinite(columns[name][at]) else None
        for name in ("value", "numerator", "denominator", "margin")
    )
    return NOTHING if value is None else Figure(value, numerator, denominator, margin)
