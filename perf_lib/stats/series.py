"""The arithmetic of months: totals, rolling 12 months, change, rates, and two series side by side.

Everything here is pure: a measure's months in, a figure or a Series out, nothing of the caller's altered.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from perf_lib.stats.months import ROUNDING, Bools, Floats

YEAR = 12


class RollsUp(Protocol):
    """What must be known of a measure to add up its months."""

    @property
    def roll_up(self) -> str:
        """sum, sums over sums, last month or newest point."""

    @property
    def year_is_supplied(self) -> bool:
        """Whether the rolling 12 months at a month is that month's own figure."""

    @property
    def is_percentage(self) -> bool:
        """Whether a ratio is printed times a hundred."""

    @property
    def denominator_is(self) -> str:
        """flow or stock."""


@dataclass(frozen=True)
class Figure:
    """A figure over some months, with what it was made from.

    `value` is None where a month it needs is missing, or where the figure is withheld. `unweighted` says that only
    ratios were supplied, not their denominators, so that their plain mean had to do.
    """

    value: float | None
    numerator: float | None = None
    denominator: float | None = None
    margin: float | None = None
    unweighted: bool = False
    withheld: bool = False
    """Whether there is a figure that a public report does not print."""

    def __bool__(self) -> bool:
        return self.value is not None


NOTHING = Figure(None)


class RollUp:
    """A measure's months made ready to be rolled up, over any stretch of them and as often as is wanted.

    months: the measure's rows of the tidy frame, by month; a month that they skip is missing.
    """

    def __init__(self, months: pd.DataFrame, measure: RollsUp) -> None:
        index = months.index
        if len(index) and index[-1].ordinal - index[0].ordinal != len(index) - 1:
            months = months.reindex(pd.period_range(index[0], index[-1], freq="M"))
        self._measure, self._index = measure, months.index
        names = ["value", "numerator", "denominator", *(["margin"] if "margin" in months else [])]
        self._columns = {name: months[name].to_numpy(float) for name in names}
        self._nil = months["status"].eq("nil return").to_numpy(bool)

    def over(self, first: pd.Period, last: pd.Period) -> Figure:
        """What the measure comes to over the months from `first` to `last`: as the function of that name."""
        columns, nil = self._between(first, last)
        if self._measure.roll_up == "last month":
            return _as_given(columns, -1)
        if self._measure.roll_up == "newest point":
            points = np.flatnonzero(np.isfinite(columns["value"]))
            return _as_given(columns, points[-1]) if len(points) else NOTHING
        rolled = _roll(columns, nil, self._measure, len(nil))
        value, numerator, denominator = (float(part[-1]) for part in rolled[:3])
        if not math.isfinite(value):
            return NOTHING
        if (is_sum := self._measure.roll_up == "sum") or not rolled.weighted[-1]:
            return Figure(value, unweighted=not is_sum)
        return Figure(value, numerator, denominator)

    def rolling_12(self) -> pd.Series:
        """The rolling 12 months at every month: as the function of that name."""
        if self._measure.year_is_supplied:
            return pd.Series(self._columns["value"].copy(), self._index, name="value")
        return pd.Series(_roll(self._columns, self._nil, self._measure, YEAR).value, self._index)

    def _between(self, first: pd.Period, last: pd.Period) -> tuple[dict[str, Floats], Bools]:
        """The columns and the nil returns from `first` to `last`, empty where there is no month."""
        have, wanted = len(self._index), last.ordinal - first.ordinal + 1
        start = first.ordinal - self._index[0].ordinal if have else wanted
        inside = slice(max(start, 0), max(start + wanted, 0))
        around = (min(max(-start, 0), wanted), min(max(start + wanted - have, 0), wanted))
        columns, nil = {name: column[inside] for name, column in self._columns.items()}, self._nil[inside]
        if around == (0, 0):
            return columns, nil
        return {name: np.pad(part, around, constant_values=np.nan) for name, part in columns.items()}, np.pad(
            nil, around
        )


