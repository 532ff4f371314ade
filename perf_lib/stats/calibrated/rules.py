"""The calibrated rules: the same ten symbols, each at a stated rate of false alarms.

Five questions of a monthly series (see `contrasts` for the sums and their sources): is the last month, are the last
three, the last eight, unusual for the time of year; does the last year slope; does it differ from the year before.
Seasons are estimated with the question, and the tendency of neighbouring months to resemble one another is allowed
for, so that at alpha = 0.01 about one stable measure in thirty shows anything at a quarter's end.

- History: the last 60 months, else 48, else 36; with 24 only "this year minus last"; with fewer, nothing.
- Counts are tested as 2 sqrt(y + 3/8), whose variance does not depend on the level (Anscombe 1948); proportions as
  arcsin sqrt((x + 3/8) / (n + 3/4)) (the same paper); means, such as durations, as logarithms.
- Small numbers: at fewer than 5 expected a month (of the numerator, and of what is left of the denominator) the test
  is made on quarters, where the three months, the slope and the year can still be asked; at fewer than 5 a quarter,
  nothing is said.
- A month that is missing or excluded is left out of the regression, never filled in; the months a question judges must
  all be present, and three quarters of its history. No history reaches back over a break.
- "Three months high" and "eight months high" say that each of those months is high, so the symbol also wants each to
  depart from its usual level in that direction. This can only lower the false alarms.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy.special import stdtrit  # type: ignore[import-untyped]  # SciPy ships no types

from perf_lib.stats.calibrated.contrasts import CONTRASTS
from perf_lib.stats.calibrated.regression import HISTORIES, Asked, below, p_value
from perf_lib.stats.calibrated.sums import Arithmetic, arithmetic
from perf_lib.stats.months import YEAR, Months
from perf_lib.stats.spc_rules import NO_DATA
from perf_lib.stats.transforms import Kind

__all__ = [
    "ANY_FALSE_ALARM",
    "CONTRASTS",
    "FALSE_DISCOVERY",
    "HISTORIES",
    "Arithmetic",
    "Kind",
    "YearOnYear",
    "arithmetic",
    "enough",
    "false_discovery",
    "measure_p",
    "signals",
    "year_on_year",
]

# Per cent of simulated stable series that show at least one calibrated symbol at a quarter's end, at alpha = 0.01 and
# with 60 months of history: mean of six kinds of series and five levels (tests/benchmarks).
ANY_FALSE_ALARM = 3.4

# A measure has five tests that look at the same months. Four times the smallest p-value keeps its level: they are
# worth about four independent ones.
TESTS_WORTH = 4.0
FALSE_DISCOVERY = 0.10


def signals(
    frame: pd.DataFrame,
    kind: Kind = "count",
    denominators: pd.DataFrame | None = None,
    alpha: float = 0.01,
    every_month: bool = False,
    p_values: bool = False,
    breaks: Months | None = None,
    exclude: Months | None = None,
) -> pd.DataFrame:
    """Which calibrated symbols show, in the shape of `spc.signals`: series by codes, for the newest month.

    frame: a series a column, months in rows. With denominators (same series and months) it holds **numerators**:
    successes of so many cases for a proportion, total minutes of so many incidents for a mean. Without, a count is a
    count, a proportion a percentage (0 to 100) and a mean the mean itself. alpha: two-sided, a rule. every_month: a
    row for each series and month. breaks, exclude: as in `perf_lib.stats.spc.signals`.

    p_values: instead of the booleans, each test's two-sided p-value under the symbol its estimate points to, 1 under
    the opposite symbol, missing where the question could not be asked; without the no_data column. A symbol shows
    where its p is below alpha (and, for three and eight months, each month agrees).

    Raises InputError for a frame that is not monthly, for negative counts and for numerators above denominators.

    >>> months = pd.period_range("2015-01", periods=60, freq="M")
    >>> values = np.random.default_rng(2).poisson(100, (60, 2))
    >>> values[-3:, 1] += 60
    >>> found = signals(pd.DataFrame(values, index=months, columns=["steady", "risen"]))
    >>> found.loc["risen", ["month_high", "three_months_high", "month_low"]].tolist()
    [True, True, False]
    >>> bool(found.loc["steady"].any())
    False
    """
    asked = Asked.of(frame, kind, denominators, every_month, breaks, exclude)
    columns: dict[str, np.ndarray] = {}
    for contrast in CONTRASTS:
        found = asked.found[contrast.name]
        up = found.t > 0
        if p_values:
            p = p_value(found)
            columns[contrast.high] = np.where(np.isnan(p), p, np.where(found.t >= 0, p, 1.0))
            columns[contrast.low] = np.where(np.isnan(p), p, np.where(up, 1.0, p))
        else:
            shows = below(found, alpha) & found.alike
            columns[contrast.high], columns[contrast.low] = shows & up, shows & ~up
    if not p_values:
        columns[NO_DATA] = asked.no_data
    return asked.laid_out(columns, every_month)


def enough(
    frame: pd.DataFrame,
    kind: Kind = "count",
    denominators: pd.DataFrame | None = None,
    every_month: bool = False,
    breaks: Months | None = None,
    exclude: Months | None = None,
) -> pd.DataFrame:
    """Whether each question could be asked, in the shape of `signals`; the no_data column is always True.

    >>> months = pd.period_range("2017-01", periods=24, freq="M")
    >>> asked = enough(pd.DataFrame({"a": range(100, 124)}, index=months)).loc["a"]
    >>> asked[["month_high", "rolling_increasing"]].tolist()
    [False, True]
    """
    asked = Asked.of(frame, kind, denominators, every_month, breaks, exclude)
    columns: dict[str, np.ndarray] = {}
    for contrast in CONTRASTS:
        columns[contrast.high] = columns[contrast.low] = ~np.isnan(asked.found[contrast.name].t)
    columns[NO_DATA] = np.ones_like(asked.no_data)
    return asked.laid_out(columns, every_month)


def measure_p(p: pd.DataFrame) -> pd.Series:
    """One p-value a measure from its tests' p-values (`signals` with p_values): min(1, 4 x the smallest).

    Missing where no test could be made.

    >>> measure_p(pd.DataFrame({"month_high": [0.01, 0.5], "month_low": [1.0, 1.0]}, index=["a", "b"])).to_dict()
    {'a': 0.04, 'b': 1.0}
    """
    return (TESTS_WORTH * p.min(axis=1)).clip(upper=1.0)


def false_discovery(p: pd.DataFrame | pd.Series, rate: float = FALSE_DISCOVERY) -> pd.Series:
    """Which measures are the report's headline exceptions: Benjamini & Hochberg's (1995) step-up over measures.

    p: `signals(..., p_values=True)`, a row a measure, or one p-value a measure already. Of the measures chosen, at most
    `rate` are expected to be false. Measures that could not be tested take no part and are not chosen.

    >>> false_discovery(pd.Series({"a": 0.001, "b": 0.04, "c": 0.9, "d": None})).to_dict()
    {'a': True, 'b': True, 'c': False, 'd': False}
    """
    each = (measure_p(p) if isinstance(p, pd.DataFrame) else p).astype(float)
    tested = each.dropna().sort_values()
    lines = rate * np.arange(1, len(tested) + 1) / max(len(tested), 1)
    under = np.flatnonzero(tested.to_numpy() <= lines)
    if not len(under):
        return pd.Series(False, index=each.index)
    return each <= tested.iloc[under[-1]]


@dataclass(frozen=True)
class YearOnYear:
    """This year beside last: the plain change, and the interval within which the test puts it.

    `now` and `before` are the rolling 12-month figures. For counts and means `change` is per cent; for proportions it
    is in percentage points. `lower` and `upper` are the test's own (95 per cent unless asked otherwise): nought lies
    outside them exactly where the test's p-value is below one less that level.
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
    breaks: Iterable[pd.Period | str] = (),
    exclude: Iterable[pd.Period | str] = (),
) -> YearOnYear | None:
    """How much the last 12 months differ from the 12 before, with an interval; None where it cannot be asked.

    >>> months = pd.period_range("2015-01", periods=60, freq="M")
    >>> values = np.random.default_rng(2).poisson([100] * 48 + [120] * 12)
    >>> size = year_on_year(pd.Series(values, index=months))
    >>> round(size.change, 1), round(size.lower, 1), round(size.upper, 1), size.unit
    (31.1, 19.1, 43.5, 'per cent')
    """
    name = "series"
    asked = Asked.of(
        series.to_frame(name),
        kind,
        None if denominators is None else denominators.to_frame(name),
        False,
        {name: breaks},
        {name: exclude},
    )
    found = asked.found["year"]
    if np.isnan(found.t[-1, 0]):
        return None
    estimate, error, df = (float(part[-1, 0]) for part in (found.estimate, found.error, found.df))
    half = float(stdtrit(df, (1 + level) / 2)) * error
    before, now = (asked.scale.rolled(year) for year in (slice(-2 * YEAR, -YEAR), slice(-YEAR, None)))
    last_year = asked.scale.mean_of_last_year(int(found.step[-1, 0]))
    lower, upper = (asked.scale.change(last_year, estimate + off) for off in (-half, half))
    points = kind == "proportion"
    return YearOnYear(
        now=now,
        before=before,
        change=now - before if points else 100 * (now / before - 1) if before else float("nan"),
        unit="percentage points" if points else "per cent",
        lower=lower,
        upper=upper,
        level=level,
        p=float(p_value(found)[-1, 0]),
        df=df,
        history=int(found.history[-1, 0]),
    )
