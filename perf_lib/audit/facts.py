"""What the data say, asked figure by figure: levels, changes, averages, rates, ranks, ranges and runs of any months.

A Verdict carries the Fact that a figure was held against.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from perf_lib.audit.literals import Literal
from perf_lib.audit.periods import Calendar, Span, month_of, quarter_span
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


class Facts:
    """The figures of a report, looked up and remembered."""

    def __init__(self, findings: Mapping[str, Finding], calendar: Calendar) -> None:
        self.findings = findings
        self.calendar = calendar
        self._figures: dict[tuple[str, Span], Figure] = {}
        self._rolled: dict[str, RollUp] = {}
        self._months: dict[str, dict[int, float]] = {}

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

    def usual(self, code: str) -> list[Span]:
        """The stretches a report prints: its quarters, the 12 months and those before, the year before each."""
        calendar, as_at = self.calendar, self.findings[code].as_at
        year = calendar.year if as_at is None else Span(as_at.ordinal - 11, as_at.ordinal)
        box = [quarter_span(each.quarter) for each in self.findings[code].box]
        spans = [
            year,
            calendar.now,
            calendar.year,
            *reversed(box),
            year.back(12),
            calendar.now.back(12),
            calendar.now.back(3),
        ]
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
                out.append(Span(as_at.ordinal - span.length + 1, as_at.ordinal))
        return list(dict.fromkeys(out))

    def printed(self, code: str, value: float) -> str:
        """A figure as the report prints it."""
        return narrative.in_prose(value, self.findings[code].measure)

    def levels(self, code: str, spans: Iterable[Span]) -> Iterator[Fact]:
        """What the measure came to."""
        for span in spans:
            value = self.figure(code, span).value
            if value is not None:
                yield Fact(value, code, span, self.printed(code, value))

    def parts(self, code: str, spans: Iterable[Span]) -> Iterator[Fact]:
        """The numerators and denominators it was made of."""
        for span in spans:
            figure = self.figure(code, span)
            for part in (figure.numerator, figure.denominator):
                if part is not None and self.findings[code].measure.unit != wording.SECONDS:
                    yield Fact(part, code, span, wording.number(part, 0 if part == int(part) else 1))
            if self.findings[code].measure.unit == wording.SECONDS and figure.denominator is not None:
                yield Fact(figure.denominator, code, span, wording.number(figure.denominator))

    def rest(self, code: str, spans: Iterable[Span]) -> Iterator[Fact]:
        """What is left of the denominators without the numerators: all but four."""
        for span in spans:
            figure = self.figure(code, span)
            if figure.numerator is not None and figure.denominator is not None:
                rest = figure.denominator - figure.numerator
                yield Fact(rest, code, span, wording.number(rest))

    def margins(self, code: str, spans: Iterable[Span]) -> Iterator[Fact]:
        """The margins of error of a survey."""
        for span in spans:
            margin = self.figure(code, span).margin
            if margin is not None:
                yield Fact(margin, code, span, wording.percentage_points(margin))

    def changes(self, code: str, pairs: Iterable[tuple[Span, Span]]) -> Iterator[tuple[Fact, Fact | None]]:
        """The difference between two stretches, in the unit and in per cent."""
        measure = self.findings[code].measure
        for now, before in pairs:
            one, other = self.figure(code, now).value, self.figure(code, before).value
            difference = series.change(one, other)
            if difference is None or one is None or other is None:
                continue
            way = 0 if abs(difference) < 1e-9 else (1 if difference > 0 else -1)
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
            size = {
                "month": span.length,
                "quarter": span.length / 3,
                "week": days / 7,
                "day": days,
                "year": span.length / 12,
            }[unit]
            if size:
                average = value / size
                yield Fact(average, code, span, wording.number(average, 1))

    def rates(self, code: str) -> dict[str, list[Fact]]:
        """Rates per 1,000: the area's own, the group's average and bounds, and each peer's by name."""
        finding = self.findings[code]
        out: dict[str, list[Fact]] = {"own": [], "average": [], "bounds": []}
        if finding.rate is not None:
            out["own"].append(self._rate(finding, finding.rate, finding.as_at))
        comparison = finding.peers
        if comparison is not None:
            at, month = comparison.position, comparison.month
            out["own"].append(self._rate(finding, at.rate, month))
            out["average"].append(self._rate(finding, at.average, month))
            out["bounds"] = [self._rate(finding, bound, month) for bound in (comparison.lower, comparison.upper)]
            for area, rate in comparison.rates.items():
                if area != finding.area:
                    out[str(area)] = [self._rate(finding, float(rate), month)]
        return out

    def _rate(self, finding: Finding, rate: float, month: pd.Period | None) -> Fact:
        span = None if month is None else Span(month.ordinal - 11, month.ordinal)
        return Fact(rate, finding.measure.code, span, narrative.rate_in_prose(rate))

    def ends(self, code: str, span: Span) -> tuple[Fact, Fact] | None:
        """The lowest and highest of the months in a stretch."""
        known = {at: value for at, value in self.months(code).items() if span.first <= at <= span.last}
        if not known:
            return None
        low, high = min(known, key=lambda at: known[at]), max(known, key=lambda at: known[at])
        return self._month(code, low, known[low]), self._month(code, high, known[high])

    def _month(self, code: str, at: int, value: float) -> Fact:
        return Fact(value, code, Span(at, at), f"{self.printed(code, value)} in {wording.month(month_of(at))}")

    def usual_averages(self, code: str) -> list[float]:
        """What "the average" of a measure's months may mean: of the year, of two years, of all there are."""
        known = self.months(code)
        as_at = max(known, default=0)
        windows = [
            Span(as_at - 11, as_at),
            Span(as_at - 23, as_at),
            Span(as_at - 24, as_at - 1),
            self.calendar.calendar_year,
        ]
        means = []
        for window in windows:
            values = [value for at, value in known.items() if window.first <= at <= window.last]
            if values:
                means.append(sum(values) / len(values))
        return means


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


@dataclass
class Memory:
    """What the figures before this one in a sentence turned out to be."""

    role: str = ""
    way: int = 0
    fact: Fact | None = None
    end: int = -99


Found = tuple[int, int, Verdict]
"""Where a word of direction stands, and what came of it."""
Verdicts = Sequence[tuple[Literal, Verdict | None]]
"""The figures of a sentence, each with what came of it; None for one that is no claim."""
UNSUPPORTED = Verdict("unsupported")
