"""What the data say, figure by figure: each fact with its words and with the binding that prints it.

Levels, parts, averages, changes, rates, ranks, extremes, shares, targets, margins and first published figures of any
months. One table of names (`NAMES`) serves those who bind a figure and those who trace one that was typed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from itertools import product
from typing import NamedTuple

import pandas as pd

from perf_lib.commentary import spans
from perf_lib.commentary.spans import Span
from perf_lib.config.catalogue import Measure
from perf_lib.findings.finding import Finding
from perf_lib.stats import series
from perf_lib.stats.series import NOTHING, Figure, RollUp
from perf_lib.views import narrative
from perf_lib.words import wording
from perf_lib.words.errors import InputError, suggestion
from perf_lib.words.quarters import Quarter

LONGEST = 120
"""Months of the longest stretch that has a figure."""


@dataclass(frozen=True)
class Fact:
    """One figure of the data. scale: how it is written: count, percent, points, seconds, days, rate, rank, unit."""

    value: float
    scale: str
    code: str
    words: str
    """What it is: the total, October to December 2019."""
    printed: str
    binding: str
    """What stands between braces to print it, without its measure."""
    span: Span | None = None
    against: Span | None = None
    """For a change, the months it is reckoned from."""
    area: str | None = None
    """For a peer's rate, whose it is."""

    @property
    def way(self) -> int:
        """Which way a change went: 1 up, -1 down, 0 neither; 0 for what is no change."""
        return (self.value > 1e-9) - (self.value < -1e-9) if self.against is not None else 0


def with_areas(findings: Mapping[str, Finding]) -> dict[str, Finding]:
    """The findings, and the months of each area below the whole as those of a measure of its own: crimes@Swindon."""
    below = {
        f"{code}@{area}": replace(
            finding, area=area, months=months, as_at=months["value"].last_valid_index(), box=(), earlier=(), rate=None,
            peers=None, areas={},
        )
        for code, finding in findings.items()
        for area, months in finding.areas.items()
    }  # fmt: skip
    return {**findings, **below}


