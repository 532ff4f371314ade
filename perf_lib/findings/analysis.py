"""Everything that is computed from comparable months, for all measures together and before the first view.

    analyse(comparables, months, quarter) → {code: fields of its Finding}

One pass answers the rules of every month for all measures of a scale, another what was to be expected of them, a third
projects them all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from perf_lib.config.catalogue import Scale
from perf_lib.findings import untold
from perf_lib.findings.aims import year_end
from perf_lib.findings.comparable_months import Comparable
from perf_lib.findings.verdict import Judged, Verdict, clear, verdict
from perf_lib.stats import forecast, spc, suspect_months
from perf_lib.stats.expected import YearOnYear, margins
from perf_lib.stats.expected.judging import STRETCHES, Judgement, assess, month_by_month
from perf_lib.stats.expected.years import of_years
from perf_lib.stats.series import YEAR
from perf_lib.stats.suspected_breaks import LevelShift, level_shift
from perf_lib.stats.transforms import Unit, scaled
from perf_lib.words.quarters import Quarter

SHOWN = 12
"""Quarters, the newest included, whose months have an expected range."""


def analyse(
    measures: Mapping[str, Comparable],
    months: Mapping[str, pd.DataFrame],
    quarter: Quarter,
) -> dict[str, dict[str, Any]]:
    """What each measure's months show, as fields of its Finding, which explains them.

    months: each measure's rows of the tidy frame, by month without gaps.
    """
    tested = {code: each for code, each in measures.items() if each.is_testable}
    groups = _judgements(tested)
    now, before = (_told(measures, months, groups, each) for each in (quarter, quarter.previous))
    projections = _projections(tested, quarter)
    published_history = _published_history(tested)
    jumps = suspect_months.jumps(months, {code: each.measure for code, each in measures.items()})
    ranges = {code: each for group in groups for code, each in group.ranges().items()}

    def of_one(code: str, each: Comparable) -> dict[str, Any]:
        empty = pd.DataFrame(index=each.values.index)
        return {
            "arithmetic": spc.arithmetic(each.values, each.rolling, **each.limits) if each.measure.has_signals else {},
            "signal_history": published_history.get(code, empty),
            "judged": now[code].judged,
            "expected_months": ranges.get(code, empty.reindex(columns=["expected", "lower", "upper"])),
            "verdict": _with_break(now[code].verdict, each),
            "verdict_before": before[code].verdict,
            "year_on_year": now[code].year,
            "projection": projections.get(code),
            "suspect_months": tuple(jump for jump in jumps if jump.measure == code),
        }

    return {code: of_one(code, each) for code, each in measures.items()}


def suspected_breaks(measures: Mapping[str, Comparable]) -> dict[str, LevelShift]:
    """The month at which each measure's level may have changed for good, for a person to judge; applied to nothing.

    Measures whose months cannot be tested are not among them.
    """
    return {code: level_shift(*each.cases, **each.limits) for code, each in measures.items() if each.is_testable}


def _with_break(told: Verdict, each: Comparable) -> Verdict:
    """The verdict, with the month of a suspected break beside it where it says that something is unlike before."""
    if not told.is_unlike or not each.is_testable:
        return told
    shift = level_shift(*each.cases, **each.limits)
    return replace(told, break_suspected=shift.month) if shift.suspected else told


@dataclass(frozen=True)
class _Told:
    """What is to be said of one measure at one quarter's end, and what it rests on."""

    judged: Mapping[str, Judged]
    year: YearOnYear | None
    verdict: Verdict


@dataclass(frozen=True)
class _Group:
    """Measures of one kind, judged together at the ends of quarters."""

    measures: Mapping[str, Comparable]
    unit: Unit
    months: pd.PeriodIndex
    ends: np.ndarray
    judgement: Judgement
    present: np.ndarray
    """Which months of each measure are compared: months x measures."""

    def at(self, quarter: Quarter) -> dict[str, tuple[dict[str, Judged], YearOnYear | None, float | None]]:
        """Months judged, the year against last and the chance of the whole at a quarter's end, by measure."""
        ends = [self.months[end] for end in self.ends]
        if quarter.last not in ends:
            return {code: ({}, None, None) for code in self.measures}
        at = ends.index(quarter.last)
        answers = {}
        for column, (code, each) in enumerate(self.measures.items()):
            adds_up = each.measure.denominator_is == "stock"  # months over the average of a stock add up
            year = of_years(self.judgement.year, self.unit, end=at, column=column)
            if year is not None and adds_up:
                year = replace(year, now=year.now * YEAR, before=year.before * YEAR)
            chance = float(self.judgement.p[at, column])
            judged = self._judged(at, column, adds_up)
            answers[code] = judged, _in_unit(year, each), chance if np.isfinite(chance) else None
        return answers

    def _judged(self, at: int, column: int, adds_up: bool) -> dict[str, Judged]:
        judged, last = {}, self.months[self.ends[at]]
        for each in STRETCHES:
            values = [float(part[at, column]) for part in self.judgement.stretches[each.name].parts]
            if not np.isfinite(values[-1]):
                continue
            times = each.months.stop - each.months.start if adds_up else 1
            observed, expected, lower, upper = (figure * times for figure in values[:-1])
            start = last - (each.back - 1)
            first_month, last_month = start + each.months.start, start + (each.months.stop - 1)
            end = self.ends[at] - each.back + 1
            compared = int(self.present[end + each.months.start : end + each.months.stop, column].sum())
            figures = observed, expected, lower, upper
            judged[each.name] = Judged(each.name, first_month, last_month, *figures, values[-1], compared)
        return judged

    def ranges(self) -> dict[str, pd.DataFrame]:
        """What was expected of each month of the quarters judged, by measure: columns expected, lower, upper."""
        index = pd.PeriodIndex([self.months[end] - back for end in self.ends for back in (2, 1, 0)])
        values, names = month_by_month(self.judgement), ["expected", "lower", "upper"]
        return {
            code: pd.DataFrame(values[:, 1:, column], index, names).reindex(each.values.index)
            for column, (code, each) in enumerate(self.measures.items())
        }


