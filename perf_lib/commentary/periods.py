"""Which months a sentence speaks of: "quarter three", "the 12 months to December 2019", "the same quarter last year".

A stretch of months is a Span. Where words may mean several (the year: calendar, financial or rolling), all are kept,
and a figure that is right for one of them is right.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from perf_lib.commentary.numbers import ORDINALS, SMALL, WORDS, number
from perf_lib.commentary.spans import Span, month_of
from perf_lib.words.calendar import MONTH_ABBREVIATIONS, MONTH_NAMES, MONTHS, NUMBER_WORDS
from perf_lib.words.quarters import Quarter

# --- Words of time

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
    vague: bool = False


_SEASONS = {
    "spring": ("March", "April"),
    "summer": ("June", "July"),
    "autumn": ("September", "October"),
    "winter": ("December", "January"),
}
"""The months that each may begin with."""

_M = rf"(?:{'|'.join([*MONTH_NAMES, *MONTH_ABBREVIATIONS])})\.?"
_Y = r"(?:19|20)\d\d"
_N = rf"(?:\d{{1,2}}|{WORDS})"
_FY = r"(?:19|20)\d\d\s?[-/–]\s?(?:(?:19|20)\d\d|\d\d)(?!\d|-)"
_Q = rf"(?:{'|'.join(NUMBER_WORDS[1:5])}|[1-4](?![\d]|[.,]\d))"
_BEFORE = r"(?:last|previous|prior|preceding)"
_SAME = r"\b(?:the\s+)?(?:same|corresponding|equivalent)\s+"
_A_YEAR_AGO = rf"(?:of\s+|in\s+)?(?:the\s+)?(?:{_BEFORE}\s+(?:financial\s+)?year|(?:a|one)\s+year\s+(?:ago|before|earlier|previously)|year\s+before|(?P<y>{_FY}|{_Y}))"
_SINCE = re.compile(r"\b(?:since|after)\s+(?:the\s+)?(?:start of\s+|beginning of\s+|end of\s+)?$")
_I, _C = re.IGNORECASE, 0


class _Row(NamedTuple):
    """One way of naming months."""

    words: str
    flags: int
    spans: Callable[[re.Match[str]], Sequence[Span]]
    relation: Relation = ""


class Calendar:
    """Reads words of time as they are meant in one quarter's report."""

    def __init__(self, quarter: Quarter) -> None:
        self.quarter = quarter
        self.now = Span.of(quarter)
        self.last = self.now.last
        self.year = Span.ending(self.last)
        self.to_date = self._fy(quarter.year)[0]
        self.calendar_year = self._year(month_of(self.last).year)
        self._patterns = [(re.compile(row.words, row.flags), row) for row in self._rows()]

    def read(self, text: str) -> list[Period]:
        """The periods of a sentence in order, none overlapping."""
        periods: list[Period] = []
        covered: set[int] = set()
        for pattern, row in self._patterns:
            for match in pattern.finditer(text):
                start, end = match.span()
                if covered & {start, end - 1} or match[0] in ("may", "march"):
                    continue
                covered.update(range(start, end))
                periods.append(
                    Period(
                        start,
                        end,
                        tuple(dict.fromkeys(row.spans(match))),
                        row.relation,
                        since=_SINCE.search(text[max(0, start - 24) : start].lower()) is not None,
                        counted="counted" in pattern.groupindex,
                        vague="vague" in pattern.groupindex,
                    )
                )
        return sorted(periods, key=lambda period: period.start)

    def _rows(self) -> list[_Row]:
        return [
            # 12 months to December 2019; year ending 31 December 2019
            _Row(
                rf"\b(?:(?:rolling|full|whole|latest)\s+)?(?:(?P<n>{_N})[\s-]+months?(?:\s+period)?|(?P<a>year|quarter))\s+"
                rf"(?:period\s+)?(?:up\s+)?(?:to|ending|ended|until|that ended)\s+(?:in\s+|on\s+)?(?:the\s+end\s+of\s+)?(?:\d{{1,2}}(?:st|nd|rd|th)?\s+)?(?P<m>{_M})(?:\s+(?P<y>{_Y}))?",
                _I, lambda m: [self._ending(m, 12 if m["a"] == "year" else 3 if m["a"] else self._count(m["n"]))],
            ),
            _Row(rf"\bthe\s+(?:12|twelve)\s+to\s+(?P<m>{_M})(?:\s+(?P<y>{_Y}))?", _I, lambda m: [self._ending(m, 12)]),
            # dates: nothing rests on a day
            _Row(rf"\b(?:(?:\d{{1,2}}(?:st|nd|rd|th)?\s*(?:to|and|-|–)\s*)?(?:[12]\d|3[01]|[1-9])(?:st|nd|rd|th)?\s+|\d{{1,2}}(?:st|nd|rd|th)\s+of\s+)(?P<m>{_M})(?:,?\s+(?P<y>{_Y}))?\b", _C, lambda m: ()),
            _Row(rf"\b(?P<m>{_M})\s+\d{{1,2}}(?:st|nd|rd|th)\b(?:,?\s+(?P<y>{_Y}))?", _C, lambda m: ()),
            # October to December 2019
            _Row(
                rf"\b(?P<m>{_M})(?:\s+(?P<y>{_Y}))?\s*(?:to|until|through|till|[-–]|and(?=\s+{_M}\s+(?:{_Y}\b|there|the|was|were)))\s*(?:the\s+end\s+of\s+)?(?P<m2>{_M})(?:\s+(?P<y2>{_Y}|last year|the year before|a year (?:earlier|before|ago)))?\b",
                _C, self._between,
            ),
            _Row(rf"\bbetween\s+(?:the\s+start\s+of\s+)?(?P<m>{_M})(?:\s+(?P<y>{_Y}))?\s+and\s+(?:the\s+end\s+of\s+)?(?P<m2>{_M})(?:\s+(?P<y2>{_Y}))?\b", _C, self._between),
            # October, November and December
            _Row(rf"\b(?P<m>{_M}),\s+(?:{_M},?\s+)and\s+(?P<m2>{_M})(?:\s+(?P<y2>{_Y}))?\b", _C, self._between),
            _Row(rf"\b(?:[Cc]alendar year\s+)?(?P<y>{_Y})-(?P<mm>0[1-9]|1[0-2])(?!\d|-Q|-\d)(?=\D|$)(?<!\d\d\d\d-2\d)", _C, lambda m: [Span.month(self._start(m["y"]) + int(m["mm"]) - 1)]),
            # quarters by number
            _Row(
                rf"\b(?:quarter[\s-]+(?P<q>{_Q})|Q(?P<d>[1-4])|(?:the\s+)?(?P<o>first|second|third|fourth|1st|2nd|3rd|4th|(?:final|last)(?=\s+quarter\s+of))[\s-]+quarter(?=\s+of\s+(?:{_FY}|{_Y}|the|this|last)|\b(?!\s+of\b)))"
                rf"(?:[\s,]+(?:of\s+|in\s+)?(?:the\s+)?(?:(?:financial\s+)?year\s+)?(?P<fy>{_FY}|{_Y}|(?:last|previous|preceding) (?:financial\s+)?year|(?:financial )?year before|a year (?:earlier|before|ago)|(?:this |current |the )?(?:financial )?year))?\b",
                _I, self._quarter,
            ),
            _Row(rf"\b(?P<fy>{_FY})[\s-]+Q(?P<d>[1-4])\b", _I, self._quarter),
            _Row(r"\bthe\s+quarter\s+before\s+(?:that|it|last)\b", _I, lambda m: [self.now.back(6), self.now.back(3)]),
            _Row(r"\bthe\s+(?:one|three|twelve)\s+before(?:\s+(?:it|that|this|them|those))?\b", _I, lambda m: [self.now.back(3), Span.month(self.last - 1), self.year.back(12)], relation="just_before"),
            # in the third (quarter, said before)
            _Row(r"(?<=\bin the |\bof the )(?P<o>first|second|third|fourth)(?=\s*(?:[.,;)]|$|and\b))", _I, self._quarter),
            # leaning on another period
            _Row(rf"{_SAME}(?:quarter|three months|three-month period)\s+{_A_YEAR_AGO}", _I, self._same_quarter),
            _Row(rf"{_SAME}(?:period|months?|time|point|stage)\s+{_A_YEAR_AGO}", _I, lambda m: [self.now.back(12), self.to_date.back(12), self.year.back(12)], relation="year_before"),
            _Row(r"\b(?:the\s+)?(?:quarter|three months)\s+(?:a|one|the)\s+year\s+(?:ago|before|earlier|previously)\b", _I, lambda m: [self.now.back(12)]),
            _Row(r"\b(?:the\s+)?(?:previous|preceding|prior|foregoing)\s+(?:quarter|three months)\b|\bthe\s+quarter\s+before\b(?!\s+last)|\ba\s+quarter\s+(?:ago|before|earlier)\b|\bon\s+the\s+quarter\b(?!\s+(?:before|earlier))|\bquarter[\s-]on[\s-]quarter\b", _I, lambda m: [self.now.back(3)]),
            _Row(r"\blast\s+quarter(?=\s+(?:of|in)\b)", _I, lambda m: [self.now]),
            _Row(r"\b(?<!the )last\s+quarter\b", _I, lambda m: [self.now.back(3)]),
            _Row(r"\b(?:the\s+|in\s+|over\s+)(?:last|latest|most recent)\s+quarter\b", _I, lambda m: [self.now, self.now.back(3)]),
            _Row(r"\b(?:the\s+)?(?:previous|preceding|prior|earlier)\s+(?:12|twelve)[\s-]months?(?:\s+period)?\b|\b(?:the\s+)?(?:12|twelve)\s+months\s+(?:before(?:\s+(?:that|those|then|it))?|earlier|previously|ago|prior)\b(?!\s+(?:to\s+)?[A-Z0-9])", _I, lambda m: [self.year.back(12)], relation="year_before"),
            _Row(r"\b(?:the\s+)?(?:past|last|latest|most\s+recent|rolling)\s+(?:12|twelve)(?:[\s-]months?(?:\s+period)?)?\b|\b(?:a|the|these|those|all|any|whole|full|over|in|for|its|s)\s+(?:rolling\s+|full\s+)?(?:12|twelve)[\s-]months?(?:\s+(?:period|total|figure|rate|average|sum|count))?\b|\b(?:12|twelve)-month\s+(?:rolling\s+)?(?:total|figure|rate|average|sum|count)\b", _I, lambda m: [self.year]),
            _Row(rf"\b(?:the\s+)?(?:month\s+before|{_BEFORE.replace('last|', '')}\s+month)\b", _I, lambda m: [Span.month(self.last - 1)], relation="just_before"),
            _Row(r"\b(?:(?:the|in|for)\s+)?(?:last|latest|final|most\s+recent|newest)\s+month(?:\s+of\s+the\s+(?:quarter|year))?\b", _I, lambda m: [Span.month(self.last)]),
            _Row(rf"\b(?:the\s+)?(?P<half>first|second)\s+half\s+of\s+(?:the\s+)?(?:(?:calendar\s+|financial\s+)?year\s+)?(?P<y>{_FY}|{_Y}|year|this year)?\b", _I, self._half),
            # spans counted back from the end
            _Row(
                rf"\b(?:the\s+|these\s+|all\s+|each\s+of\s+the\s+)*(?P<which>last|past|latest|most\s+recent|final|previous|preceding|first|next)\s+(?P<counted>{_N})[\s-]+months?(?:\s+of\s+(?:the\s+)?(?:(?:financial\s+|calendar\s+)?year\s*)?(?P<y>{_FY}|{_Y})?)?\b",
                _I, self._counted,
            ),
            _Row(r"\b(?:the\s+)?(?:financial\s+)?year\s+to\s+date\b|\bso\s+far\s+this\s+(?:financial\s+)?year\b|\b(?:the\s+)?(?:current|this)\s+financial\s+year(?:\s+so\s+far)?\b|\bthe\s+financial\s+year\b(?!\s+(?:before|20))", _I, lambda m: [self.to_date]),
            _Row(rf"\b(?:(?:the\s+)?financial\s+year\s+|FY\s?)?(?P<fy>{_FY})(?!-Q)", _I, lambda m: self._fy(int(m["fy"][:4]))),
            _Row(rf"\b(?:the\s+)?{_BEFORE}\s+financial\s+year\b|\bthe\s+financial\s+year\s+before\b", _I, lambda m: self._fy(self.quarter.year - 1), relation="year_before"),
            # single months
            _Row(rf"\b(?P<m>{_M})\s+(?:of\s+)?(?:in\s+)?(?:(?P<y>{_Y})|(?P<b>(?:{_BEFORE}|the\s+previous|the\s+preceding)\s+year|(?:a|one)\s+year\s+(?:ago|before|earlier)|the\s+year\s+before))\b", _C, self._one_month),
            _Row(rf"\bthe\s+(?P<m>{_M})\s+(?P<b>before)\b(?!\s+(?:last|the|that))", _C, self._one_month),
            _Row(rf"\blast\s+(?P<m>{_M})\b", _C, self._last_month),
            _Row(rf"\b(?P<m>{_M})(?=\W|$)", _C, self._one_month),
            # years
            _Row(r"\b(?:the\s+)?(?:year\s+before|previous\s+year|preceding\s+year|prior\s+year|year\s+earlier|year\s+previously)\b|\b(?:a|one)\s+year\s+(?:ago|before|earlier|previously)\b|\b(?<!the )(?<!the\s)last\s+year\b|\bpreviously\b|\bbeforehand\b", _I, lambda m: self._last_years(), relation="year_before"),
            _Row(r"\b(?:year[\s-]on[\s-]year|on\s+the\s+year|year[\s-]over[\s-]year|annual(?:ly)?(?=\s+(?:increase|decrease|rise|fall|change|growth|drop|reduction)))\b", _I, lambda m: self._last_years(), relation="year_before"),
            _Row(rf"\b(?:(?:calendar|the)\s+year\s+)?(?P<y>{_Y})(?![-/–]\d|\w|,\d)", _I, lambda m: [self._year(int(m["y"]))]),
            _Row(r"\b(?:the\s+|this\s+|over\s+the\s+|a\s+|whole\s+|full\s+)*(?:(?:last|past|latest|most\s+recent|whole|full|calendar|current)\s+)?(?P<vague>year)(?:'s|’s)?\b(?!\s+(?:four|five|six|olds?|before|earlier))", _I, lambda m: [self.year, self.calendar_year]),
            # the quarter itself
            _Row(r"\b(?:(?:this|the|the\s+latest|the\s+current|each|a)\s+)?(?<!a\s)(?<!each\s)(?<!every\s)(?<!per\s)(?<!three\s)(?<!by\s)quarter(?:'s|’s)?\b(?!\s+of\b|\s+century|\s+(?:by|on|after)\s+quarter)", _I, lambda m: [] if re.match(r"(?:each|a)\s", m[0], re.I) else [self.now]),
            _Row(rf"\b(?:the\s+)?(?:early\s+|late\s+)?(?P<season>spring|summer|autumn|winter)(?:\s+(?:of\s+)?(?P<y>{_Y}))?\b(?:\s+months)?", _I, self._season),
            _Row(r"\b(?:the\s+)?(?P<which>past|last|latest|most\s+recent)\s+months?\b", _I, lambda m: [Span.month(self.last)]),
        ]  # fmt: skip

    # --- what each row means

    def _count(self, written: str) -> int:
        read = number(written)
        return int(read[0]) if read and 1 <= read[0] <= 120 else 12

    def _start(self, year: str) -> int:
        """The first month of a year: January of 2019, April of 2019-20, or the month that the body's year starts in."""
        return (int(year[:4]) - 1970) * 12 + (self.quarter.starts - 1 if re.match(_FY, year) else 0)

    def _named(self, month: str, year: str | None) -> int:
        """A month by its name; without a year, the last such month up to the quarter's end."""
        at = MONTHS[month.lower().rstrip(".")]
        if year and year[:1].isdigit():
            return self._start(year) + at - 1
        back = (month_of(self.last).month - at) % 12
        return self.last - back - (12 if year else 0)

    def _ending(self, match: re.Match[str], months: int) -> Span:
        return Span.ending(self._named(match["m"], match["y"]), months)

    def _between(self, match: re.Match[str]) -> list[Span]:
        groups = match.groupdict()
        last = self._named(match["m2"], groups.get("y2"))
        if groups.get("y"):
            first = self._named(match["m"], groups["y"])
        else:
            first = last - (MONTHS[match["m2"].lower().rstrip(".")] - MONTHS[match["m"].lower().rstrip(".")]) % 12
        return [Span(first, last)] if first <= last else []

    def _quarter(self, match: re.Match[str]) -> list[Span]:
        groups = match.groupdict()
        which = (groups.get("q") or groups.get("d") or groups.get("o") or "").lower()
        at = {"final": 4, "last": 4}.get(which) or (
            int(which[0]) if which[:1].isdigit() else ORDINALS.get(which) or SMALL.get(which, 1)
        )
        year = (groups.get("fy") or "").lower()
        if re.match(_Y, year):  # of 2019: of the financial year or of the calendar's
            first = self._start(year) + 3 * (at - 1)
            return [Span.of(self.quarter.of_year(int(year[:4]), at)), Span(first, first + 2)]
        if any(word in year for word in ("last", "previous", "preceding", "before", "earlier", "ago")):
            return [Span.of(self.quarter.of_year(self.quarter.year - 1, at))]
        span = Span.of(self.quarter.of_year(self.quarter.year, at))
        return [span if span.last <= self.last else span.back(12)]

    def _same_quarter(self, match: re.Match[str]) -> list[Span]:
        if match["y"] and match["y"].isdigit():
            first = self._start(match["y"]) + self.now.first % 12
            return [Span(first, first + 2)]
        return [self.now.back(12)]

    def _half(self, match: re.Match[str]) -> list[Span]:
        year, late = match["y"] or "", match["half"].lower() == "second"
        starts = [self._start(year)] if year[:1].isdigit() else [self.calendar_year.first, self.to_date.first]
        return [Span(first + 6 * late, first + 6 * late + 5) for first in starts]

    def _counted(self, match: re.Match[str]) -> list[Span]:
        months, which, year = self._count(match["counted"]), match["which"].lower(), match["y"]
        if which == "next":
            return []
        if which == "first":
            starts = [self._start(year)] if year else [self.to_date.first, self.calendar_year.first]
            return [Span(start, start + months - 1) for start in starts]
        last = self._year(int(year)).last if year and year.isdigit() else self.last
        spans = [Span.ending(last, months)]
        if which in ("previous", "preceding"):
            spans.append(Span.ending(self.last - months, months))
        return spans

    def _fy(self, year: int) -> list[Span]:
        april = self.quarter.of_year(year, 1).first.ordinal
        return [Span(april, min(april + 11, self.last))] if april <= self.last else []

    def _one_month(self, match: re.Match[str]) -> list[Span]:
        groups = match.groupdict()
        return [Span.month(self._named(match["m"], groups.get("y") or groups.get("b")))]

    def _last_month(self, match: re.Match[str]) -> list[Span]:
        month = Span.month(self._named(match["m"], None))
        return [month, month.back(12)]

    def _year(self, year: int) -> Span:
        first = (year - 1970) * 12
        return Span(first, min(first + 11, self.last)) if first <= self.last else Span(first, first + 11)

    def _last_years(self) -> list[Span]:
        return [self.year.back(12), self.now.back(12), self.to_date.back(12), *self._fy(self.quarter.year - 1)]

    def _season(self, match: re.Match[str]) -> list[Span]:
        spans = []
        for month in _SEASONS[match["season"].lower()]:
            first = self._named(month, match["y"])
            span = Span(first, first + 2)
            spans.append(span if span.last <= self.last else span.back(12))
        return spans
