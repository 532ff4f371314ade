"""Windows of months: what every rule looks back over, and when it may.

A rule asks for the last 3, 12 or 24 months of a series. This room checks that a frame really is monthly,
fills the months it skips with "missing", and says how far each month may look back before it meets a break.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from perf_lib.words.errors import InputError, suggestion

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Months = Mapping[str, Iterable[pd.Period | str]]

YEAR = 12
STEPS = np.arange(YEAR) - (YEAR - 1) / 2  # twelve months about their middle: -5.5 … 5.5
STEPS_SQUARED = float(STEPS @ STEPS)  # 143

# A float mean of twenty-four equal values may miss them by some 1e-15 of their size. A gap this small,
# relative to the values, is rounding: not a month beyond its limit, and not a slope.
ROUNDING = 1e-9

NO_BREAK = 10**6  # months since a break, where there never was one: further back than any window reaches


def monthly(frame: pd.DataFrame, name: str = "frame") -> pd.DataFrame:
    """The frame as the rules need it: floats, with a row for every month from the first to the last.

    Months the frame skips become missing (NaN); nothing is imputed. The frame handed in is not altered.

    Raises InputError for an index that is not monthly Periods in order without repeats, for a repeated series
    name, for no months at all, and for a value that is not a finite number (a missing one is allowed).

    >>> gap = pd.PeriodIndex(["2019-01", "2019-03"], freq="M")
    >>> monthly(pd.DataFrame({"a": [1, 2]}, index=gap))["a"].tolist()
    [1.0, nan, 2.0]
    """
    index = frame.index
    if not isinstance(index, pd.PeriodIndex) or index.freqstr != "M":
        raise InputError(f"{name}: the rows must be a monthly PeriodIndex, not {_kind(index)}")
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
        twice = frame.columns[frame.columns.duplicated()][0]
        raise InputError(f"{name}: series {twice} appears more than once")
    try:
        values = frame.to_numpy(dtype=float, na_value=np.nan)
    except (TypeError, ValueError) as error:
        raise InputError(f"{name}: every value must be a number ({error})") from error
    if np.isinf(values).any():
        row, column = np.argwhere(np.isinf(values))[0]
        where = f"{name}: {frame.columns[column]}, {index[row]}"
        raise InputError(f"{where}: {values[row, column]} is not a finite number")
    tidy = pd.DataFrame(values, index=index, columns=frame.columns)
    every = pd.period_range(index[0], index[-1], freq="M")
    return tidy if len(every) == len(index) else tidy.reindex(every)


def alike(frame: pd.DataFrame, other: pd.DataFrame, name: str) -> pd.DataFrame:
    """The second frame (rolling figures, denominators) laid out like the first: same series, same months.

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


def without(frame: pd.DataFrame, exclude: Months | None) -> pd.DataFrame:
    """The frame with each series' excluded months made missing; the frame itself where nothing is excluded.

    >>> months = pd.period_range("2019-01", periods=3, freq="M")
    >>> frame = pd.DataFrame({"a": [1.0, 2.0, 3.0]}, index=months)
    >>> without(frame, {"a": ["2019-02"]})["a"].tolist()
    [1.0, nan, 3.0]
    """
    if not exclude:
        return frame
    kept = frame.copy()
    for series, months in exclude.items():
        _known(series, frame, "exclude")
        for month in months:
            if (period := _month(month, f"exclude: {series}")) in kept.index:
                kept.loc[period, series] = np.nan
    return kept


def months_since_break(frame: pd.DataFrame, breaks: Months | None) -> NDArray[np.int64]:
    """How many months of history each month has behind it since its series last started anew.

    A break is named by its first month: the first month recorded in the new way. Nought there, one in the
    month after, and a number past any window before the first break. A window of w months ending at a month
    is whole where this is at least w - 1.

    >>> months = pd.period_range("2019-01", periods=4, freq="M")
    >>> frame = pd.DataFrame({"a": [1.0, 2.0, 3.0, 4.0]}, index=months)
    >>> months_since_break(frame, {"a": ["2019-03"]})[2:, 0].tolist()
    [0, 1]
    """
    since = np.full(frame.shape, NO_BREAK, dtype=np.int64)
    first = frame.index[0].ordinal
    for series, months in (breaks or {}).items():
        column = frame.columns.get_loc(_known(series, frame, "breaks"))
        for period in sorted(_month(month, f"breaks: {series}") for month in months):
            start = period.ordinal - first
            if start < len(frame):
                after = max(start, 0)
                since[after:, column] = np.arange(after, len(frame)) - start
    return since