def over(months: pd.DataFrame, measure: RollsUp, first: pd.Period, last: pd.Period) -> Figure:
    """What a measure comes to over the months from `first` to `last`.

    `months`: the measure's rows of the tidy frame, by month. A count is summed; a proportion or mean
    is the sum of numerators over the sum of denominators (over the average of a stock); a rolling figure is
    taken as given at `last`; a survey gives its latest point within the months.
    """
    return RollUp(months, measure).over(first, last)


def rolling_12(months: pd.DataFrame, measure: RollsUp) -> pd.Series:
    """The rolling 12 months at every month: the same roll-up as `over`, missing where a month is."""
    return RollUp(months, measure).rolling_12()


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
    if series.max() - series.min() <= ROUNDING * series.abs().max():
        return series * 0.0
    return (series - series.mean()) / series.std(ddof=1)


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


class _Rolled(NamedTuple):
    """Windows rolled up, a row a window: their figure, what it was made of, whether it was weighted."""

    value: Floats
    numerator: Floats
    denominator: Floats
    weighted: Bools


def _roll(columns: Mapping[str, Floats], nil_returns: Bools, measure: RollsUp, width: int) -> _Rolled:
    """Every window of `width` months, at its last month; missing where a month is, and before the first window.

    A nil return is a month in which nothing happened: it adds nothing, and is not missing. A month's mean that
    came with its number of cases is worth its numerator; where some month came without, the plain mean must do.
    """
    if len(nil_returns) < width:
        nothing = np.full(len(nil_returns), np.nan)
        return _Rolled(nothing, nothing, nothing, np.zeros(len(nil_returns), bool))
    value, numerator, denominator = (_windows(columns[name], width) for name in ("value", "numerator", "denominator"))
    nil = _windows(nil_returns, width)
    present = np.isfinite(value)
    whole: Bools = np.all(present | nil, axis=1)
    if measure.roll_up == "sum":
        total = np.where(whole, np.where(present, value, 0.0).sum(axis=1), np.nan)
        return _padded(total, total, total, whole, width)
    scale, stock = (100.0 if measure.is_percentage else 1.0), measure.denominator_is == "stock"
    numerator = np.where(np.isfinite(numerator), numerator, value * denominator / scale)
    weighted: Bools = np.all(np.isfinite(denominator) | ~present, axis=1) & np.any(present, axis=1)
    count = np.maximum(present.sum(axis=1), 1)
    top = np.where(present, numerator, 0.0).sum(axis=1)
    base = np.where(present, denominator, 0.0).sum(axis=1) / (count if stock else 1)
    plain = np.where(present, value, 0.0).sum(axis=1) / (1 if stock else count)
    with np.errstate(divide="ignore", invalid="ignore"):
        rolled = np.where(weighted, np.where(base > 0, top / base, np.nan) * scale, plain)
    rolled = np.where(whole & present.any(axis=1), rolled, np.nan)
    return _padded(rolled, top, base, weighted, width)


def _windows(values: NDArray[Any], width: int) -> NDArray[Any]:
    # Mostly one window is asked for, the whole of them: sliding_window_view takes its time.
    return values[np.newaxis] if len(values) == width else np.lib.stride_tricks.sliding_window_view(values, width)


def _padded(value: Floats, numerator: Floats, denominator: Floats, weighted: Bools, width: int) -> _Rolled:
    short = np.full(width - 1, np.nan)
    value, numerator, denominator = (np.concatenate([short, part]) for part in (value, numerator, denominator))
    return _Rolled(value, numerator, denominator, np.concatenate([np.zeros(width - 1, bool), weighted]))


def _as_given(columns: Mapping[str, Floats], at: int) -> Figure:
    """The figure of one month, as it was supplied."""
    value, numerator, denominator, margin = (
        float(columns[name][at]) if name in columns and math.isfinite(columns[name][at]) else None
        for name in ("value", "numerator", "denominator", "margin")
    )
    return NOTHING if value is None else Figure(value, numerator, denominator, margin)
