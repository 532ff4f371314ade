"""What the data say, asked figure by figure: levels, changes, averages, rates, ranks, ranges and runs of any months.

A Verdict carries the Fact that a figure was held against.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import fmean
from typing import NamedTuple

import pandas as pd

from perf_lib.audit.literals import Literal
from perf_lib.audit.periods import Calendar, Span, month_of, quarter_span
from perf_lib.config.catalogue import Measure
from perf_lib.findings.finding import Finding
from perf_lib.stats import series
from perf_lib.stats.series import NOTHING, Figure, RollUp
from perf_lib.views import narrative
from perf_lib.words import wording


@dataclass(frozen=True)
class Fact:
    """One figure of the data: its value, whose and when, and how it is printed. way: which way a change went."""

    value: float
    code: str
    span: Span | None
    said: str
    way: int = 0


class Rank(NamedTuple):
    """A place among so many areas, counted from the lowest, and over which months."""

    place: int
    size: int
    words: str
    span: Span


def way_from(before: float, after: float) -> int:
    """Which way a figure went: 1 up, -1 down, 0 neither."""
    return (after > before) - (after < before)


class Facts:
    """The figures of a report, looked up and remembered."""

    def __init__(self, findings: Mapping[str, Finding], calendar: Calendar) -> None:
        self.findings = findings
        self.calendar = calendar
        self._figures: dict[tuple[str, Span], Figure] = {}
        self._rolled: dict[str, RollUp] = {}
        self._months: dict[str, dict[int, float]] = {}

    def measure(self, code: str | None) -> Measure | None:
        """The measure of a code, where there is one."""
        finding = None if code is None else self.findings.get(code)
        return None if finding is None else finding.measure

    def figure(self, code: str, span: Span) -> Figure:
        """What a measure comes to over some months."""
        key = (code, span)
        if key not in self._figures:
            finding, last = self.findings[code], self.calendar.last
            months = finding.months
            # As far as the report's own quarter: what comes later is not in it, and what is too long is not a figure.
            outside = span.last > last or span.length > 120 or not len(months) or span.first < months.index[0].ordinal
            if code not in self._rolled:
                self._rolled[code] = RollUp(months, finding.measure)
            self._figures[key] = NOTHING if outside else self._rolled[code].over(*span.ends)
        return self._figures[key]

    def months(self, code: str) -> dict[int, float]:
        """A measure's months by number, those without a figure left out."""
        if code not in self._months:
            values = self.findings[code].months["value"].dropna()
            self._months[code] = {month.ordinal: float(value) for month, value in values.items()}
        return self._months[code]

    def within(self, code: str, span: Span) -> dict[int, float]:
        """Those of a measure's months that lie in a stretch."""
        return {at: value for at, value in self.months(code).items() if span.first <= at <= span.last}

    def usual(self, code: str) -> list[Span]:
        """The stretches a report prints: its quarters, the 12 months and those before, the year before each."""
        calendar, as_at = self.calendar, self.findings[code].as_at
        year = calendar.year if as_at is None else Span.ending(as_at.ordinal)
        spans = [year, calendar.now, calendar.year]
        spans += [quarter_span(each.quarter) for each in reversed(self.findings[code].box)]
        spans += [year.back(12), calendar.now.back(12), calendar.now.back(3)]
        if as_at is not None and as_at.ordinal != calendar.last:
            spans.append(Span(as_at.ordinal, as_at.ordinal))
        return list(dict.fromkeys([*spans, calendar.to_date, calendar.to_date.back(12)]))

    def reached(self, code: str, spans: Iterable[Span]) -> list[Span]:
        """The same stretches, with one to the last month supplied beside any that runs past it."""
        as_at = self.findings[code].as_at
        out = []
        for span in spans:
            out.append(span)
            if as_at is not None and span.last > as_at.ordinal and span.length >= 12:
                out.append(Span.ending(as_at.ordinal, span.length))
        return list(dict.fromkeys(out))

    def printed(self, code: str, value: float) -> str:
        """A figure as the report prints it."""
        return narrative.in_prose(value, self.findings[code].measure)

    def levels(self, code: str, spans: Iterable[Span]) -> Iterator[Fact]:
        """What the measure came to."""
        return self._each(code, spans, lambda figure: figure.value, partial(self.printed, code))

    def parts(self, code: str, spans: Iterable[Span]) -> Iterator[Fact]:
        """The numerators and denominators it was made of."""
        for span in spans:
            figure = self.figure(code, span)
            takes_time = self.findings[code].measure.unit == wording.SECONDS
            for part in (None if takes_time else figure.numerator, figure.denominator):
                if part is not None:
                    yield Fact(part, code, span, wording.number(part, 0 if part == int(part) else 1))

    def rest(self, code: str, spans: Iterable[Span]) -> Iterator[Fact]:
        """What is left of the denominators without the numerators: all but four."""
        return self._each(
            code, spans, lambda figure: series.change(figure.denominator, figure.numerator), wording.number
        )

    def margins(self, code: str, spans: Iterable[Span]) -> Iterator[Fact]:
        """The margins of error of a survey."""
        return self._each(code, spans, lambda figure: figure.margin, wording.percentage_points)

    def _each(
        self,
        code: str,
        spans: Iterable[Span],
        part: Callable[[Figure], float | None],
        printed: Callable[[float], str],
    ) -> Iterator[Fact]:
        for span in spans:
            value = part(self.figure(code, span))
            if value is not None:
                yield Fact(value, code, span, printed(value))

    def changes(self, code: str, pairs: Iterable[tuple[Span, Span]]) -> Iterator[tuple[Fact, Fact | None]]:
        """The difference between two stretches, in the unit and in per cent."""
        measure = self.findings[code].measure
        for now, before in pairs:
            one, other = self.figure(code, now).value, self.figure(code, before).value
            if one is None or other is None:
                continue
            difference = one - other
            way = 0 if abs(difference) < 1e-9 else way_from(other, one)
            said = (
                wording.percentage_points(abs(difference))
                if measure.is_percentage
                else self.printed(code, abs(difference))
            )
            relative = series.change_per_cent(one, other)
            share = None if relative is None else Fact(relative, code, now, wording.per_cent(abs(relative)), way)
            yield Fact(difference, code, now, said, way), share

    def averages(self, code: str, spans: Iterable[Span], unit: str) -> Iterator[Fact]:
        """A count a month, a quarter, a week or a day."""
        for span in spans:
            value = self.figure(code, span).value
            if value is None:
                continue
            first, last = span.ends
            days = (last.end_time.normalize() - first.start_time).days + 1
            size = {"month": span.length, "quarter": span.length / 3, "week": days / 7, "day": days}
            average = value / size.get(unit, span.length / 12)
            yield Fact(average, code, span, wording.number(average, 1))

    def peers(self) -> set[str]:
        """The areas of all peer groups."""
        return {str(area) for finding in self.findings.values() if finding.peers for area in finding.peers.rates.index}

    def rates(self, code: str) -> dict[str, list[Fact]]:
        """Rates per 1,000: the area's own, the group's average and bounds, and each peer's by name."""
        finding, comparison = self.findings[code], self.findings[code].peers
        out: dict[str, list[Fact]] = {"own": [], "average": [], "bounds": []}

        def add(name: str, rate: float, month: pd.Period | None) -> None:
            span = None if month is None else Span.ending(month.ordinal)
            out.setdefault(name, []).append(Fact(rate, code, span, narrative.rate_in_prose(rate)))

        if finding.rate is not None:
            add("own", finding.rate, finding.as_at)
        if comparison is not None:
            at = comparison.position
            named = [
                ("own", at.rate),
                ("average", at.average),
                ("bounds", comparison.lower),
                ("bounds", comparison.upper),
            ]
            named += [(str(area), float(rate)) for area, rate in comparison.rates.items() if area != finding.area]
            for name, rate in named:
                add(name, rate, comparison.month)
        return out

    def ranks(self, code: str) -> tuple[Rank | None, Rank | None]:
        """The area's rank in its group and in the country, each as far as it is known."""
        comparison = self.findings[code].peers
        if comparison is None:
            return None, None
        at, span = comparison.position, Span.ending(comparison.month.ordinal)
        country = None
        if at.national_rank is not None and at.national_rank_words is not None:
            country = Rank(
                at.national_rank, int(at.national_rank_words.rsplit(" ", 1)[1]), at.national_rank_words, span
            )
        return Rank(at.rank, at.n, at.rank_words, span), country

    def ends(self, code: str, span: Span) -> tuple[Fact, Fact] | None:
        """The lowest and highest of the months in a stretch."""
        months = self.within(code, span)
        if not months:
            return None
        low, high = (
            Fact(months[at], code, Span(at, at), f"{self.printed(code, months[at])} in {wording.month(month_of(at))}")
            for at in (min(months, key=months.__getitem__), max(months, key=months.__getitem__))
        )
        return low, high

    def usual_averages(self, code: str) -> list[float]:
        """What "the average" of a measure's months may mean: of the year, of two years, of all there are."""
        as_at = max(self.months(code), default=0)
        two_years = Span.ending(as_at, 24)
        windows = (Span.ending(as_at), two_years, two_years.back(1), self.calendar.calendar_year)
        return [fmean(months.values()) for window in windows if (months := self.within(code, window))]


# --- What came of a figure or a word of direction, and what the figures before it turned out to be

MOST = 12
"""Words of direction of one sort that are looked at in a sentence: no sentence has so many."""


@dataclass(frozen=True)
class Verdict:
    """What came of one literal. fact: what it was held against."""

    verdict: str
    fact: Fact | None = None
    measure: str | None = None
    why: str = ""

    @classmethod
    def of(cls, is_right: bool, fact: Fact, measure: str | None = None, why: str = "") -> Verdict:
        """That words agree with a fact or contradict it."""
        return cls("agrees" if is_right else "contradicts", fact, measure, why)


@dataclass
class Memory:
    """What the figures before this one in a sentence turned out to be."""

    role: str = ""
    way: int = 0
    end: int = -99


Found = tuple[int, int, Verdict]
"""Where a word of direction stands, and what came of it."""
Verdicts = Sequence[tuple[Literal, Verdict | None]]
"""The figures of a sentence, each with what came of it; None for one that is no claim."""
UNSUPPORTED = Verdict("unsupported")
