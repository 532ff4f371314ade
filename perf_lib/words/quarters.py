"""The quarter of a body's year, which starts in April where settings name no other month. Only this module knows it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from perf_lib.words.calendar import NUMBER_WORDS
from perf_lib.words.errors import InputError

if TYPE_CHECKING:  # a quarter is two whole numbers; pandas, slow to load, only says its months
    import pandas as pd

_QUARTER = re.compile(r"(?P<year>[0-9]{4})(?:-(?P<next>[0-9]{2}))?-Q(?P<number>[1-4])")


@dataclass(frozen=True, order=True)
class Quarter:
    """A quarter of the year that starts in April of `year`, or in the month `starts`; a calendar year's is 2024-Q3.

    >>> quarter = Quarter.parse("2019-20-Q3")
    >>> str(quarter), quarter.label
    ('2019-20-Q3', 'quarter three 2019-20 (October to December 2019)')
    >>> str(quarter.previous), str(quarter.same_quarter_last_year)
    ('2019-20-Q2', '2018-19-Q3')
    >>> Quarter.parse("2024-Q3").label
    'quarter three 2024 (July to September 2024)'
    """

    year: int
    number: int
    starts: int = 4

    @classmethod
    def parse(cls, text: str) -> Quarter:
        """Read a quarter as it is written in folders and on the command line, such as 2019-20-Q3."""
        match = _QUARTER.fullmatch(str(text))
        if match is None:
            raise InputError(
                f"quarter {str(text)!r} is not a quarter; write it as 2019-20-Q3, of a calendar year 2019-Q3"
            )
        year = int(match["year"])
        if match["next"] is None:
            return cls(year, int(match["number"]), starts=1)
        if int(match["next"]) != (year + 1) % 100:
            right_name = f"{year}-{(year + 1) % 100:02d}-Q{match['number']}"
            raise InputError(f"quarter {text!r}: the year after {year} is {year + 1}; write {right_name}")
        return cls(year, int(match["number"]))

    @classmethod
    def of(cls, month: pd.Period) -> Quarter:
        """The financial quarter, of a year from April, that a month falls in."""
        since_april = (month.month - 4) % 12
        return cls(month.year if month.month >= 4 else month.year - 1, since_april // 3 + 1)

    def of_year(self, year: int, number: int) -> Quarter:
        """A quarter of another year of the same body."""
        return replace(self, year=year, number=number)

    def __str__(self) -> str:
        return f"{self.financial_year}-Q{self.number}"

    @property
    def financial_year(self) -> str:
        """The year as printed: 2019-20, or 2019 of a calendar year."""
        return f"{self.year:04d}" if self.starts == 1 else f"{self.year:04d}-{(self.year + 1) % 100:02d}"

    @property
    def first(self) -> pd.Period:
        """The quarter's first month."""
        import pandas as pd

        return pd.Period(year=self.year, month=self.starts, freq="M") + 3 * (self.number - 1)

    @property
    def last(self) -> pd.Period:
        """The quarter's last month: the month a report is 'as at'."""
        return self.first + 2

    @property
    def months(self) -> pd.PeriodIndex:
        """The quarter's three months."""
        import pandas as pd

        return pd.period_range(self.first, self.last, freq="M")

    @property
    def name(self) -> str:
        """The quarter in words, without its year: quarter three."""
        return f"quarter {NUMBER_WORDS[self.number]}"

    @property
    def span(self) -> str:
        """Its months in words: October to December 2019."""
        first = self.first.strftime("%B" if self.first.year == self.last.year else "%B %Y")
        return f"{first} to {self.last.strftime('%B %Y')}"

    @property
    def label(self) -> str:
        """Name, financial year and months, for titles."""
        return f"{self.name} {self.financial_year} ({self.span})"

    @property
    def previous(self) -> Quarter:
        """The quarter before."""
        return self.of_year(self.year, self.number - 1) if self.number > 1 else self.of_year(self.year - 1, 4)

    @property
    def next(self) -> Quarter:
        """The quarter after."""
        return self.of_year(self.year, self.number + 1) if self.number < 4 else self.of_year(self.year + 1, 1)

    @property
    def same_quarter_last_year(self) -> Quarter:
        """The same three months a year earlier."""
        return self.of_year(self.year - 1, self.number)

    @property
    def year_to_date(self) -> tuple[Quarter, ...]:
        """The financial year's quarters up to and including this one, as a headline box lists them."""
        return tuple(self.of_year(self.year, number) for number in range(1, self.number + 1))
