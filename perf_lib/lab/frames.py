"""Monthly frames in every shape that analysts have, read into one: a row a month, a column a series."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TypeAlias

import pandas as pd

from perf_lib.stats.months import MonthsBySeries, alike, monthly
from perf_lib.words.errors import InputError, suggestion

Data: TypeAlias = pd.DataFrame | pd.Series | str | Path
"""A frame, wide or long, one series, or the path of a table."""
Months: TypeAlias = MonthsBySeries | Iterable[pd.Period | str] | None
"""Months such as 2019-04: of every series, or by series."""

TO_WRITE = 'pl.read_monthly(frame, date="…", value="…", series="…") says which columns to read'


def read_monthly(
    data: Data, date: str | None = None, value: str | None = None, series: str | None = None, dates: bool = False
) -> pd.DataFrame:
    """Monthly figures in any shape as one frame: a row a month, a column a series, missing months as NaN.

    data: a wide frame (a column a series; months in the index or in a column), a long one (a row a month and series), a
    Series, or the path of such a table in CSV, Excel, OpenDocument or Parquet. Months are Periods, dates or texts such
    as 2019-04. date, value, series: the columns to read, where it is not plain which they are. dates: answer with first
    days of months in the index, as seaborn and matplotlib want them, in place of Periods. Values keep their unit.
    Raises InputError, one line, where the months or the figures cannot be told, and for a month given twice.

    >>> long = pd.DataFrame({"day": ["2019-05-01", "2019-04-01"], "force": "Here", "thefts": [12, 10]})
    >>> read_monthly(long)
    series    Here
    2019-04   10.0
    2019-05   12.0
    """
    frame = _table(data)
    for name in (each for each in (date, value, series) if each is not None):
        if name not in frame:
            raise InputError(f"frame: there is no column {name!r}; {suggestion(str(name), map(str, frame))}")
    if date is None and not _holds_months(frame.index):
        date = _the_one("date", [name for name in frame if _holds_months(frame[name])], series, value)
    months = _months(frame.index if date is None else frame[date])
    rest = frame if date is None else frame.drop(columns=date)
    texts = [name for name in rest if not _holds_numbers(rest[name])]
    if series is None and texts:
        series = _the_one("series", texts, value)
    if series is None:
        wide = (rest if value is None else rest[[value]]).set_axis(months, axis="index")
        return _answer(wide.apply(pd.to_numeric).sort_index(), dates)
    if value is None:
        value = _the_one("value", [name for name in rest if name != series and _holds_numbers(rest[name])])
    keys = pd.MultiIndex.from_arrays([months, frame[series]])
    if not keys.is_unique:
        month, name = keys[keys.duplicated()][0]
        raise InputError(f"frame: {name}, {month} appears more than once; add its rows up first, or {TO_WRITE}")
    return _answer(pd.Series(pd.to_numeric(frame[value]).to_numpy(), keys).unstack().sort_index(), dates)


def read_with(
    data: Data, denominators: Data | None, breaks: Months, exclude: Months
) -> tuple[pd.DataFrame, pd.DataFrame | None, dict[str, dict[str, list[pd.Period | str]]]]:
    """Monthly figures, their denominators in the same shape, and breaks and excluded months by series."""
    frame = read_monthly(data)
    below = None if denominators is None else alike(frame, read_monthly(denominators), "denominators")
    return frame, below, {"breaks": by_series(breaks, frame), "exclude": by_series(exclude, frame)}


def by_series(months: Months, frame: pd.DataFrame) -> dict[str, list[pd.Period | str]]:
    """Months by series: those of every series where they come without names."""
    if isinstance(months, Mapping):
        return {name: list(each) for name, each in months.items()}
    return {name: list(months) for name in frame} if months is not None else {}


def with_dates(frame: pd.DataFrame, dates: bool = True) -> pd.DataFrame:
    """The frame with first days of months in its index where it has Periods, if `dates`; else the frame itself."""
    if not dates:
        return frame
    if not isinstance(frame.index, pd.MultiIndex):
        return frame.set_axis(pd.PeriodIndex(frame.index).to_timestamp(), axis="index")
    months = pd.PeriodIndex(frame.index.levels[-1]).to_timestamp()
    return frame.set_axis(frame.index.set_levels(months, level=-1), axis="index")


def _table(data: Data) -> pd.DataFrame:
    if isinstance(data, pd.Series):
        return data.to_frame("value" if data.name is None else data.name)
    if isinstance(data, pd.DataFrame):
        return data
    if not isinstance(data, str | Path):
        raise InputError(f"a {type(data).__name__} is no monthly figures; write a frame, a Series or a table's path")
    from perf_lib.extracts.tables.checks import LINE  # here: a frame needs no reader of files
    from perf_lib.extracts.tables.files import read_table

    return read_table(Path(data)).drop(columns=LINE).replace("", None)


def _answer(wide: pd.DataFrame, dates: bool) -> pd.DataFrame:
    wide = wide.rename_axis(index=None, columns="series")
    return with_dates(monthly(wide), dates)


def _the_one(argument: str, columns: list[str], *taken: str | None) -> str:
    names = [name for name in columns if name not in taken]
    if len(names) == 1:
        return names[0]
    those = f"it may be {' or '.join(map(repr, names))}" if names else "no column has any"
    what = {"date": "which column has the months", "series": "which column names the series", "value": "the values"}
    raise InputError(f"frame: it is not plain {what[argument]}: {those}; {TO_WRITE}")


def _holds_numbers(column: pd.Series) -> bool:
    if pd.api.types.is_numeric_dtype(column):
        return True
    return not _is_time(column) and bool(pd.to_numeric(column, errors="coerce").notna().eq(column.notna()).all())


def _holds_months(column: pd.Series | pd.Index) -> bool:
    """Whether these are months: Periods, dates, or texts that begin as 2019-04 does."""
    if _is_time(column):
        return True
    if not (pd.api.types.is_string_dtype(column) or pd.api.types.is_object_dtype(column)) or not len(column):
        return False
    return bool(column.astype(str).str.fullmatch(r"\d{4}-(0[1-9]|1[0-2])(-\d\d)?( 00:00:00)?").all())


def _is_time(column: pd.Series | pd.Index) -> bool:
    return pd.api.types.is_datetime64_any_dtype(column) or isinstance(column.dtype, pd.PeriodDtype)


def _months(column: pd.Series | pd.Index) -> pd.PeriodIndex:
    if not _holds_months(column):
        raise InputError(f"frame: {str(column[0] if len(column) else '')!r} is not a month; write months as 2019-04")
    if isinstance(column.dtype, pd.PeriodDtype):
        return pd.PeriodIndex(column)
    times = pd.DatetimeIndex(pd.to_datetime(column.astype(str)) if not _is_time(column) else column)
    return times.tz_localize(None).to_period("M")
