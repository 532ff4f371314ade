"""Everything that is computed from comparable months, for all measures together and before the first view.

    analyse(comparables, months) → {code: fields of its Finding}

One pass answers the rules of every month for all measures of a scale; another smooths all projections.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from perf_lib.config.catalogue import Scale
from perf_lib.findings.comparable_months import Comparable
from perf_lib.stats import calibrated, forecast, spc, suspect_months
from perf_lib.stats.series import YEAR
from perf_lib.stats.suspected_breaks import LevelShift, level_shift


def analyse(measures: Mapping[str, Comparable], months: Mapping[str, pd.DataFrame]) -> dict[str, dict[str, Any]]:
    """What each measure's months show, as fields of its Finding, which explains them.

    months: each measure's rows of the tidy frame, by month without gaps.
    """
    tested = {code: each for code, each in measures.items() if each.is_testable}
    sums = {code: calibrated.arithmetic(*each.cases, **each.limits) for code, each in tested.items()}
    chances = {code: _chance(tests) for code, tests in sums.items()}
    exceptional, projections = headlines(chances), _projections(tested)
    published_history, calibrated_history = _published_history(tested), _calibrated_history(tested)
    jumps = suspect_months.jumps(months, {code: each.measure for code, each in measures.items()})

    def of_one(code: str, each: Comparable) -> dict[str, Any]:
        empty, has_signals = pd.DataFrame(index=each.values.index), each.measure.has_signals
        return {
            "arithmetic": spc.arithmetic(each.values, each.rolling, **each.limits) if has_signals else {},
            "calibrated": sums.get(code, {}),
            "signal_history": published_history.get(code, empty),
            "calibrated_history": calibrated_history.get(code, empty),
            "baseline": spc.baseline(each.values, **each.limits) if has_signals else empty,
            "chance": chances.get(code),
            "is_headline": code in exceptional,
            "year_on_year": calibrated.year_on_year(*each.cases, **each.limits) if code in tested else None,
            "projection": projections.get(code),
            "assurance": _assurance(each),
            "suspect_months": tuple(jump for jump in jumps if jump.measure == code),
        }

    return {code: of_one(code, each) for code, each in measures.items()}


def headlines(chances: Mapping[str, float | None]) -> frozenset[str]:
    """Measures that survive the false-discovery control over all that could be tested.

    chances: by measure, how likely one in which nothing changed is to look as unusual; None where it was not tested.

    >>> sorted(headlines({"a": 0.001, "b": 0.04, "c": 0.9, "d": None}))
    ['a', 'b']
    """
    chosen = calibrated.false_discovery(pd.Series(chances))
    return frozenset(chosen.index[chosen])


def suspected_breaks(measures: Mapping[str, Comparable]) -> dict[str, LevelShift]:
    """The month at which each measure's level may have changed for good, for a person to judge; applied to nothing.

    Measures whose months cannot be tested are not among them. No Finding has it: it takes a quarter as long as opening
    the report does, and analysts alone ask for it.
    """
    return {code: level_shift(*each.cases, **each.limits) for code, each in measures.items() if each.is_testable}


def _chance(tests: Mapping[str, calibrated.Arithmetic]) -> float | None:
    p = [test.p for test in tests.values() if test.p is not None]
    return min(1.0, calibrated.TESTS_WORTH * min(p)) if p else None


def _assurance(each: Comparable) -> spc.Assurance | None:
    target, better = each.measure.target, each.measure.better
    if target is None or better == "neither":
        return None
    return spc.assurance(each.values, target, better, **each.limits)


def _projections(tested: Mapping[str, Comparable]) -> dict[str, forecast.Projection | forecast.Refused]:
    asked = {code: forecast.Months(*each.cases, **each.limits) for code, each in tested.items()}
    outlooks = forecast.project_all(asked)
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
    return _by_measure(spc.signals(values, rolling=rolling, every_month=True, **_limits(tested)), tested)


def _calibrated_history(tested: Mapping[str, Comparable]) -> dict[str, pd.DataFrame]:
    """The calibrated rules at every month: one pass for each scale, with denominators and without."""
    groups: dict[tuple[Scale, bool], dict[str, Comparable]] = {}
    for code, each in tested.items():
        groups.setdefault((each.cases[1], each.denominators is not None), {})[code] = each
    history: dict[str, pd.DataFrame] = {}
    for (scale, _), group in groups.items():
        numerators = _side_by_side({code: each.numerators for code, each in group.items()})
        below = {code: each.denominators for code, each in group.items() if each.denominators is not None}
        denominators = _side_by_side(below).reindex(numerators.index) if below else None
        answers = calibrated.signals(numerators, scale, denominators, every_month=True, **_limits(group))
        history |= _by_measure(answers, group)
    return history


def _side_by_side(columns: Mapping[str, pd.Series]) -> pd.DataFrame:
    return pd.DataFrame(dict(columns)).sort_index()


def _limits(measures: Mapping[str, Comparable]) -> dict[str, Any]:
    return {name: {code: each.limits[name] for code, each in measures.items()} for name in ("breaks", "exclude")}


def _by_measure(answers: pd.DataFrame, measures: Mapping[str, Comparable]) -> dict[str, pd.DataFrame]:
    return {code: answers.loc[code].reindex(each.values.index) for code, each in measures.items()}
