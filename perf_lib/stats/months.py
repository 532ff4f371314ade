"""Windows of months: the figures that a rule looks back over, and how far back it may look.

A rule needs the last 3, 12 or 24 months of a series. These functions check that a frame is monthly, add the months
that it skips as missing, and say how far each month may look back before it meets a break.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from perf_lib.words.errors import InputError, suggestion

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Months = Iterable[pd.Period | str]
MonthsBySeries = Mapping[str, Months]

YEAR = 12
STEPS = np.arange(YEAR) - (YEAR - 1) / 2  # twelve months about their middle: -5.5 … 5.5
STEPS_SQUARED = float(STEPS @ STEPS)  # 143

# The mean of twenty-four equal floats may differ from them by some 1e-15 of their size. A difference this small,
# relative to the values, is rounding: neither a month beyond its limit nor a slope.
ROUNDING = 1e-9

NO_BREAK = 10**6  # months since a break, where there never was one: longer than any window


def monthly(frame: pd.DataFrame, name: str = "frame") -> pd.DataFrame:
    """The frame as the rules need it: floats, with a row for every month from the first to the last.

    Months that the frame skips become missing (NaN); nothing is imputed. The caller's frame is not altered.

    Raises InputError for an index that is not monthly Periods in order without repeats, for a repeated series
    name, for a frame without months, and for a value that is not a finite number (a missing one is allowed).

    >>> gap = pd.PeriodIndex(["2019-01", "2019-03"], freq="M")
    >>> monthly(pd.DataFrame({"a": [1, 2]}, index=gap))["a"].tolist()
    [1.0, nan, 2.0]
    """
    index = frame.index
    if not isinstance(index, pd.PeriodIndex) or index.freqstr != "M":
        kind = f"periods of {index.freqstr}" if isinstance(index, pd.PeriodIndex) else type(index).__name__
        raise InputError(f"{name}: the rows must be a monthly PeriodIndex, not {kind}")
    if len(index) == 0:
        raise InputError(f"{name}: there are no months")
    if index.hasnans:
        raise InputError(f"{name}: a row has no month")
    if not index.is_unique:
        raise InputError(f"{name}: {index[index.duplicated()][0]} appears more than once")
    if not index.is_monotonic_increasing:
        late = next(i for i in range(1, len(index)) if index[i] < index[i - 1])
        raise InputError(f"{name}: months must be in order; {index[late]} follows {index[late - 1]}")
    if not frame.columns.is_unique:
        raise InputError(f"{name}: series {frame.columns[frame.columns.duplicated()][0]} appears more than once")
    try:
        values = frame.to_numpy(dtype=float, na_value=np.nan)
    except (TypeError, ValueError) as error:
        raise InputError(f"{name}: every value must be a number ({error})") from error
    if np.isinf(values).any():
        row, column = np.argwhere(np.isinf(values))[0]
        raise InputError(f"{name}: {frame.columns[column]}, {index[row]}: {values[row, column]} is not a finite number")
    table = pd.DataFrame(values, index=index, columns=frame.columns)
    every_month = pd.period_range(index[0], index[-1], freq="M")
    return table if len(every_month) == len(index) else table.reindex(every_month)


def alike(frame: pd.DataFrame, other: pd.DataFrame, name: str) -> pd.DataFrame:
    """The second frame (rolling figures, denominators) with the series and the months of the first.

    Raises InputError where the second frame lacks a series, and as `monthly`; name: what the message calls it.

    >>> months = pd.period_range("2019-01", periods=2, freq="M")
    >>> first = pd.DataFrame({"a": [1, 2], "b": [3, 4]}, index=months)
    >>> alike(first, first[["b", "a"]] * 10, "rolling")["a"].tolist()
    [10.0, 20.0]
    """
    missing = frame.columns.difference(other.columns)
    if len(missing):
        hint = suggestion(str(missing[0]), map(str, other))
        raise InputError(f"{name}: no column for series {missing[0]}; {hint}")
    return monthly(other, name)[list(frame.columns)].reindex(frame.index)


def without(frame: pd.DataFrame, exclude: MonthsBySeries | None) -> pd.DataFrame:
    """The frame with each series' excluded months made missing; the frame itself where nothing is excluded.

    Months outside the frame are ignored. Raises InputError for an unknown series and for what is not a month.

    >>> months = pd.period_range("2019-01", periods=3, freq="M")
    >>> frame = pd.DataFrame({"a": [1.0, 2.0, 3.0]}, index=months)
    >>> without(frame, {"a": ["2019-02"]})["a"].tolist()
    [1.0, nan, 3.0]
    """
    if not exclude:
        return frame
    remaining = frame.copy()
    for series, months in _periods(exclude, frame, "exclude"):
        remaining.loc[remaining.index.isin(months), series] = np.nan
    return remaining


def months_since_break(frame: pd.DataFrame, breaks: MonthsBySeries | None) -> NDArray[np.int64]:
    """How many months lie between each month and the last break of its series; months x series.

    A break is named by the first month recorded in the new way. The answer is nought in that month, one in the next,
    and NO_BREAK before the first break. A window of w months is whole where it is at least w - 1. Raises InputError
    for an unknown series and for what is not a month.

    >>> months = pd.period_range("2019-01", periods=4, freq="M")
    >>> frame = pd.DataFrame({"a": [1.0, 2.0, 3.0, 4.0]}, index=months)
    >>> months_since_break(frame, {"a": ["2019-03"]})[2:, 0].tolist()
    [0, 1]
    """
    since = np.full(frame.shape, NO_BREAK, dtype=np.int64)
    for series, months in _periods(breaks, frame, "breaks"):
        column = frame.columns.get_loc(series)
        for start in (month.ordinal - frame.index[0].ordinal for month in months):
            if start < len(frame):
                since[max(start, 0) :, column] = np.arange(max(start, 0), len(frame)) - start
    return since


def shifted(values: Floats, months: int) -> Floats:
    """The values as they stood so many months earlier; missing where that is before the first month.

    >>> shifted(np.array([[1.0], [2.0], [3.0]]), 1).ravel().tolist()
    [nan, 1.0, 2.0]
    """
    earlier = np.full_like(values, np.nan)
    if months < len(values):
        earlier[months:] = values[: len(values) - months]
    return earlier


def trailing_sum(values: Floats, months: int) -> Floats:
    """The sum of the months ending at each month, down each column; missing where any of them is.

    Halves of a window are summed and added. The difference of two running totals would be shorter, but it keeps the
    rounding (and the gaps) of every month before the window.

    >>> trailing_sum(np.array([[1.0], [2.0], [4.0], [8.0]]), 3).ravel().tolist()
    [nan, nan, 7.0, 14.0]
    """
    if months == 1:
        return values
    half = trailing_sum(values, months // 2)
    total = half + shifted(half, months // 2)
    return total + shifted(values, months - 1) if months % 2 else total


def slope_t(line: Floats) -> tuple[Floats, Floats]:
    """The least-squares slope through the twelve points ending at each month, and its t (10 df).

    With cross the sum of step x value and squares the sum of squares about the mean, slope = cross / 143 and
    t = cross x sqrt(10 / (143 x squares - cross^2)): infinite on a perfect line, nought where nothing varies.

    >>> slope, t = slope_t(np.array([3.0, 5, 4, 6, 5, 7, 6, 8, 7, 9, 8, 10])[:, None])
    >>> round(float(slope[-1, 0]), 3), round(float(t[-1, 0]), 2)
    (0.531, 7.82)
    """
    mean = trailing_sum(line, YEAR) / YEAR
    cross = np.zeros_like(line)
    squares = np.zeros_like(line)
    for back, step in enumerate(STEPS[::-1]):
        deviation = shifted(line, back) - mean
        cross += step * deviation
        squares += deviation**2
    unexplained = np.maximum(STEPS_SQUARED * squares - cross**2, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        t = cross * np.sqrt((YEAR - 2) / unexplained)
    constant = squares <= YEAR * (ROUNDING * mean) ** 2
    return np.where(constant, 0.0, cross / STEPS_SQUARED), np.where(constant, 0.0, t)


def squares_about(values: Floats, mean: Floats, months: int) -> Floats:
    """Sum of squared distances of the months ending at each month from that window's own mean.

    It goes over the values twice: squares less squared sum would lose all its digits beside one huge value.

    >>> squares_about(np.array([[1.0], [3.0]]), np.array([[np.nan], [2.0]]), 2).ravel().tolist()
    [nan, 2.0]
    """
    total = np.zeros_like(values)
    for back in range(months):
        deviation = shifted(values, back) - mean
        total += deviation**2
    return total


def any_of_last(present: Bools, months: int) -> Bools:
    """Whether any of the months ending at each month is present; the months before the first do not count.

    >>> any_of_last(np.array([[True], [False], [False]]), 2).ravel().tolist()
    [True, True, False]
    """
    any_present = present.copy()
    for back in range(1, min(months, len(present))):
        any_present[back:] |= present[:-back]
    return any_present


def _periods(
    months: MonthsBySeries | None, frame: pd.DataFrame, argument: str
) -> Iterator[tuple[str, list[pd.Period]]]:
    """Each series that an argument names, with its months in order; an unknown series or month is refused."""
    for series, each in (months or {}).items():
        if series not in frame.columns:
            hint = suggestion(str(series), map(str, frame.columns))
            raise InputError(f"{argument}: no series {series}; {hint}")
        periods = []
        for month in each:
            try:
                periods.append(pd.Period(month, freq="M"))
            except (TypeError, ValueError) as error:
                raise InputError(f"{argument}: {series}: {month!r} is not a month such as 2019-09") from error
        if periods:
            yield series, sorted(periods)
