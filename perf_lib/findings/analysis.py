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
from perf_lib.findings.comparable_months import Comparable
from perf_lib.findings.verdict import Judged, Verdict, clear, verdict
from perf_lib.stats import forecast, spc, suspect_months, targets
from perf_lib.stats.expected import YearOnYear, margins
from perf_lib.stats.expected.histories import SHORTEST
from perf_lib.stats.expected.judging import STRETCHES, Judgement, assess
from perf_lib.stats.expected.years import of_years
from perf_lib.stats.series import YEAR
from perf_lib.stats.suspected_breaks import LevelShift, level_shift
from perf_lib.stats.transforms import Unit, scaled
from perf_lib.words import wording
from perf_lib.words.quarters import Quarter

SHOWN = 12
"""Quarters, the newest included, whose months have an expected range."""


def analyse(
    measures: Mapping[str, Comparable],
    months: Mapping[str, pd.DataFrame],
    quarter: Quarter,
    figures: Mapping[str, float | None],
) -> dict[str, dict[str, Any]]:
    """What each measure's months show, as fields of its Finding, which explains them.

    months: each measure's rows of the tidy frame, by month without gaps. figures: each measure's for the quarter.
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
        projection = projections.get(code)
        return {
            "arithmetic": spc.arithmetic(each.values, each.rolling, **each.limits) if each.measure.has_signals else {},
            "signal_history": published_history.get(code, empty),
            "judged": now[code].judged,
            "expected_months": ranges.get(code, empty.reindex(columns=["expected", "lower", "upper"])),
            "verdict": _with_break(now[code].verdict, each),
            "verdict_before": before[code].verdict,
            "year_on_year": now[code].year,
            "projection": projection,
            "target": _target(each, projection, quarter, figures[code]),
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
            answers[code] = self._judged(at, column, adds_up), year, chance if np.isfinite(chance) else None
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
            judged[each.name] = Judged(each.name, first_month, last_month, observed, expected, lower, upper, values[-1])
        return judged

    def ranges(self) -> dict[str, pd.DataFrame]:
        """What was expected of each month of the quarters judged, by measure: columns expected, lower, upper."""
        index = pd.PeriodIndex([self.months[end] - back for end in self.ends for back in (2, 1, 0)])
        by_month = [self.judgement.stretches[f"month_{number}"].parts[1:4] for number in (1, 2, 3)]
        values = np.array(by_month)  # months x parts x ends x series
        names = ["expected", "lower", "upper"]
        return {
            code: pd.DataFrame(values[..., column].transpose(2, 0, 1).reshape(-1, 3), index, names).reindex(
                each.values.index
            )
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
        groups.append(_Group(group, series.scale.unit, series.months, ends, assess(series, ends)))
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
        year = margins.year_on_year(measures[code].measure, years.loc[: quarter.last])
        answers[code] = {}, year, None if year is None else year.p
    chances = {}
    for code, each in measures.items():
        cannot_be_told = _is_stale(each, quarter) or _is_of_too_few(each, quarter)
        chances[code] = None if cannot_be_told else answers[code][2]
    exceptional = clear(chances)
    told = {}
    for code, each in measures.items():
        judged, year, _ = answers[code]
        reason = _reason(each, quarter) if chances[code] is None else ""
        graded = verdict(judged, year, chances[code], code in exceptional, each.measure.better, reason)
        told[code] = _Told(judged, year, graded)
    return told


def _is_stale(each: Comparable, quarter: Quarter) -> bool:
    """Whether the figures stop before the quarter; a survey's, which come late, more than a year before its end."""
    supplied = each.values.loc[: quarter.last].dropna()
    is_late = each.measure.frequency == "quarterly" and each.measure.has_margin
    oldest = quarter.last - (YEAR - 1) if is_late else quarter.first
    return supplied.empty or supplied.index[-1] < oldest


def _is_of_too_few(each: Comparable, quarter: Quarter) -> bool:
    """Whether the quarter's figure is a share of so few that none could be told from chance."""
    if not each.measure.is_share or each.denominators is None:
        return False
    return float(each.denominators.loc[quarter.first : quarter.last].sum()) < margins.FEWEST


def _reason(each: Comparable, quarter: Quarter) -> str:
    """Why nothing can be told of a measure."""
    supplied = each.values.loc[: quarter.last].dropna()
    if supplied.empty:
        return wording.NOT_SUPPLIED
    if _is_stale(each, quarter):
        return f"no figure since {wording.month(supplied.index[-1])}"
    if _is_of_too_few(each, quarter):
        return "too few to tell"
    if not each.is_testable:
        told = each.measure.has_margin or each.measure.is_counted
        return "no earlier figure to tell by" if told else "the number behind it was not supplied"
    changed = [each_break.starts for each_break in each.breaks if each_break.starts_anew]
    if changed and changed[-1] > quarter.last - SHORTEST:
        return f"counting changed in {wording.month(changed[-1])}"
    if len(supplied) < SHORTEST:
        return f"only {wording.counted(len(supplied), 'month')} to go by"
    return "too few months to go by"


def _target(
    each: Comparable, projection: forecast.Projection | forecast.Refused | None, quarter: Quarter, figure: float | None
) -> targets.TargetOutlook | None:
    measure = each.measure
    if measure.target is None or measure.better == "neither":
        return None
    return targets.outlook(measure.target, measure.better, figure, projection, _year_end(quarter), measure.is_count)


def _year_end(quarter: Quarter) -> pd.Period:
    """The last month of the quarter's financial year, or of the next where the quarter ends one."""
    left = (4 - len(quarter.year_to_date)) * 3
    return quarter.last + (left or YEAR)


def _projections(
    tested: Mapping[str, Comparable], quarter: Quarter
) -> dict[str, forecast.Projection | forecast.Refused]:
    asked = {code: forecast.Months(*each.cases, **each.limits) for code, each in tested.items()}
    ahead = _year_end(quarter) - quarter.last
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
