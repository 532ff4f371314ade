"""Stretches of months, and the names that commentary and bindings have for them: quarter, rolling_12, 2019-12."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

import pandas as pd

from perf_lib.extracts.tables.checks import MONTH
from perf_lib.words.calendar import MONTH_NAMES
from perf_lib.words.errors import InputError
from perf_lib.words.quarters import Quarter

_BETWEEN = re.compile(r"(?P<first>\d{4}-\d\d) to (?P<last>\d{4}-\d\d)")
_TWELVE = re.compile(r"12 months to (?P<last>\d{4}-\d\d)")


class Span(NamedTuple):
    """Months from `first` to `last`, each counted from January 1970 as pandas does."""

    first: int
    last: int

    @classmethod
    def ending(cls, last: int, months: int = 12) -> Span:
        """So many months to a last one."""
        return cls(last - months + 1, last)

    @classmethod
    def of(cls, quarter: Quarter) -> Span:
        """A financial quarter's months."""
        return cls(quarter.first.ordinal, quarter.last.ordinal)

    @classmethod
    def month(cls, ordinal: int) -> Span:
        """One month."""
        return cls(ordinal, ordinal)

    @property
    def length(self) -> int:
        """How many months."""
        return self.last - self.first + 1

    def back(self, months: int) -> Span:
        """The same stretch so many months earlier."""
        return Span(self.first - months, self.last - months)

    @property
    def ends(self) -> tuple[pd.Period, pd.Period]:
        """Its first and last month."""
        return month_of(self.first), month_of(self.last)

    @property
    def is_quarter(self) -> bool:
        """Whether it is a financial quarter."""
        return self.length == 3 and self.first % 3 == 0

    @property
    def in_words(self) -> str:
        """How a sentence names it: December 2019; October to December 2019; 12 months to December 2019."""
        (year, month), (other_year, other_month) = divmod(self.first, 12), divmod(self.last, 12)
        last = f"{MONTH_NAMES[other_month]} {1970 + other_year}"
        if self.length in (1, 12):
            return last if self.length == 1 else f"12 months to {last}"
        first = MONTH_NAMES[month] if year == other_year else f"{MONTH_NAMES[month]} {1970 + year}"
        return f"{first} to {last}"

    def __str__(self) -> str:
        """How a record names it: 2019-12, 2019-20-Q3, 12 months to 2019-12, or 2019-04 to 2019-12."""
        first, last = (f"{1970 + at // 12}-{at % 12 + 1:02d}" for at in self)
        if self.length == 1:
            return last
        if self.is_quarter:
            return str(Quarter.of(self.ends[0]))
        return f"12 months to {last}" if self.length == 12 else f"{first} to {last}"


def month_of(ordinal: int) -> pd.Period:
    """The month of a number."""
    return pd.Period(ordinal=ordinal, freq="M")


def windows(quarter: Quarter, as_at: pd.Period | None = None) -> Mapping[str, Span]:
    """The stretches that a binding names without a date, so that next quarter they are the next ones.

    as_at: the measure's last month with a figure, which the twelve months run to.

    >>> {name: str(span) for name, span in windows(Quarter.parse("2019-20-Q3")).items()}["same_quarter"]
    '2018-19-Q3'
    """
    now = Span.of(quarter)
    year = Span.ending(now.last if as_at is None else as_at.ordinal)
    to_date = Span(quarter.of_year(quarter.year, 1).first.ordinal, now.last)
    return {
        "quarter": now,
        "rolling_12": year,
        "previous_12": year.back(12),
        "previous_quarter": now.back(3),
        "same_quarter": now.back(12),
        "year_to_date": to_date,
        "year_to_date_before": to_date.back(12),
    }


def year(text: str, quarter: Quarter, as_at: pd.Period | None = None) -> Span:
    """The twelve months of the body's year of a name, such as 2019-20; InputError for another.

    >>> str(year("2019-20", Quarter.parse("2019-20-Q3")))
    '12 months to 2020-03'
    """
    named = re.fullmatch(r"(\d{4})(?:-(\d\d))?", text)
    if named is None or quarter.of_year(int(named[1]), 1).financial_year != text:
        raise InputError(f"{text!r} is no year; write {quarter.financial_year}")
    first = quarter.of_year(int(named[1]), 1).first.ordinal
    return Span(first, first + 11)


def read(text: str, quarter: Quarter, as_at: pd.Period | None = None) -> Span:
    """The stretch that a binding's brackets name: a window, or months as `str(span)` writes them."""
    named = windows(quarter, as_at)
    if text in named:
        return named[text]
    if MONTH.fullmatch(text):
        return Span.month(pd.Period(text, freq="M").ordinal)
    if (stretch := _BETWEEN.fullmatch(text)) and all(map(MONTH.fullmatch, stretch.groups())):
        first, last = (pd.Period(each, freq="M").ordinal for each in stretch.groups())
        if first <= last:
            return Span(first, last)
    if (year := _TWELVE.fullmatch(text)) and MONTH.fullmatch(year["last"]):
        return Span.ending(pd.Period(year["last"], freq="M").ordinal)
    try:
        named_quarter = Quarter.parse(text)
        if quarter.starts in (7, 10) and named_quarter.starts != 1:  # Span names quarters by years from April
            raise InputError("")
        return Span.of(
            named_quarter
            if 1 in (quarter.starts, named_quarter.starts)
            else replace(named_quarter, starts=quarter.starts)
        )
    except InputError:
        allowed = f"{', '.join(named)}, 2019-12, 2019-20-Q3, 12 months to 2019-12 or 2019-04 to 2019-12"
        raise InputError(f"{text!r} names no months; write {allowed}") from None
