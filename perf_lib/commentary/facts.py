"""What the data say, figure by figure: each fact with its words and with the binding that prints it.

Levels, parts, averages, changes, rates, ranks, extremes, shares, targets, margins and first published figures of any
months. One table of names (`NAMES`) serves those who bind a figure and those who trace one that was typed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
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

    @property
    def way(self) -> int:
        """Which way a change went: 1 up, -1 down, 0 neither; 0 for what is no change."""
        return (self.value > 1e-9) - (self.value < -1e-9) if self.against is not None else 0


class Facts:
    """The figures of a report, looked up and remembered."""

    def __init__(self, findings: Mapping[str, Finding], quarter: Quarter) -> None:
        self.findings, self.quarter = findings, quarter
        self.last = quarter.last.ordinal
        self._figures: dict[tuple[str, Span], Figure] = {}
        self._rolled: dict[str, RollUp] = {}
        self._months: dict[str, dict[int, float]] = {}
        self._usual: dict[str, list[Fact]] = {}
        self._windows: dict[str, Mapping[str, Span]] = {}

    # --- months

    def figure(self, code: str, span: Span) -> Figure:
        """What a measure comes to over some months, as far as the report's own quarter."""
        key = (code, span)
        if key not in self._figures:
            finding = self.findings[code]
            months = finding.months
            is_outside = span.last > self.last or span.length > LONGEST
            if code not in self._rolled:
                self._rolled[code] = RollUp(months, finding.measure)
            if is_outside or not len(months) or span.first < months.index[0].ordinal:
                self._figures[key] = NOTHING
            else:
                self._figures[key] = self._rolled[code].over(*span.ends)
        return self._figures[key]

    def months(self, code: str, within: Span | None = None) -> dict[int, float]:
        """A measure's months by number, those without a figure left out; those in a stretch, where one is given."""
        if code not in self._months:
            values = self.findings[code].months["value"].dropna()
            self._months[code] = {month.ordinal: float(value) for month, value in values.items()}
        months = self._months[code]
        if within is None:
            return months
        return {at: value for at, value in months.items() if within.first <= at <= within.last}

    def windows(self, code: str) -> Mapping[str, Span]:
        """The stretches that bindings name, for one measure."""
        if code not in self._windows:
            self._windows[code] = spans.windows(self.quarter, self.findings[code].as_at)
        return self._windows[code]

    def name(self, code: str, span: Span) -> str:
        """What a binding calls a stretch: a window where it is one, or its months."""
        return next((name for name, window in self.windows(code).items() if window == span), str(span))

    def measure(self, code: str) -> Measure:
        """The measure of a code."""
        return self.findings[code].measure

    # --- facts

    def level(self, code: str, span: Span) -> Iterator[Fact]:
        """What the measure came to."""
        value, measure = self.figure(code, span).value, self.measure(code)
        if value is not None:
            name = self.name(code, span)
            binding = name if name in self.windows(code) else _call("month" if span.length == 1 else "figure", name)
            words = f"{'the total' if measure.is_count else 'the figure'}, {span.in_words}"
            yield Fact(value, _scale(measure), code, words, narrative.in_prose(value, measure), binding, span)

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
                binding = _call(name, self.name(code, span))
                yield Fact(value, "count", code, f"{words}, {span.in_words}", printed, binding, span)

    def margin(self, code: str, span: Span) -> Iterator[Fact]:
        """The margin of error of a survey's figure."""
        value = self.figure(code, span).margin
        if value is not None:
            binding = _call("margin", self.name(code, span))
            printed = wording.percentage_points(value)
            yield Fact(value, "points", code, f"the margin of error, {span.in_words}", printed, binding, span)

    def average(self, code: str, span: Span, unit: str = "month") -> Iterator[Fact]:
        """A count a month, a quarter, a week or a day."""
        value = self.figure(code, span).value
        if value is None or not self.measure(code).is_count or (span.length == 1 and unit == "month"):
            return
        first, last = span.ends
        days = (last.end_time.normalize() - first.start_time).days + 1
        sizes = {"month": span.length, "quarter": span.length / 3, "week": days / 7, "day": days}
        average = value / sizes[unit]
        binding = _call("average" if unit == "month" else f"average_{unit}", self.name(code, span))
        printed = wording.number(average, 1)
        yield Fact(average, "unit", code, f"the average a {unit}, {span.in_words}", printed, binding, span)

    def change(self, code: str, now: Span, before: Span) -> Iterator[Fact]:
        """The difference between two stretches, in the unit and in per cent."""
        one, other, measure = self.figure(code, now).value, self.figure(code, before).value, self.measure(code)
        if one is None or other is None:
            return
        names = [self.name(code, now), self.name(code, before)]
        between = f"from {before.in_words} to {now.in_words}"
        size, is_points = one - other, measure.is_percentage
        printed = wording.percentage_points(abs(size)) if is_points else narrative.in_prose(abs(size), measure)
        is_usual = names == ["rolling_12", "previous_12"]
        yield Fact(
            size, "points" if is_points else _scale(measure), code, f"the change {between}", printed,
            "change" if is_usual else _call("change", *names), now, before,
        )  # fmt: skip
        relative = series.change_per_cent(one, other)
        if relative is not None and not is_points:
            yield Fact(
                relative, "percent", code, f"the change in per cent {between}", wording.per_cent(abs(relative)),
                "change_per_cent" if is_usual else _call("change_per_cent", *names), now, before,
            )  # fmt: skip

    def share(self, code: str, of: str, span: Span) -> Iterator[Fact]:
        """A count as a share of another measure's in the same months."""
        part, whole = self.figure(code, span).value, self.figure(of, span).value
        if part is not None and whole and code != of and self.measure(code).is_count and self.measure(of).is_count:
            title = self.measure(of).title
            words, binding = f"the share of {title}, {span.in_words}", _call("share", of, self.name(code, span))
            yield Fact(100 * part / whole, "percent", code, words, wording.per_cent(100 * part / whole), binding, span)

    def rates(self, code: str) -> Iterator[Fact]:
        """Rates per 1,000: the area's own, the group's average and bounds, each peer's."""
        finding, comparison = self.findings[code], self.findings[code].peers

        def fact(value: float, words: str, binding: str, month: pd.Period | None) -> Fact:
            span = None if month is None else Span.ending(month.ordinal)
            return Fact(value, "rate", code, words, narrative.rate_in_prose(value), binding, span)

        if finding.rate is not None:
            yield fact(finding.rate, "the rate per 1,000 residents", "rate_per_1000", finding.as_at)
        if comparison is None:
            return
        at, month = comparison.position, comparison.month
        yield fact(at.rate, "the rate among peers", "peer_rate", month)
        yield fact(at.average, "the average of the group", "peer_average", month)
        yield fact(comparison.lower, "the lower bound of the group's average", "peer_lower", month)
        yield fact(comparison.upper, "the upper bound of the group's average", "peer_upper", month)
        for area, rate in comparison.rates.items():
            if area != finding.area:
                yield fact(float(rate), f"the rate of {area}", _call("peer", str(area)), month)

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
        months, measure = self.months(code, span), self.measure(code)
        for name, which in (("lowest", min), ("highest", max)) if len(months) > 1 else ():
            at = which(months, key=months.__getitem__)
            words = f"the {name} month of {span.in_words}, {Span.month(at).in_words}"
            printed, binding = narrative.in_prose(months[at], measure), _call(name, self.name(code, span))
            yield Fact(months[at], _scale(measure), code, words, printed, binding, Span.month(at))

    def target(self, code: str) -> Iterator[Fact]:
        """The target, and how far the quarter is from it."""
        measure, now = self.measure(code), self.windows(code)["quarter"]
        outlook = self.findings[code].target
        if outlook is None:
            return
        value = self.figure(code, now).value
        levels = [level for level in (outlook.bounds.low, outlook.bounds.high) if level is not None]
        for level in levels:
            yield Fact(level, _scale(measure), code, "the target", narrative.in_prose(level, measure), "target")
        if value is not None:
            gap = value - levels[0]
            printed = narrative.in_prose(abs(gap), measure)
            words = "the distance from the target"
            yield Fact(gap, _scale(measure), code, words, printed, "from_target", now, now)

    def first_published(self, code: str) -> Iterator[Fact]:
        """Figures as they were first published."""
        finding, measure = self.findings[code], self.measure(code)
        for line in {line.quarter: line for line in (*finding.earlier, *finding.box)}.values():
            span = Span.of(line.quarter)
            year = Span.ending(span.last)
            for name, value, about in (
                ("first_published", line.first_value, span), ("first_published_12", line.first_rolling, year)
            ):  # fmt: skip
                if value is not None:
                    words, printed = f"first published for {about.in_words}", narrative.in_prose(value, measure)
                    yield Fact(value, _scale(measure), code, words, printed, _call(name, str(span)), about)

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

    def usual(self, code: str) -> list[Fact]:
        """All of them, for whom the sentence does not say which it means."""
        if code not in self._usual:
            stretches, last = self.usual_spans(code), self.last
            months = [Span.month(at) for at in range(last, last - 24, -1)]
            quarters = [Span.ending(at, 3) for at in range(last, last - 24, -3)]
            facts: list[Fact] = []
            for span in dict.fromkeys([*stretches, *quarters, *months]):
                facts += self.level(code, span)
            for span in stretches[:3]:
                facts += [*self.parts(code, span), *self.average(code, span), *self.margin(code, span)]
            for pair in self.usual_pairs(code):
                facts += self.change(code, *pair)
            facts += [*self.rates(code), *self.ranks(code), *self.target(code), *self.first_published(code)]
            for of, span in product(self.wholes(code), stretches[:2]):
                facts += self.share(code, of, span)
            self._usual[code] = facts
        return self._usual[code]

    def wholes(self, code: str) -> list[str]:
        """The counts that a measure may be a share of: its breakdown's total, and the largest of its unit."""
        measure, year = self.measure(code), self.windows(code)["rolling_12"]
        own = self.figure(code, year).value
        if own is None or not measure.is_count:
            return []
        of_unit = (each for each, f in self.findings.items() if f.measure.is_count and f.measure.unit == measure.unit)
        totals = {each: self.figure(each, year).value or 0.0 for each in of_unit}
        largest = [each for each in sorted(totals, key=lambda each: -totals[each]) if totals[each] > own]
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
NAMES: Mapping[str, Name] = {
    "figure": Name(Facts.level, months=1),
    "month": Name(Facts.level, months=1),
    "year": Name(Facts.level, months=1),
    "numerator": Name(Facts.parts, months=1, default=_QUARTER),
    "denominator": Name(Facts.parts, months=1, default=_QUARTER),
    "rest": Name(Facts.parts, months=1, default=_QUARTER),
    "average": Name(Facts.average, months=1, default=_YEAR),
    "average_quarter": Name(partial(Facts.average, unit="quarter"), months=1, default=_YEAR),
    "average_week": Name(partial(Facts.average, unit="week"), months=1, default=_YEAR),
    "average_day": Name(partial(Facts.average, unit="day"), months=1, default=_YEAR),
    "margin": Name(Facts.margin, months=1, default=_YEAR),
    "change": Name(Facts.change, months=2, default=_YEARS),
    "change_per_cent": Name(Facts.change, months=2, default=_YEARS),
    "share": Name(Facts.share, words=1, months=1, default=_YEAR),
    "lowest": Name(Facts.extremes, months=1, default=_YEAR),
    "highest": Name(Facts.extremes, months=1, default=_YEAR),
    "peer": Name(Facts.rates, words=1),
    "first_published": Name(Facts.first_published, words=1),
    "first_published_12": Name(Facts.first_published, words=1),
    **dict.fromkeys("rate_per_1000 peer_rate peer_average peer_lower peer_upper".split(), Name(Facts.rates)),
    **dict.fromkeys("rank national_rank".split(), Name(Facts.ranks)),
    **dict.fromkeys("target from_target".split(), Name(Facts.target)),
}
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
