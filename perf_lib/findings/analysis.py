"""Everything that is computed from comparable months, for all measures together and before the first view.

    analyse(comparables, months, quarter) → {code: fields of its Finding}

One pass answers the rules of every month for all measures of a scale, another what was to be expected of them, a third
projects them all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
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
from perf_lib.stats.transforms import scaled
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
    judged, years, chances, ranges = _expectations(tested)
    for code in measures.keys() - tested.keys():
        years[code] = year = margins.year_on_year(measures[code].measure, months[code])
        chances[code] = None if year is None else year.p
    for code, each in measures.items():
        if _is_stale(each, quarter) or _is_of_too_few(each, quarter):
            chances[code] = None
    exceptional = clear(chances)
    projections = _projections(tested, quarter)
    published_history = _published_history(tested)
    jumps = suspect_months.jumps(months, {code: each.measure for code, each in measures.items()})

    def of_one(code: str, each: Comparable) -> dict[str, Any]:
        empty = pd.DataFrame(index=each.values.index)
        reason = _reason(each, quarter) if chances[code] is None else ""
        told = verdict(
            judged.get(code, {}), years[code], chances[code], code in exceptional, each.measure.better, reason
        )
        projection = projections.get(code)
        return {
            "arithmetic": spc.arithmetic(each.values, each.rolling, **each.limits) if each.measure.has_signals else {},
            "signal_history": published_history.get(code, empty),
            "judged": judged.get(code, {}),
            "expected_months": ranges.get(code, empty.reindex(columns=["expected", "lower", "upper"])),
            "verdict": _with_break(told, each),
            "year_on_year": years[code],
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


def _expectations(
    tested: Mapping[str, Comparable],
) -> tuple[
    dict[str, dict[str, Judged]], dict[str, YearOnYear | None], dict[str, float | None], dict[str, pd.DataFrame]
]:
    """By measure: months judged, the year against last, the chance of the whole, and each month's expected range."""
    groups: dict[tuple[Scale, bool], dict[str, Comparable]] = {}
    for code, each in tested.items():
        groups.setdefault((each.cases[1], each.denominators is not None), {})[code] = each
    judged: dict[str, dict[str, Judged]] = {}
    years: dict[str, YearOnYear | None] = {}
    chances: dict[str, float | None] = {}
    ranges: dict[str, pd.DataFrame] = {}
    for (kind, _), group in groups.items():
        numerators = _side_by_side({code: each.numerators for code, each in group.items()})
        below = {code: each.denominators for code, each in group.items() if each.denominators is not None}
        denominators = _side_by_side(below).reindex(numerators.index) if below else None
        series = scaled(numerators, kind, denominators, **_limits(group))
        newest = len(series.months) - 1
        ends = newest - 3 * np.arange(min(SHOWN, newest // 3 + 1))[::-1]
        judgement = assess(series, ends)
        for column, (code, each) in enumerate(group.items()):
            factor = YEAR if each.measure.denominator_is == "stock" else 1
            judged[code] = _judged(judgement, series.months, column, factor / YEAR if factor > 1 else 0)
            years[code] = _times(of_years(judgement.year, kind, end=-1, column=column), factor)
            chance = float(judgement.p[-1, column])
            chances[code] = chance if np.isfinite(chance) else None
            ranges[code] = _ranges(judgement, series.months[ends], column).reindex(each.values.index)
    return judged, years, chances, ranges


def _judged(judgement: Judgement, months: pd.PeriodIndex, column: int, per_month: float) -> dict[str, Judged]:
    """The months judged of one measure at the newest quarter's end, those that could be.

    per_month: by what a figure grows with each month of a stretch, where months over a stock add up; else nought.
    """
    judged = {}
    for each in STRETCHES:
        values = [float(part[-1, column]) for part in judgement.stretches[each.name].parts]
        if not np.isfinite(values[-1]):
            continue
        first = months[-1] - (each.back - 1) + each.months.start
        last = months[-1] - (each.back - each.months.stop)
        factor = per_month * (each.months.stop - each.months.start) or 1.0
        observed, expected, lower, upper = (figure * factor for figure in values[:-1])
        judged[each.name] = Judged(each.name, first, last, observed, expected, lower, upper, values[-1])
    return judged


def _times(year: YearOnYear | None, factor: float) -> YearOnYear | None:
    if year is None or factor == 1:
        return year
    return replace(year, now=year.now * factor, before=year.before * factor)


def _ranges(judgement: Judgement, ends: pd.PeriodIndex, column: int) -> pd.DataFrame:
    """What was expected of each month of the quarters judged: columns expected, lower, upper."""
    rows = {}
    for number in range(3):
        of_month = judgement.stretches[f"month_{number + 1}"]
        for at, end in enumerate(ends):
            rows[end - (2 - number)] = [float(part[at, column]) for part in of_month.parts[1:4]]
    return pd.DataFrame.from_dict(rows, orient="index", columns=["expected", "lower", "upper"])


def _is_stale(each: Comparable, quarter: Quarter) -> bool:
    """Whether the figures stop before the quarter; a survey's, which come late, more than a year before its end."""
    supplied = each.values.dropna()
    oldest = quarter.last - (YEAR - 1) if each.measure.frequency == "quarterly" else quarter.first
    return supplied.empty or supplied.index[-1] < oldest


def _is_of_too_few(each: Comparable, quarter: Quarter) -> bool:
    """Whether the quarter's figure is a share of so few that none could be told from chance."""
    if not each.measure.is_share or each.denominators is None:
        return False
    return float(each.denominators.loc[quarter.first : quarter.last].sum()) < margins.FEWEST


def _reason(each: Comparable, quarter: Quarter) -> str:
    """Why nothing can be told of a measure."""
    supplied = each.values.dropna()
    if supplied.empty:
        return wording.NOT_SUPPLIED
    if _is_stale(each, quarter):
        return f"no figure since {wording.month(supplied.index[-1])}"
    if _is_of_too_few(each, quarter):
        return "too few to tell"
    if not each.is_testable:
        return "no earlier figure to tell by" if each.measure.has_margin else "the number behind it was not supplied"
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