class Facts:
    """The figures of a report, looked up and remembered; those of an area below the whole as of measure@area."""

    def __init__(self, whole: Mapping[str, Finding], quarter: Quarter) -> None:
        findings = with_areas(whole)
        self.findings, self.quarter, self.last = findings, quarter, quarter.last.ordinal
        self.figure = cache(self._figure)
        self.months = cache(self._months)
        self.usual = cache(self._usual)
        self.windows = cache(lambda code: spans.windows(quarter, findings[code].as_at))
        self._rolled = cache(lambda code: RollUp(findings[code].months, findings[code].measure))

    # --- months

    def _figure(self, code: str, span: Span) -> Figure:
        """What a measure comes to over some months, as far as the report's own quarter."""
        months = self.findings[code].months
        if span.last > self.last or span.length > LONGEST or not len(months) or span.first < months.index[0].ordinal:
            return NOTHING
        return self._rolled(code).over(*span.ends)

    def _months(self, code: str) -> Mapping[int, float]:
        """A measure's months by number, those without a figure left out."""
        return {month.ordinal: float(v) for month, v in self.findings[code].months["value"].dropna().items()}

    def name(self, code: str, span: Span) -> str:
        """What a binding calls a stretch: a window where it is one, or its months."""
        return next((name for name, window in self.windows(code).items() if window == span), str(span))

    def measure(self, code: str) -> Measure:
        """The measure of a code."""
        return self.findings[code].measure

    # --- facts

    def _fact(
        self, code: str, value: float, scale: str, printed: str, words: str, name: str, *stretches: Span, of: str = ""
    ) -> Fact:
        """A fact of a stretch of months, or of a change between two, with the binding that is called so."""
        now, against = [*stretches, None, None][:2]
        between = f"from {against.in_words} to {now.in_words}" if now and against else ""
        words = f"{words} {between}" if between else f"{words}, {now.in_words}" if now else words
        brackets = [*filter(None, [of]), *(self.name(code, each) for each in stretches)]
        return Fact(value, scale, code, words, printed, _call(name, *brackets), now, against)

    def _in_unit(self, code: str, value: float, words: str, name: str, *stretches: Span, of: str = "") -> Fact:
        """A fact in the measure's own unit."""
        measure = self.measure(code)
        printed = narrative.in_prose(abs(value) if len(stretches) > 1 else value, measure)
        return self._fact(code, value, _scale(measure), printed, words, name, *stretches, of=of)

    def level(self, code: str, span: Span) -> Iterator[Fact]:
        """What the measure came to."""
        value = self.figure(code, span).value
        if value is not None:
            words = "the total" if self.measure(code).is_count else "the figure"
            fact = self._in_unit(code, value, words, "month" if span.length == 1 else "figure", span)
            name = self.name(code, span)
            yield replace(fact, binding=name) if name in self.windows(code) else fact

    def parts(self, code: str, span: Span) -> Iterator[Fact]:
        """The numerator and denominator it was made of, and what is left of the one without the other."""
        figure, measure = self.figure(code, span), self.measure(code)
        top = None if measure.unit == wording.SECONDS else figure.numerator
        rest = series.change(figure.denominator, top) if measure.is_share else None
        of = measure.of or "the number behind it"
        for name, value, words in (
            ("numerator", top, f"the number out of {of}"),
            ("denominator", figure.denominator, of),
            ("rest", rest, f"the rest of {of}"),
        ):
            if value is not None:
                printed = wording.number(value, 0 if value == int(value) else 1)
                yield self._fact(code, value, "count", printed, words, name, span)

    def margin(self, code: str, span: Span) -> Iterator[Fact]:
        """The margin of error of a survey's figure."""
        value = self.figure(code, span).margin
        if value is not None:
            printed = wording.percentage_points(value)
            yield self._fact(code, value, "points", printed, "the margin of error", "margin", span)

    def average(self, code: str, span: Span, unit: str = "month") -> Iterator[Fact]:
        """A count a month, a quarter, a week or a day."""
        value = self.figure(code, span).value
        if value is None or not self.measure(code).is_count or (span.length == 1 and unit == "month"):
            return
        first, last = span.ends
        days = (last.end_time.normalize() - first.start_time).days + 1
        average = value / {"month": span.length, "quarter": span.length / 3, "week": days / 7, "day": days}[unit]
        name = "average" if unit == "month" else f"average_{unit}"
        yield self._fact(code, average, "unit", wording.number(average, 1), f"the average a {unit}", name, span)

    def change(self, code: str, now: Span, before: Span) -> Iterator[Fact]:
        """The difference between two stretches, in the unit and in per cent."""
        one, other = self.figure(code, now).value, self.figure(code, before).value
        if one is None or other is None:
            return
        size, relative = one - other, series.change_per_cent(one, other)
        change = self._in_unit(code, size, "the change", "change", now, before)
        if self.measure(code).is_percentage:
            changes = [replace(change, scale="points", printed=wording.percentage_points(abs(size)))]
        else:
            changes = [change]
            if relative is not None:
                printed, words = wording.per_cent(abs(relative)), "the change in per cent"
                changes.append(self._fact(code, relative, "percent", printed, words, "change_per_cent", now, before))
        usual = '("rolling_12", "previous_12")'
        yield from (replace(each, binding=each.binding.removesuffix(usual)) for each in changes)

    def share(self, code: str, of: str, span: Span) -> Iterator[Fact]:
        """A count as a share of another measure's in the same months."""
        part, whole = self.figure(code, span).value, self.figure(of, span).value
        if part is not None and whole and code != of and self.measure(code).is_count and self.measure(of).is_count:
            value, words = 100 * part / whole, f"the share of {self.measure(of).title}"
            yield self._fact(code, value, "percent", wording.per_cent(value), words, "share", span, of=of)

    def rates(self, code: str) -> Iterator[Fact]:
        """Rates per 1,000: the area's own, the group's average and bounds, each peer's."""
        finding, comparison = self.findings[code], self.findings[code].peers
        rows: list[tuple[float | None, str, str, pd.Period | None, str | None]]
        rows = [(finding.rate, "the rate per 1,000 residents", "rate_per_1000", finding.as_at, None)]
        if comparison is not None:
            at, month = comparison.position, comparison.month
            rows += [
                (at.rate, "the rate among peers", "peer_rate", month, None),
                (at.average, "the average of the group", "peer_average", month, None),
                (comparison.lower, "the lower bound of the group's average", "peer_lower", month, None),
                (comparison.upper, "the upper bound of the group's average", "peer_upper", month, None),
            ]
            rates = comparison.rates.drop(finding.area, errors="ignore")
            rows += [(float(rates[area]), f"the rate of {area}", "peer", month, str(area)) for area in rates.index]
        for value, words, name, month, area in rows:
            if value is not None:
                span = None if month is None else Span.ending(month.ordinal)
                binding, printed = _call(name, *filter(None, [area])), narrative.rate_in_prose(value)
                yield Fact(value, "rate", code, words, printed, binding, span, area=area)

    def ranks(self, code: str) -> Iterator[Fact]:
        """The area's place in its group and in the country, counted from the lowest."""
        comparison = self.findings[code].peers
        if comparison is None:
            return
        at, span = comparison.position, Span.ending(comparison.month.ordinal)
        yield Fact(at.rank, "rank", code, "the place in the group", at.rank_words, "rank", span)
        if at.national_rank is not None and at.national_rank_words is not None:
            words = "the place in the country"
            yield Fact(at.national_rank, "rank", code, words, at.national_rank_words, "national_rank", span)

    def extremes(self, code: str, span: Span) -> Iterator[Fact]:
        """The lowest and the highest month of a stretch."""
        months = {at: value for at, value in self.months(code).items() if span.first <= at <= span.last}
        for name, which in (("lowest", min), ("highest", max)) if len(months) > 1 else ():
            at = which(months, key=months.__getitem__)
            words = f"the {name} month of {span.in_words}, {Span.month(at).in_words}"
            fact = self._in_unit(code, months[at], words, name, span)
            yield replace(fact, words=words, span=Span.month(at))

    def target(self, code: str) -> Iterator[Fact]:
        """The target, and how far the quarter is from it."""
        target, now = self.findings[code].target, self.windows(code)["quarter"]
        value = self.figure(code, now).value
        bounds = () if target is None else (target.bounds.low, target.bounds.high)
        for level in (each for each in bounds if each is not None):
            yield self._in_unit(code, level, "the target", "target")
            if value is not None:
                gap = self._in_unit(code, value - level, "the distance from the target", "from_target", now, now)
                yield replace(gap, binding="from_target")

    def first_published(self, code: str) -> Iterator[Fact]:
        """Figures as they were first published."""
        finding = self.findings[code]
        for line in {line.quarter: line for line in (*finding.earlier, *finding.box)}.values():
            span, quarter = Span.of(line.quarter), str(line.quarter)
            year = Span.ending(span.last)
            for name, value, about in (
                ("first_published", line.first_value, span), ("first_published_12", line.first_rolling, year)
            ):  # fmt: skip
                if value is not None:
                    fact = self._in_unit(code, value, f"first published for {about.in_words}", name, of=quarter)
                    yield replace(fact, span=about)

    # --- those that a report usually speaks of

    def usual_spans(self, code: str) -> list[Span]:
        """The stretches a report prints: its quarters, the twelve months, the year to date, each a year before."""
        windows = self.windows(code)
        box = [Span.of(line.quarter) for line in self.findings[code].box]
        years = [Span.ending(each.last) for each in box]
        as_at = self.findings[code].as_at
        month = [] if as_at is None else [Span.month(as_at.ordinal)]
        return list(dict.fromkeys([*windows.values(), *reversed(box), *reversed(years), *month]))

    def usual_pairs(self, code: str) -> list[tuple[Span, Span]]:
        """The stretches a report sets side by side."""
        windows = self.windows(code)
        now = windows["quarter"]
        pairs = [
            (windows["rolling_12"], windows["previous_12"]), (now, now.back(3)), (now, now.back(12)),
            (windows["year_to_date"], windows["year_to_date_before"]),
        ]  # fmt: skip
        last = Span.month(windows["rolling_12"].last)
        return [*pairs, (last, last.back(1)), (last, last.back(12))]

    def _usual(self, code: str) -> list[Fact]:
        """All of them, for whom the sentence does not say which it means."""
        stretches, last = self.usual_spans(code), self.last
        months = [Span.month(at) for at in range(last, last - 24, -1)]
        quarters = [Span.ending(at, 3) for at in range(last, last - 24, -3)]
        facts = [fact for span in dict.fromkeys([*stretches, *quarters, *months]) for fact in self.level(code, span)]
        for span in stretches[:3]:
            facts += [*self.parts(code, span), *self.average(code, span), *self.margin(code, span)]
        for pair in self.usual_pairs(code):
            facts += self.change(code, *pair)
        facts += [*self.rates(code), *self.ranks(code), *self.target(code), *self.first_published(code)]
        for of, span in product(self.wholes(code), stretches[:2]):
            facts += self.share(code, of, span)
        return facts

    def wholes(self, code: str) -> list[str]:
        """The counts that a measure may be a share of: its breakdown's total, and the largest of its unit."""
        measure, year = self.measure(code), self.windows(code)["rolling_12"]
        part = self.figure(code, year).value
        if part is None or not measure.is_count:
            return []
        area = self.findings[code].area
        alike = ((each, f) for each, f in self.findings.items() if f.area == area and f.measure.unit == measure.unit)
        of_unit = [each for each, finding in alike if finding.measure.is_count]
        totals = {each: self.figure(each, year).value or 0.0 for each in of_unit}
        largest = [each for each in sorted(totals, key=lambda each: -totals[each]) if totals[each] > part]
        return [*dict.fromkeys([*([measure.breakdown_of] if measure.breakdown_of else []), *largest[:1]])]