def shifted(values: Floats, months: int) -> Floats:
    """The values as they stood so many months earlier; missing where that is before the first month.

    >>> shifted(np.array([[1.0], [2.0], [3.0]]), 1).ravel().tolist()
    [nan, 1.0, 2.0]
    """
    moved = np.full_like(values, np.nan)
    if months < len(values):
        moved[months:] = values[: len(values) - months]
    return moved


def trailing_sum(values: Floats, months: int) -> Floats:
    """The sum of the months ending at each month, down each column; missing where any of them is.

    Adds shifted copies in blocks of 1, 2, 4, 8 … months instead of differencing a running total: a running
    total keeps the rounding (and the gap) of every month before the window.

    >>> trailing_sum(np.array([[1.0], [2.0], [4.0], [8.0]]), 3).ravel().tolist()
    [nan, nan, 7.0, 14.0]
    """
    total: Floats | None = None
    block, size, done, left = values, 1, 0, months
    while left:
        if left & 1:
            total = shifted(block, done) if total is None else total + shifted(block, done)
            done += size
        left >>= 1
        if left:
            block = block + shifted(block, size)
            size *= 2
    assert total is not None, "a window has at least one month"  # noqa: S101 - ours to keep, not the caller's
    return total


def slope_t(line: Floats) -> tuple[Floats, Floats]:
    """The least-squares slope through the twelve points ending at each month, and its t (10 df).

    With cross the sum of step x value and squares the sum of squares about the mean, slope = cross / 143 and
    t = cross x sqrt(10 / (143 x squares - cross^2)): infinite on a perfect line, nought where nothing moves.

    >>> slope, t = slope_t(np.array([3.0, 5, 4, 6, 5, 7, 6, 8, 7, 9, 8, 10])[:, None])
    >>> round(float(slope[-1, 0]), 3), round(float(t[-1, 0]), 2)
    (0.531, 7.82)
    """
    mean = trailing_sum(line, YEAR) / YEAR
    cross = np.zeros_like(line)
    squares = np.zeros_like(line)
    for back, step in enumerate(STEPS[::-1]):
        gap = shifted(line, back) - mean
        cross += step * gap
        squares += gap**2
    unexplained = np.maximum(STEPS_SQUARED * squares - cross**2, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        t = cross * np.sqrt((YEAR - 2) / unexplained)
    still = squares <= YEAR * (ROUNDING * mean) ** 2
    return np.where(still, 0.0, cross / STEPS_SQUARED), np.where(still, 0.0, t)


def squares_about(values: Floats, mean: Floats, months: int) -> Floats:
    """Sum of squared distances of the months ending at each month from that window's own mean.

    Two passes, because the short cut (squares less squared sum) loses all its digits beside one huge value.

    >>> squares_about(np.array([[1.0], [3.0]]), np.array([[np.nan], [2.0]]), 2).ravel().tolist()
    [nan, 2.0]
    """
    total = np.zeros_like(values)
    for back in range(months):
        gap = shifted(values, back) - mean
        total += gap**2
    return total


def any_of_last(present: Bools, months: int) -> Bools:
    """Whether any of the months ending at each month is present; the months before the first do not count.

    >>> any_of_last(np.array([[True], [False], [False]]), 2).ravel().tolist()
    [True, True, False]
    """
    found = present.copy()
    for back in range(1, min(months, len(present))):
        found[back:] |= present[:-back]
    return found


def _month(month: pd.Period | str, where: str) -> pd.Period:
    try:
        return pd.Period(month, freq="M")
    except (TypeError, ValueError) as error:
        raise InputError(f"{where}: {month!r} is not a month such as 2019-09") from error


def _known(series: str, frame: pd.DataFrame, where: str) -> str:
    if series not in frame.columns:
        raise InputError(f"{where}: no series {series}; {suggestion(str(series), map(str, frame.columns))}")
    return series


def _kind(index: pd.Index) -> str:
    return f"periods of {index.freqstr}" if isinstance(index, pd.PeriodIndex) else type(index).__name__