def _judgements(tested: Mapping[str, Comparable]) -> list[_Group]:
    """All that can be tested, judged in one pass for each kind, with denominators and without."""
    kinds: dict[tuple[Scale, bool], dict[str, Comparable]] = {}
    for code, each in tested.items():
        kinds.setdefault((each.cases[1], each.denominators is not None), {})[code] = each
    groups = []
    for (kind, _), group in kinds.items():
        numerators = _side_by_side({code: each.numerators for code, each in group.items()})
        below = {code: each.denominators for code, each in group.items() if each.denominators is not None}
        denominators = _side_by_side(below).reindex(numerators.index) if below else None
        series = scaled(numerators, kind, denominators, **_limits(group))
        newest = len(series.months) - 1
        ends = newest - 3 * np.arange(min(SHOWN, newest // 3 + 1))[::-1]
        present = np.isfinite(series.z)
        groups.append(_Group(group, series.scale.unit, series.months, ends, assess(series, ends), present))
    return groups


def _told(
    measures: Mapping[str, Comparable],
    months: Mapping[str, pd.DataFrame],
    groups: Sequence[_Group],
    quarter: Quarter,
) -> dict[str, _Told]:
    """The verdict on every measure at a quarter's end, with the false-discovery control over all of them."""
    answers = {code: answer for group in groups for code, answer in group.at(quarter).items()}
    for code in measures.keys() - answers.keys():
        years = months[code].assign(value=measures[code].rolling)  # a survey's and a rolling measure's own figures
        year = _year_as_supplied(measures[code], years.loc[: quarter.last])
        answers[code] = {}, year, None if year is None else year.p
    chances = {}
    for code, each in measures.items():
        cannot_be_told = untold.is_stale(each, quarter) or untold.is_of_too_few(each, quarter)
        chances[code] = None if cannot_be_told else answers[code][2]
    exceptional = clear(chances)
    by_measure = {}
    for code, each in measures.items():
        judged, year, _ = answers[code]
        reason = untold.reason(each, months[code], quarter) if chances[code] is None else ""
        graded = verdict(judged, year, chances[code], code in exceptional, each.measure.better, reason)
        by_measure[code] = _Told(judged, year, graded)
    return by_measure


def _year_as_supplied(each: Comparable, months: pd.DataFrame) -> YearOnYear | None:
    """The year against the last for figures that come as they are; None across a break or beside a month left out."""
    supplied = each.values.loc[months.index].dropna()
    if supplied.empty or untold.of_breaks(each, supplied.index[-1]):
        return None
    if not each.measure.year_is_supplied:  # a figure a quarter: four of them are a year
        cases = months["denominator"].rolling(YEAR, min_periods=1).sum()
        months = months.assign(value=each.rolling.reindex(months.index), denominator=cases.where(cases > 0))
    return _in_unit(margins.year_on_year(each.measure, months), each)


def _in_unit(year: YearOnYear | None, each: Comparable) -> YearOnYear | None:
    """The change in the unit that the measure's are printed in: a percentage's in points, within what it can be."""
    if year is None:
        return None
    if not each.measure.is_percentage:
        return replace(year, unit="its own") if year.unit == "percentage points" else year
    times = year.before / 100 if year.unit == "per cent" else 1.0  # the mean of percentages
    lower, upper = max(year.lower * times, -year.before), year.upper * times
    if each.measure.traits.scale != "mean":
        upper = min(upper, 100 - year.before)
    return replace(year, change=year.now - year.before, lower=lower, upper=upper, unit="percentage points")


def _projections(
    tested: Mapping[str, Comparable], quarter: Quarter
) -> dict[str, forecast.Projection | forecast.Refused]:
    asked = {code: forecast.Months(*each.cases, **each.limits) for code, each in tested.items()}
    ahead = year_end(quarter) - quarter.last
    outlooks = forecast.project_all(asked, max(forecast.AHEAD, ahead.n if ahead.n < YEAR else 0))
    for code, outlook in outlooks.items():
        # Over the average of a stock, twelve months add up (days lost a head); over a flow, they average.
        if isinstance(outlook, forecast.Projection) and tested[code].measure.denominator_is == "stock":
            outlooks[code] = outlook.times(YEAR)
    return outlooks


def _published_history(tested: Mapping[str, Comparable]) -> dict[str, pd.DataFrame]:
    """The published rules at every month, by measure: months in rows, codes in columns."""
    if not tested:
        return {}
    values = _side_by_side({code: each.values for code, each in tested.items()})
    rolling = _side_by_side({code: each.rolling for code, each in tested.items()}).reindex(values.index)
    answers = spc.signals(values, rolling=rolling, every_month=True, **_limits(tested))
    return {code: answers.loc[code].reindex(each.values.index) for code, each in tested.items()}


def _side_by_side(columns: Mapping[str, pd.Series]) -> pd.DataFrame:
    return pd.DataFrame(dict(columns)).sort_index()


def _limits(measures: Mapping[str, Comparable]) -> dict[str, Any]:
    return {name: {code: each.limits[name] for code, each in measures.items()} for name in ("breaks", "exclude")}