def _scale(measure: Measure) -> str:
    if measure.is_percentage:
        return "percent"
    if measure.unit == wording.SECONDS:
        return "seconds"
    return "count" if measure.is_count else "unit"


def _call(name: str, *arguments: str) -> str:
    return f"{name}({', '.join(map(_quoted, arguments))})" if arguments else name


def _quoted(words: str) -> str:
    return f'"{words}"'


# --- Names that may stand between braces


class Name(NamedTuple):
    """A name between braces: which facts it is looked for among, and what its brackets take.

    words: a measure or an area, before the months. months: how many stretches. default: those meant without brackets.
    """

    among: Callable[..., Iterable[Fact]]
    words: int = 0
    months: int = 0
    default: tuple[str, ...] = ()


_QUARTER, _YEAR, _YEARS = ("quarter",), ("rolling_12",), ("rolling_12", "previous_12")
_ROWS = (
    ("figure month year", Name(Facts.level, months=1)),
    ("numerator denominator rest", Name(Facts.parts, months=1, default=_QUARTER)),
    ("average", Name(Facts.average, months=1, default=_YEAR)),
    ("average_quarter", Name(partial(Facts.average, unit="quarter"), months=1, default=_YEAR)),
    ("average_week", Name(partial(Facts.average, unit="week"), months=1, default=_YEAR)),
    ("average_day", Name(partial(Facts.average, unit="day"), months=1, default=_YEAR)),
    ("margin", Name(Facts.margin, months=1, default=_YEAR)),
    ("change change_per_cent", Name(Facts.change, months=2, default=_YEARS)),
    ("share", Name(Facts.share, words=1, months=1, default=_YEAR)),
    ("lowest highest", Name(Facts.extremes, months=1, default=_YEAR)),
    ("rate_per_1000 peer_rate peer_average peer_lower peer_upper", Name(Facts.rates)),
    ("peer", Name(Facts.rates, words=1)),
    ("rank national_rank", Name(Facts.ranks)),
    ("target from_target", Name(Facts.target)),
    ("first_published first_published_12", Name(Facts.first_published, words=1)),
)
NAMES = {name: rule for names, rule in _ROWS for name in names.split()}
"""What may stand between braces beside the windows of `spans.windows`."""


