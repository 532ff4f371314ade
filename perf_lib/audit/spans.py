"""Stretches of months: a month, a quarter, the 12 months to one, and how an audit names each."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from perf_lib.words.quarters import Quarter


class Span(NamedTuple):
    """Months from `first` to `last`, each counted from January 1970 as pandas does."""

    first: int
    last: int

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

    def __str__(self) -> str:
        """How an audit names it: 2019-12, 2019-20-Q3, 12 months to 2019-12, or 2019-04 to 2019-12."""
        first, last = self.ends
        if self.length == 1:
            return str(last)
        if self.length == 3 and Quarter.of(first).first == first:
            return str(Quarter.of(first))
        return f"12 months to {last}" if self.length == 12 else f"{first} to {last}"


def month_of(ordinal: int) -> pd.Period:
    """The month of a number."""
    return pd.Period(ordinal=ordinal, freq="M")


def quarter_span(quarter: Quarter) -> Span:
    """A financial quarter's months."""
    return Span(quarter.first.ordinal, quarter.last.ordinal)
