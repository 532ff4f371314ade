"""The calibrated rules: the same ten symbols, each at a stated rate of false alarms.

Five questions of a monthly series (formulas and sources: `contrasts`): is the last month, are the last three, the last
eight, unusual for the time of year; does the last year slope; does it differ from the year before. Seasons are
estimated with the question, and the test allows for the likeness of neighbouring months, so that at alpha = 0.01 about
one stable measure in thirty shows anything at a quarter's end.

- History: the last 60 months, else 48, else 36; with 24 only "this year minus last"; with fewer, nothing.
- Counts are tested as 2 sqrt(y + 3/8), whose variance does not depend on the level (Anscombe 1948); proportions as
  arcsin sqrt((x + 3/8) / (n + 3/4)) (the same paper); means, such as durations, as logarithms.
- Small numbers: at fewer than 5 expected a month (of the numerator, and of the denominator less the numerator) the test
  is made on quarters, which can answer for the three months, the slope and the year; at fewer than 5 a quarter there is
  no test.
- The regression leaves out a month that is missing or excluded and imputes nothing; the months that a question judges
  must all be present, and three quarters of its history. No history reaches back over a break.
- "Three months high" and "eight months high" say that each of those months is high, so the symbol also needs each to
  depart from its usual level in that direction. This can only lower the false alarms.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy.special import stdtrit  # type: ignore[import-untyped]  # SciPy ships no types

from perf_lib.stats.calibrated.contrasts import CONTRASTS, Contrast, table
from perf_lib.stats.calibrated.regression import HISTORIES, Assessment, p_value, significant
from perf_lib.stats.months import YEAR, Months, MonthsBySeries
from perf_lib.stats.spc import CODES, NO_DATA
from perf_lib.stats.transforms import EXPECTED_AT_LEAST, Kind, scaled, scaled_series

__all__ = ["ANY_FALSE_ALARM", "FALSE_DISCOVERY", "TESTS_WORTH", "Arithmetic", "Kind", "YearOnYear"]
__all__ += ["arithmetic", "false_discovery", "signals", "year_on_year"]

# Per cent of simulated stable series that show at least one calibrated symbol at a quarter's end, at alpha = 0.01 and
# with 60 months of history: mean of six kinds of series and five levels (tests/benchmarks).
ANY_FALSE_ALARM = 3.4

# A measure has five tests of the same months. Four times the smallest p-value keeps its level: they are worth about
# four independent tests.
TESTS_WORTH = 4.0
FALSE_DISCOVERY = 0.10


def signals(
    frame: pd.DataFrame,
    kind: Kind = "count",
    denominators: pd.DataFrame | None = None,
    alpha: float = 0.01,
    every_month: bool = False,
    p_values: bool = False,
    breaks: MonthsBySeries | None = None,
    exclude: MonthsBySeries | None = None,
) -> pd.DataFrame:
    """Which calibrated symbols show, in the shape of `spc.signals`: series by codes, for the newest month.

    frame: a series a column, months in rows. With denominators (same series and months) it holds **numerators**:
    successes of so many cases for a proportion, total minutes of so many incidents for a mean. Without, a count is a
    count, a proportion a percentage (0 to 100) and a mean the mean itself. alpha: two-sided, for each rule.
    every_month: a row for each series and month. breaks, exclude: as in `perf_lib.stats.spc.signals`.

    p_values: instead of the booleans, each test's two-sided p-value under the symbol that its estimate points to, 1
    under the opposite symbol, missing where there was no test; without the no_data column. A symbol shows where its p
    is below alpha (and, for three and eight months, each month agrees). Raises InputError for a frame that is not
    monthly, for negative counts and for numerators above denominators.

    >>> months = pd.period_range("2015-01", periods=60, freq="M")
    >>> values = np.random.default_rng(2).poisson(100, (60, 2))
    >>> values[-3:, 1] += 60
    >>> shown = signals(pd.DataFrame(values, index=months, columns=["steady", "risen"]))
    >>> shown.loc["risen", ["month_high", "three_months_high", "month_low"]].tolist()
    [True, True, False]
    >>> bool(shown.loc["steady"].any())
    False
    """
    scale = scaled(frame, kind, denominators, breaks, exclude, None if every_month else HISTORIES[0])
    assessment = Assessment.of(scale, every_month)
    columns: dict[str, np.ndarray] = {} if p_values else {NO_DATA: assessment.no_data}
    for contrast in CONTRASTS:
        estimates = assessment.estimates[contrast.name]
        t = estimates.t
        if p_values:
            p = p_value(estimates)
            columns[contrast.high], columns[contrast.low] = np.where(t < 0, 1.0, p), np.where(t > 0, 1.0, p)
        else:
            shows = significant(estimates, alpha) & estimates.alike
            columns[contrast.high], columns[contrast.low] = shows & (t > 0), shows & ~(t > 0)
    return assessment.laid_out(columns, every_month)


def false_discovery(p: pd.DataFrame | pd.Series, rate: float = FALSE_DISCOVERY) -> pd.Series:
    """Which measures are the report's headline exceptions: Benjamini & Hochberg's (1995) step-up over measures.

    p: `signals(..., p_values=True)`, a row a measure, which counts with min(1, 4 x its smallest p-value); or one
    p-value a measure. Of the measures chosen, at most `rate` are expected to be false. Measures without a test take no
    part and are not chosen.

    >>> false_discovery(pd.Series({"a": 0.001, "b": 0.04, "c": 0.9, "d": None})).to_dict()
    {'a': True, 'b': True, 'c': False, 'd': False}
    """
    each = ((TESTS_WORTH * p.min(axis=1)).clip(upper=1.0) if isinstance(p, pd.DataFrame) else p).astype(float)
    tested = each.dropna().sort_values()
    lines = rate * np.arange(1, len(tested) + 1) / max(len(tested), 1)
    under = np.flatnonzero(tested.to_numpy() <= lines)
    return each <= tested.iloc[under[-1]] if len(under) else pd.Series(False, index=each.index)


@dataclass(frozen=True)
class YearOnYear:
    """This year beside last: the plain change, and the test's interval for it.

    `now` and `before` are the rolling 12-month figures. For counts and means `change` is per cent; for proportions it
    is in percentage points. `lower` and `upper` are the test's own (95 per cent by default): nought lies outside them
    exactly where the test's p-value is below one less that level.
    """

    now: float
    before: float
    change: float
    unit: Literal["per cent", "percentage points"]
    lower: float
    upper: float
    level: float
    p: float
    df: float
    history: int


def year_on_year(
    series: pd.Series,
    kind: Kind = "count",
    denominators: pd.Series | None = None,
    level: float = 0.95,
    breaks: Months = (),
    exclude: Months = (),
) -> YearOnYear | None:
    """How much the last 12 months differ from the 12 before, with an interval; None where there is no test.

    kind, denominators, breaks, exclude and errors: as in `signals`.

    >>> months = pd.period_range("2015-01", periods=60, freq="M")
    >>> values = np.random.default_rng(2).poisson([100] * 48 + [120] * 12)
    >>> size = year_on_year(pd.Series(values, index=months))
    >>> round(size.change, 1), round(size.lower, 1), round(size.upper, 1), size.unit
    (31.1, 19.1, 43.5, 'per cent')
    """
    scale = scaled_series(series, kind, denominators, breaks, exclude, HISTORIES[0])
    estimates = Assessment.of(scale).estimates["year"]
    if np.isnan(estimates.t[-1, 0]):
        return None
    estimate, error, df = (float(part[-1, 0]) for part in (estimates.estimate, estimates.error, estimates.df))
    half = float(stdtrit(df, (1 + level) / 2)) * error
    before, now = (scale.rolled(year) for year in (slice(-2 * YEAR, -YEAR), slice(-YEAR, None)))
    step = int(estimates.step[-1, 0])
    last_year = float((scale.z if step == 1 else scale.quarters())[-2 * YEAR + step - 1 : -YEAR : step, 0].mean())
    lower, upper = (scale.change(last_year, estimate + difference) for difference in (-half, half))
    p, history = float(p_value(estimates)[-1, 0]), int(estimates.history[-1, 0])
    if kind == "proportion":
        return YearOnYear(now, before, now - before, "percentage points", lower, upper, level, p, df, history)
    change = 100 * (now / before - 1) if before else float("nan")
    return YearOnYear(now, before, change, "per cent", lower, upper, level, p, df, history)


@dataclass(frozen=True)
class Arithmetic:
    """The sums behind one calibrated symbol for the newest month, for a person to follow.

    `values` are the figures judged (oldest first, in the units of the series), `usual` what they would be if they were
    usual for the time of year (month, three and eight months, where monthly). estimate, error, df and phi are the
    test's, on the transformed scale; `history` the months that it rests on; `step` months or quarters. Where there was
    no test, `why_not` says why and the numbers are None.
    """

    code: str
    met: bool
    enough: bool
    words: str
    values: tuple[float, ...]
    usual: tuple[float, ...] = ()
    estimate: float | None = None
    error: float | None = None
    t: float | None = None
    df: float | None = None
    p: float | None = None
    phi: float | None = None
    history: int | None = None
    step: Literal["months", "quarters"] = "months"
    why_not: str = ""


def arithmetic(
    series: pd.Series,
    kind: Kind = "count",
    denominators: pd.Series | None = None,
    alpha: float = 0.01,
    breaks: Months = (),
    exclude: Months = (),
) -> dict[str, Arithmetic]:
    """Each calibrated symbol's numbers for the newest month of one series, by code; it agrees with `signals`.

    kind, denominators, alpha, breaks, exclude and errors: as in `signals`.

    >>> months = pd.period_range("2015-01", periods=60, freq="M")
    >>> values = np.random.default_rng(2).poisson([100] * 59 + [160])
    >>> high = arithmetic(pd.Series(values, index=months))["month_high"]
    >>> high.values, round(high.usual[0]), high.met, high.history, high.p < 0.01
    ((168.0,), 107, True, 60, True)
    """
    assessment = Assessment.of(scaled_series(series, kind, denominators, breaks, exclude, HISTORIES[0]))
    contrasts = {code: contrast for contrast in CONTRASTS for code in (contrast.high, contrast.low)}
    return {code: _arithmetic(assessment, code, contrasts[code], alpha) for code in CODES if code in contrasts}


def _arithmetic(assessment: Assessment, code: str, contrast: Contrast, alpha: float) -> Arithmetic:
    """The numbers of one symbol for the newest month of the only series."""
    estimates = assessment.estimates[contrast.name]
    values = tuple(float(value) for value in assessment.scale.value[-contrast.judged :, 0])
    if np.isnan(estimates.t[-1, 0]):
        return Arithmetic(code, False, False, contrast.words, values, why_not=_why_not(assessment, contrast))
    parts = estimates.estimate, estimates.error, estimates.t, estimates.df, p_value(estimates), estimates.phi
    estimate, error, t, df, p, phi = (float(part[-1, 0]) for part in parts)
    history, monthly = int(estimates.history[-1, 0]), bool(estimates.step[-1, 0] == 1)
    agrees = t > 0 if code == contrast.high else t < 0
    met = bool(agrees and significant(estimates, alpha)[-1, 0] and estimates.alike[-1, 0])
    usual = _usual(assessment, contrast, history) if monthly and contrast.name in ("month", "three", "eight") else ()
    numbers = estimate, error, t, df, p, phi, history
    return Arithmetic(code, met, True, contrast.words, values, usual, *numbers, "months" if monthly else "quarters")


def _usual(assessment: Assessment, contrast: Contrast, history: int) -> tuple[float, ...]:
    """What the months judged would be if they were usual for the time of year, in the units of the series."""
    z = assessment.scale.z[-history:, 0]
    absent = tuple(int(i) for i in np.flatnonzero(np.isnan(z)))
    usual = table(history, YEAR, absent).usual(z, contrast)
    return tuple(float(value) for value in assessment.scale.back(usual))


def _why_not(assessment: Assessment, contrast: Contrast) -> str:
    """Why a question was not tested."""
    needed = HISTORIES[-1] if contrast.name == "year" else HISTORIES[-2]
    months = int(assessment.available[-1, 0])
    if months < needed:
        return f"needs {needed} months of history; there are {months}"
    if np.isnan(assessment.scale.z[-contrast.judged :, 0]).any():
        return "a month it judges is missing"
    history = next(h for h in HISTORIES if h <= months)
    if assessment.scale.expected(history)[-1, 0] < EXPECTED_AT_LEAST:
        return f"numbers are too small: fewer than {EXPECTED_AT_LEAST:g} expected a month"
    return "too much of its history is missing"