def look_up(facts: Facts, code: str, name: str, arguments: Sequence[str]) -> Fact | None:
    """The fact that a binding names; None where there is no such figure. Raises InputError for wrong brackets."""
    rule, windows = NAMES.get("figure" if name == "quarter" and arguments else name), facts.windows(code)
    if rule is None:
        if arguments:
            raise InputError(f"{name} takes no brackets; figure({_quoted(arguments[0])}) does")
        return next(facts.level(code, windows[name]), None)
    stretches = arguments[rule.words :] or rule.default
    if len(arguments) < rule.words or len(stretches) != rule.months:
        raise InputError(f"{name} takes {wording.counted(rule.words + rule.months, 'name')} in its brackets")
    as_at = facts.findings[code].as_at
    at = [(spans.year if name == "year" else spans.read)(each, facts.quarter, as_at) for each in stretches]
    words = arguments[: rule.words]
    if not rule.months:  # all that there are of that kind: the one that is called so
        return next((fact for fact in rule.among(facts, code) if fact.binding == _call(name, *words)), None)
    if words and words[0] not in facts.findings:
        raise InputError(f"unknown measure {words[0]!r}; {suggestion(words[0], facts.findings)}")
    facts_there = [*rule.among(facts, code, *words, *at)]
    if rule.among == Facts.level:
        return next(iter(facts_there), None)
    return next((fact for fact in facts_there if fact.binding.partition("(")[0] == name), None)
