"""Values as printed words, in one house style: 1,496; 12.2 per cent; 10 minutes 54 seconds.

Prose says "per cent" and writes durations out; tables and charts say "%" and 10:54.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

PERCENT = "per cent"
SECONDS = "seconds"
SAYS_ITS_UNIT = re.compile(r"per cent|seconds|[£$€](k|m|bn)?|rank( of \d+)?")
"""Units of figures that print with it: 12.2 per cent, £189.0 million, 38th of 44."""
MONEY = re.compile(r"(?P<symbol>[£$€])(?P<size>k|m|bn)?")
"""Units of money: £, £k, £m, £bn."""
RANK = re.compile(r"rank(?: of (?P<of>\d+))?")
"""Units of a place in an order: `rank`, or `rank of 44`."""
NOT_SUPPLIED = "not supplied"
_SIZES = {"k": "thousand", "m": "million", "bn": "billion"}


def is_missing(value: float | None) -> bool:
    """Whether there is no figure to print."""
    return value is None or not math.isfinite(value)


def rounded(value: float, decimals: int = 0) -> Decimal:
    """Round half up, as a reader with a pencil does (Python's own rounding goes to even).

    >>> rounded(2.5), rounded(0.125, 2), rounded(88.8, 1)
    (Decimal('3'), Decimal('0.13'), Decimal('88.8'))
    """
    # repr() is the shortest decimal that is this float: 16.25 stays 16.25, and half goes up.
    return Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def number(value: float, decimals: int = 0) -> str:
    """A number with thousands separators.

    >>> number(1496), number(61.456, 1), number(-9)
    ('1,496', '61.5', '−9')
    """
    text = f"{abs(rounded(value, decimals)):,f}"
    return f"−{text}" if rounded(value, decimals) < 0 else text


def per_cent(value: float, decimals: int = 1) -> str:
    """A percentage in prose: 12.2 per cent. A whole number drops its decimal: 9 per cent.

    >>> per_cent(12.207), per_cent(9.0)
    ('12.2 per cent', '9 per cent')
    """
    return f"{_without_zero_tail(value, decimals)} {PERCENT}"


def percentage_points(value: float, decimals: int = 1) -> str:
    """A difference of two percentages: never "per cent".

    >>> percentage_points(3.1), percentage_points(1)
    ('3.1 percentage points', '1 percentage point')
    """
    text = _without_zero_tail(value, decimals)
    return f"{text} percentage point{'' if text == '1' else 's'}"


def duration(seconds: float) -> str:
    """A duration in prose, to the second.

    >>> duration(654), duration(60), duration(5), duration(3661), duration(0)
    ('10 minutes 54 seconds', '1 minute', '5 seconds', '1 hour 1 minute 1 second', '0 seconds')
    """
    whole = int(rounded(abs(seconds)))
    parts = [(whole // 3600, "hour"), (whole % 3600 // 60, "minute"), (whole % 60, "second")]
    words = " ".join(counted(count, unit) for count, unit in parts if count) or "0 seconds"
    return f"−{words}" if seconds < 0 and whole else words


def clock(seconds: float, decimals: int = 0) -> str:
    """A duration in a table or on an axis: minutes and seconds; under a minute with decimals, seconds.

    >>> clock(654), clock(5), clock(-3), clock(9.314, 2)
    ('10:54', '0:05', '−0:03', '9.31 s')
    """
    if decimals and abs(seconds) < 60:
        return f"{number(seconds, decimals)} s"
    whole = int(rounded(abs(seconds)))
    return f"{'−' if seconds < 0 and whole else ''}{whole // 60}:{whole % 60:02d}"


def money(value: float, unit: str, decimals: int, in_words: bool) -> str:
    """An amount in a unit of money.

    >>> money(189, "£m", 1, True), money(-1.25, "£m", 1, False), money(42900, "£", 0, True)
    ('£189.0 million', '−£1.3m', '£42,900')
    """
    parts = MONEY.fullmatch(unit)
    assert parts is not None  # noqa: S101 - the caller asked whether it is one
    amount, size = number(value, decimals), parts["size"] or ""
    ending = f" {_SIZES[size]}" if in_words and size else size
    return f"{'−' if amount.startswith('−') else ''}{parts['symbol']}{amount.removeprefix('−')}{ending}"


def rank(place: float, unit: str) -> str:
    """A place in an order.

    >>> rank(38, "rank of 44"), rank(1, "rank")
    ('38th of 44', '1st')
    """
    parts = RANK.fullmatch(unit)
    of = f" of {parts['of']}" if parts and parts["of"] else ""
    return (ordinal(int(rounded(place))) if place >= 1 else number(place, 1)) + of


def counted(count: float, singular: str, plural: str | None = None, decimals: int = 0) -> str:
    """A number and its noun: 1 crime, 308 crimes.

    >>> counted(1, "crime"), counted(308, "crime"), counted(2, "day lost", "days lost")
    ('1 crime', '308 crimes', '2 days lost')
    """
    text = number(count, decimals)
    return f"{text} {singular if text == '1' else plural or singular + 's'}"


def value_in_prose(value: float | None, unit: str, decimals: int | None = None) -> str:
    """A figure as a sentence says it, by its unit.

    >>> value_in_prose(1496, "crimes"), value_in_prose(88.79, "per cent"), value_in_prose(654, "seconds")
    ('1,496', '88.8 per cent', '10 minutes 54 seconds')
    >>> value_in_prose(189, "£m", 1), value_in_prose(38, "rank of 44"), value_in_prose(9.31, "seconds", 2)
    ('£189.0 million', '38th of 44', '9.31 seconds')
    """
    if value is None or is_missing(value):
        return NOT_SUPPLIED
    if unit == SECONDS:
        return f"{number(value, decimals)} {SECONDS}" if decimals and abs(value) < 60 else duration(value)
    if unit == PERCENT:
        return per_cent(value, 1 if decimals is None else decimals)
    return _in_other_unit(value, unit, decimals or 0, True)


def value_in_table(value: float | None, unit: str, decimals: int | None = None) -> str:
    """A figure as a table or chart prints it, by its unit; a dash where there is none.

    >>> value_in_table(88.79, "per cent"), value_in_table(654, "seconds"), value_in_table(None, "crimes")
    ('88.8%', '10:54', '–')
    >>> value_in_table(189, "£m", 1), value_in_table(38, "rank of 44")
    ('£189.0m', '38th of 44')
    """
    if value is None or is_missing(value):
        return "–"
    if unit == SECONDS:
        return clock(value, decimals or 0)
    if unit == PERCENT:
        return f"{number(value, 1 if decimals is None else decimals)}%"
    return _in_other_unit(value, unit, decimals or 0, False)


def _in_other_unit(value: float, unit: str, decimals: int, in_words: bool) -> str:
    if MONEY.fullmatch(unit):
        return money(value, unit, decimals, in_words)
    return rank(value, unit) if RANK.fullmatch(unit) else number(value, decimals)


def change_in_table(change: float | None, unit: str, decimals: int | None = None) -> str:
    """A signed difference as a table prints it.

    >>> change_in_table(-208, "crimes"), change_in_table(3.1, "per cent"), change_in_table(0, "crimes")
    ('−208', '+3.1 pp', '0')
    >>> change_in_table(13, "rank of 44")
    '+13 places'
    """
    if change is not None and RANK.fullmatch(unit):
        return with_plus(counted(change, "place", decimals=decimals or 0))
    return with_plus(value_in_table(change, unit, decimals).replace("%", " pp"))


def change_per_cent_in_table(value: float | None) -> str:
    """A signed relative change as a table prints it.

    >>> change_per_cent_in_table(-12.207), change_per_cent_in_table(4.56), change_per_cent_in_table(0.01)
    ('−12.2%', '+4.6%', '0.0%')
    """
    return with_plus(value_in_table(value, PERCENT))


def month(period: pd.Period) -> str:
    """A month in prose: December 2019."""
    return period.strftime("%B %Y")


def short_month(period: pd.Period) -> str:
    """A month in a table heading: Dec-19."""
    return period.strftime("%b-%y")


def span(first: pd.Period, last: pd.Period) -> str:
    """A run of months by its ends; the year is printed once where both ends share it.

    >>> import pandas as pd
    >>> span(pd.Period("2019-10", "M"), pd.Period("2019-12", "M"))
    'October to December 2019'
    """
    return f"{first.strftime('%B' if first.year == last.year else '%B %Y')} to {month(last)}"


def twelve_months_to(period: pd.Period) -> str:
    """Twelve months by the last of them: 12 months to December 2019."""
    return f"12 months to {month(period)}"


def listed(items: Sequence[str]) -> str:
    """Items as a sentence lists them.

    >>> listed(["a"]), listed(["a", "b", "c"])
    ('a', 'a, b and c')
    """
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}" if items else ""


def ordinal(position: int) -> str:
    """A rank: 1st, 12th, 23rd.

    >>> [ordinal(n) for n in (1, 2, 3, 11, 12, 21, 43)]
    ['1st', '2nd', '3rd', '11th', '12th', '21st', '43rd']
    """
    ending = "th" if 10 <= position % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(position % 10, "th")
    return f"{position}{ending}"


def sentence_case(text: str) -> str:
    """The first letter as a capital, the rest untouched (acronyms stay).

    >>> sentence_case("quarter three")
    'Quarter three'
    """
    return text[:1].upper() + text[1:]


def _without_zero_tail(value: float, decimals: int) -> str:
    text = number(value, decimals)
    return text.removesuffix("." + "0" * decimals) if decimals else text


def with_plus(text: str) -> str:
    """A printed difference with its plus sign; one that is missing, negative or prints as nought has none."""
    return f"+{text}" if not text.startswith("−") and any(digit in text for digit in "123456789") else text
