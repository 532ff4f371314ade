"""Which months a sentence speaks of: "quarter three", "the 12 months to December 2019", "the same quarter last year".

A stretch of months is a Span. Where words may mean several (the year: calendar, financial or rolling), all are kept,
and a figure that is right for one of them is right.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from perf_lib.commentary.figures import ORDINALS, SMALL, WORDS, number, pattern
from perf_lib.commentary.spans import Span
from perf_lib.words.calendar import MONTH_ABBREVIATIONS, MONTH_NAMES, MONTHS, NUMBER_WORDS
from perf_lib.words.quarters import Quarter

Groups = Mapping[str, str | None]
"""The named words of a row, those that are not there as None."""
Relation = Literal["", "year_before", "just_before"]


@dataclass(frozen=True)
class Period:
    """Words of time in a sentence: where they stand, and which months they may mean.

    relation: "the year before" and "the previous quarter" lean on another period; their spans are what they mean
    where there is none. since: the words say where a stretch begins. counted: "the last five months".
    """

    start: int
    end: int
    spans: tuple[Span, ...]
    relation: Relation = ""
    since: bool = False
    counted: bool = False


_SINCE = pattern(r"\b (?: since | after ) \s (?: the \s )? (?: (?: start | beginning | end ) \s of \s )? $")
_SMALL_LETTERS = re.compile(r"\b(?:may|march)\b")

# The vocabulary of the rows.
_MONTH = rf"({'|'.join([*MONTH_NAMES, *MONTH_ABBREVIATIONS])})\b\.?"
_YEAR = r"(19|20)\d\d"
_FY = rf"{_YEAR} ?[-/–] ?({_YEAR}|\d\d)(?!\d|-\d)"
_COUNT = rf"(\d{{1,2}}|{WORDS})"
_LAST = r"(last|past|latest|most recent|rolling|final)"
_BEFORE = r"(last|previous|prior|preceding|earlier|foregoing)"
_AGO = r"(ago|before|earlier|previously)"
_YEAR_AGO = rf"({_BEFORE} (financial )?year|(a|one) year {_AGO}|year before)"
_SAME = r"(the )?(same|corresponding|equivalent)"
_END = r"((in|on) )?(the (start|end) of )?(\d{1,2}(st|nd|rd|th)? )?"
_M = rf"(?P<m>{_MONTH})( (?P<y>{_YEAR}))?"
_M2 = rf"{_END}(?P<m2>{_MONTH})( (?P<y2>{_YEAR}|(the )?{_YEAR_AGO}))?"
_ORDINAL = r"first|second|third|fourth|1st|2nd|3rd|4th|(final|last)(?= quarter of)"
_NUMBER = rf"{'|'.join(NUMBER_WORDS[1:5])}|[1-4](?!\d|[.,]\d)"
_WHICH = rf"(quarter[ -](?P<q>{_NUMBER})|Q(?P<d>[1-4])|(?P<o>{_ORDINAL})[ -]quarter)"
_TWELVE = r"(12|twelve)[ -]months?( period)?"
_TOTAL = r"(total|figure|rate|average|sum|count)"


class _Row(NamedTuple):
    """One way of naming months."""

    words: str
    spans: Callable[[Calendar, Groups], Sequence[Span]]
    relation: Relation = ""


class Calendar:
    """Reads words of time as they are meant in one quarter's report."""

    def __init__(self, quarter: Quarter) -> None:
        self.quarter = quarter
        self.now = Span.of(quarter)
        self.last = self.now.last
        self.year = Span.ending(self.last)
        self.this_year = Span(self.last // 12 * 12, self.last)
        self.to_date = self.financial_year(quarter.year)

    def read(self, text: str) -> list[Period]:
        """The periods of a sentence in order, none overlapping."""
        periods: list[Period] = []
        covered: set[int] = set()
        for words, row in _ROWS:
            for match in words.finditer(text):
                start, end = match.span()
                if covered & {start, end - 1} or _SMALL_LETTERS.search(match[0]):
                    continue
                covered.update(range(start, end))
                groups = match.groupdict()
                spans = tuple(dict.fromkeys(row.spans(self, groups)))
                is_since = _SINCE.search(text[max(0, start - 24) : start]) is not None
                periods.append(Period(start, end, spans, row.relation, is_since, "counted" in groups))
        return sorted(periods, key=lambda period: period.start)

    # --- what each row means

    def start(self, year: str) -> int:
        """The first month of a year: January of 2019, April of 2019-20, or the month that the body's year starts in."""
        return (int(year[:4]) - 1970) * 12 + (self.quarter.starts - 1 if len(year) > 4 else 0)

    def month(self, name: str, year: str | None) -> int:
        """A month by its name; without a year, the last such month up to the quarter's end."""
        at = MONTHS[name.lower().rstrip(".")]
        if year and year[0].isdigit():
            return self.start(year) + at - 1
        return self.last - (self.last + 1 - at) % 12 - (12 if year else 0)

    def named_month(self, groups: Groups) -> list[Span]:
        """A month by its name, or as 2019-12."""
        if iso := groups.get("iso"):
            return [Span.month(self.start(groups["y"] or "") + int(iso) - 1)]
        return [Span.month(self.month(groups["m"] or "", groups["y"] or groups["ago"]))]

    def ending(self, groups: Groups) -> list[Span]:
        """So many months to one that is named."""
        months = {"year": 12, "quarter": 3, "the": 12}.get((groups["a"] or "").lower()) or _count(groups["n"])
        return [Span.ending(self.month(groups["m"] or "", groups["y"]), months)]

    def between(self, groups: Groups) -> list[Span]:
        """From one month to another."""
        last = self.month(groups["m2"] or "", groups["y2"])
        first = self.month(groups["m"] or "", groups["y"] or groups["y2"])
        first = first if groups["y"] else last - (last - first) % 12
        return [Span(first, last)] if first <= last else []

    def numbered(self, groups: Groups) -> list[Span]:
        """A quarter by its number: of the report's year, of one that is named, of the year before."""
        which, year = (groups.get("q") or groups.get("d") or groups.get("o") or "").lower(), groups.get("fy") or ""
        at = 4 if which in ("final", "last") else ORDINALS.get(which) or SMALL.get(which) or int(which[0])
        if year[:1].isdigit():  # of 2019: of the financial year or of the calendar's
            first = self.start(year) + 3 * (at - 1)
            return [Span.of(self.quarter.of_year(int(year[:4]), at)), Span(first, first + 2)]
        span = Span.of(self.quarter.of_year(self.quarter.year, at))
        return [span.back(12) if span.last > self.last or groups.get("ago") else span]

    def same(self, groups: Groups) -> list[Span]:
        """The same quarter of a year that is named, or of the year before."""
        year = groups["y"]
        start = self.start(year) if year else self.now.first - 12
        first = start + (self.now.first - start) % 12
        return [Span(first, first + 2)]

    def half(self, groups: Groups) -> list[Span]:
        """The first or second half of a year."""
        late, year = 6 * ((groups["half"] or "").lower() == "second"), groups["y"]
        starts = [self.start(year)] if year else [self.this_year.first, self.to_date.first]
        return [Span(first + late, first + late + 5) for first in starts]

    def counted(self, groups: Groups) -> list[Span]:
        """The last five months; the first nine months of the year; the previous three months."""
        months, which, year = _count(groups["counted"]), (groups["which"] or "").lower(), groups["y"]
        if which == "first":
            starts = [self.start(year)] if year else [self.to_date.first, self.this_year.first]
            return [Span(start, start + months - 1) for start in starts]
        span = Span.ending(self.calendar_year(year).last if year else self.last, months)
        return [span, span.back(months)] if which in ("previous", "preceding") else [span] if which != "next" else []

    def calendar_year(self, year: str) -> Span:
        """A year from January, as far as it goes."""
        first = self.start(year)
        return Span(first, min(first + 11, self.last) if first <= self.last else first + 11)

    def financial_year(self, year: int) -> Span:
        """A year from April, as far as it goes."""
        april = self.quarter.of_year(year, 1).first.ordinal
        return Span(april, max(april, min(april + 11, self.last)))

    def years_before(self) -> list[Span]:
        """The year before, the same quarter of it, the same months to date of it, and the whole financial year."""
        spans = [span.back(12) for span in (self.year, self.now, self.to_date)]
        return [*spans, self.financial_year(self.quarter.year - 1)]


def _count(words: str | None) -> int:
    read = number(words or "")
    return int(read[0]) if read and 1 <= read[0] <= 120 else 12


def _rows(*rows: _Row) -> list[tuple[re.Pattern[str], _Row]]:
    return [(re.compile(row.words, re.IGNORECASE), row) for row in rows]


_ROWS = _rows(
    # 12 months to December 2019; year ending 31 December 2019; the 12 to December
    _Row(
        rf"\b((?P<n>{_COUNT})[ -]months?( period)?|(?P<a>year|quarter|the(?= (12|twelve) to))( 12| twelve)?)"
        rf" (up )?(to|ending|ended|until|that ended) {_END}{_M}",
        Calendar.ending,
    ),
    # October to December 2019; between October and December; October, November and December
    _Row(rf"\b(?P<b>between {_END})?{_M} *((?(b)and|(to|until|through|till|[-–]))) *{_M2}\b", Calendar.between),
    _Row(rf"\b{_M}(?P<counted>, {_MONTH},? and ){_M2}\b", Calendar.between),
    # dates: nothing rests on a day
    _Row(rf"\b(\d{{1,2}} ?(to|and|-|–) ?)?([12]\d|3[01]|[1-9])(st|nd|rd|th)? (of )?{_M}\b", lambda calendar, _: ()),
    _Row(rf"\b(?P<y>{_YEAR})-(?P<iso>0[1-9]|1[0-2])(?!\d|-Q|-\d)", Calendar.named_month),
    # quarters by number
    _Row(rf"\b{_WHICH}([ ,]+((of|in) )?(the )?((?P<fy>{_FY}|{_YEAR})|(?P<ago>{_YEAR_AGO})))?\b", Calendar.numbered),
    _Row(rf"\b(?P<fy>{_FY})[ -]Q(?P<d>[1-4])\b", Calendar.numbered),
    _Row(r"(?<=\bin the |\bof the )(?P<o>first|second|third|fourth)(?= *[.,;)]|$| and\b)", Calendar.numbered),
    # leaning on another period
    _Row(
        rf"\b{_SAME} (quarter|three[ -]months?( period)?) ((of|in) )?(the )?({_YEAR_AGO}|(?P<y>{_FY}|{_YEAR}))",
        Calendar.same,
    ),
    _Row(
        rf"\b{_SAME} (period|months?|time|point|stage) ((of|in) )?(the )?({_YEAR_AGO}|{_FY}|{_YEAR})",
        lambda calendar, _: calendar.years_before()[:3],
        "year_before",
    ),
    _Row(r"\bthe quarter before (that|it|last)\b", lambda calendar, _: [calendar.now.back(6), calendar.now.back(3)]),
    _Row(
        r"\b((?<!the )last quarter(?! (of|in)\b)|(previous|preceding|prior) (quarter|three months)"
        r"|(the|a) quarter (ago|before|earlier)|on the quarter|quarter[ -]on[ -]quarter)\b",
        lambda calendar, _: [calendar.now.back(3)],
    ),
    _Row(rf"\b{_LAST} quarter\b", lambda calendar, _: [calendar.now, calendar.now.back(3)]),
    _Row(
        rf"\b(the )?((previous|preceding|prior|earlier) {_TWELVE}|{_TWELVE} ({_AGO}|prior))\b",
        lambda calendar, _: [calendar.year.back(12)],
        "year_before",
    ),
    _Row(
        rf"\b({_LAST} ({_TWELVE}|12|twelve)|(a|the|these|those|all|whole|full|over|in|for) (rolling |full )?{_TWELVE}"
        rf"( {_TOTAL})?|{_TWELVE} (rolling )?{_TOTAL})\b",
        lambda calendar, _: [calendar.year],
    ),
    _Row(
        r"\b(the )?(month before|(previous|prior|preceding) month)\b",
        lambda calendar, _: [Span.month(calendar.last - 1)],
        "just_before",
    ),
    _Row(rf"\b{_LAST} month\b", lambda calendar, _: [Span.month(calendar.last)]),
    _Row(rf"\b(?P<half>first|second) half of (the )?((?P<y>{_FY}|{_YEAR})|(financial )?year)", Calendar.half),
    _Row(
        r"\b(?P<which>last|past|latest|most recent|final|previous|preceding|first|next)"
        rf" (?P<counted>{_COUNT})[ -]months?( of (?P<y>{_YEAR}))?\b",
        Calendar.counted,
    ),
    # financial years
    _Row(
        r"\b((financial )?year to date|so far this (financial )?year|(this|current|the) financial year(?! before))\b",
        lambda calendar, _: [calendar.to_date],
    ),
    _Row(rf"\b(?P<fy>{_FY})(?!-Q)", lambda calendar, words: [calendar.financial_year(int((words["fy"] or "")[:4]))]),
    _Row(
        r"\b((last|previous) financial year|financial year before)\b",
        lambda calendar, _: [calendar.financial_year(calendar.quarter.year - 1)],
        "year_before",
    ),
    # months and years
    _Row(
        rf"\b(?P<m>{_MONTH})( ((of|in) )?((?P<y>{_YEAR})\b|(?P<ago>(the )?{_YEAR_AGO})))?(?=\W|$)", Calendar.named_month
    ),
    _Row(
        rf"\b((the )?(year {_AGO}|(?<!the )last year|(previous|preceding|prior) year)|(a|one) year {_AGO}|previously"
        r"|year[ -]on[ -]year|on the year|annual(?= (increase|decrease|rise|fall|change|growth)))\b",
        lambda calendar, _: calendar.years_before(),
        "year_before",
    ),
    _Row(rf"\b(?P<y>{_YEAR})\b(?![-/–]\d|,\d)", lambda calendar, words: [calendar.calendar_year(words["y"] or "")]),
    _Row(r"\byear\b(?! (four|five|six|olds?))", lambda calendar, _: [calendar.year, calendar.this_year]),
    _Row(
        r"(?<!\ba )(?<!each )(?<!every )(?<!per )(?<!three )(?<!by )\bquarter\b(?! (of|century|by|on|after)\b)",
        lambda calendar, _: [calendar.now],
    ),
)
