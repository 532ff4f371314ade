"""Which published symbols a monthly series shows, and the arithmetic behind each.

`RULES` is the table of rows (see `perf_lib.stats.spc_rules` for what each rule says and how often it cries wolf);
`signals` answers every rule for every series, `enough` says which could be asked, `baseline` gives the lines
a chart draws and `arithmetic` the numbers of one series' newest month.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd
from scipy.special import stdtr  # type: ignore[import-untyped]  # SciPy ships no types

from perf_lib.stats.months import Bools, Months, shifted, slope_t
from perf_lib.stats.spc_rules import ANY_FALSE_ALARM, BASELINE, CODES, NO_DATA, RULES, SLOPE_DF, Parts, Rule
from perf_lib.words.errors import InputError

__all__ = [
    "ANY_FALSE_ALARM",
    "CODES",
    "NO_DATA",
    "RULES",
    "Arithmetic",
    "Assurance",
    "Rule",
    "arithmetic",
    "assurance",
    "baseline",
    "enough",
    "signals",
]

MOVING_RANGES = 2.66  # 3 / 1.128: three standard deviations, from the mean range of two neighbouring months


def signals(
    frame: pd.DataFrame,
    rolling: pd.DataFrame | None = None,
    every_month: bool = False,
    breaks: Months | None = None,
    exclude: Months | None = None,
) -> pd.DataFrame:
    """Which published symbols show in the newest month: one row a series, one boolean column a code.

    frame: monthly values, months (PeriodIndex) in rows, a series a column. rolling: the rolling 12-month
    figure of each series where that is not a plain sum of twelve values (ratios); same series, same months.
    every_month: a row for each series and month instead, index (series, month). breaks: the months at which a
    series started anew; no window reaches back over one. exclude: months of a series to be treated as
    missing.

    The last column, no_data, is true where the series has no value in the last 12 months. Raises InputError
    for a frame that is not monthly, in order and without repeats.

    >>> months = pd.period_range("2018-01", periods=25, freq="M")
    >>> frame = pd.DataFrame({"a": [10, 12] * 12 + [30], "b": [10, 12] * 12 + [11]}, index=months)
    >>> signals(frame)[["month_high", "month_low", "no_data"]]
    code    month_high  month_low  no_data
    series
    a             True      False    False
    b            False      False    False
    """
    parts = Parts.of(frame, rolling, breaks, exclude, every_month)
    met = {rule.code: parts.met(rule) for rule in RULES}
    return _laid_out(parts, {**met, NO_DATA: parts.no_data}, every_month)


def enough(
    frame: pd.DataFrame,
    rolling: pd.DataFrame | None = None,
    every_month: bool = False,
    breaks: Months | None = None,
    exclude: Months | None = None,
) -> pd.DataFrame:
    """Whether each rule's window was whole, in the shape of `signals`: False is "not enough data", not "no".

    The no_data column is always True: that question can always be answered.

    >>> months = pd.period_range("2018-01", periods=24, freq="M")
    >>> frame = pd.DataFrame({"a": range(24)}, index=months)
    >>> enough(frame).loc["a", ["month_high", "three_months_high", "discrete_increasing"]].tolist()
    [False, True, True]
    """
    parts = Parts.of(frame, rolling, breaks, exclude, every_month)
    whole = {rule.code: parts.enough(rule) for rule in RULES}
    return _laid_out(parts, {**whole, NO_DATA: np.ones_like(parts.no_data)}, every_month)


def baseline(
    series: pd.Series, breaks: Iterable[pd.Period | str] = (), exclude: Iterable[pd.Period | str] = ()
) -> pd.DataFrame:
    """The mean, sample SD and limits (mean +- 2 SD) each month is held against: the 24 months before it.

    One row a month, columns mean, sd, lower, upper, in the units of the series; missing where those 24 months
    are not whole.

    >>> months = pd.period_range("2018-01", periods=25, freq="M")
    >>> baseline(pd.Series([10, 12] * 12 + [30], index=months)).iloc[-1].round(2).tolist()
    [11.0, 1.02, 8.96, 13.04]
    """
    name = "series"
    parts = Parts.of(series.to_frame(name), None, {name: breaks}, {name: exclude}, every_month=True)
    whole = parts.since >= BASELINE
    mean = np.where(whole, shifted(parts.mean, 1), np.nan)[:, 0]
    sd = np.where(whole, shifted(parts.sd, 1), np.nan)[:, 0]
    columns = {"mean": mean, "sd": sd, "lower": mean - 2 * sd, "upper": mean + 2 * sd}
    return pd.DataFrame(columns, index=parts.months)


@dataclass(frozen=True)
class Arithmetic:
    """The sum behind one symbol for the newest month, for a person to check by hand.

    `values` are the figures judged, oldest first, in the months `first` to `last`; for a trend they are the
    twelve points of the line. A limit rule has mean, sd and limit (its 24 months run from `baseline_first` to
    `baseline_last`); a trend has slope (per month), t (10 df) and two-sided p. What does not apply, or could
    not be worked out because the window is not whole, is None.
    """

    code: str
    met: bool
    enough: bool
    first: pd.Period
    last: pd.Period
    values: tuple[float, ...]
    baseline_first: pd.Period | None = None
    baseline_last: pd.Period | None = None
    mean: float | None = None
    sd: float | None = None
    limit: float | None = None
    slope: float | None = None
    t: float | None = None
    p: float | None = None


def arithmetic(
    series: pd.Series,
    rolling: pd.Series | None = None,
    breaks: Iterable[pd.Period | str] = (),
    exclude: Iterable[pd.Period | str] = (),
) -> dict[str, Arithmetic]:
    """Each rule's numbers for the newest month of one series, by code; it agrees with `signals`.

    >>> months = pd.period_range("2018-01", periods=25, freq="M")
    >>> sums = arithmetic(pd.Series([10, 12] * 12 + [30], index=months))
    >>> high = sums["month_high"]
    >>> high.values, high.mean, round(high.limit, 2), high.met
    ((30.0,), 11.0, 13.04, True)
    """
    name = "series"
    rolled = None if rolling is None else rolling.to_frame(name)
    parts = Parts.of(series.to_frame(name), rolled, {name: breaks}, {name: exclude}, every_month=True)
    return {rule.code: _explained(rule, parts) for rule in RULES}


@dataclass(frozen=True)
class Assurance:
    """Whether a process, left as it is, will meet its target: always (`met`), never (`missed`) or now and then.

    `lower` and `upper` are the natural process limits of the months `first` to `last`; `mean` lies midway.
    """

    verdict: Literal["met", "missed", "hit_and_miss"]
    target: float
    better: Literal["higher", "lower"]
    mean: float
    lower: float
    upper: float
    first: pd.Period
    last: pd.Period


def assurance(
    series: pd.Series,
    target: float,
    better: Literal["higher", "lower"],
    breaks: Iterable[pd.Period | str] = (),
    exclude: Iterable[pd.Period | str] = (),
) -> Assurance | None:
    """Will the process meet the target, miss it, or hit and miss? None without 24 whole months since any break.

    The natural process limits of the last 24 months are the mean +- 2.66 mean moving ranges (Wheeler, Understanding
    Variation, 2000), within which nearly every month of an unchanged process falls. A target outside them is always
    met or always missed; one inside (or on a limit) is met by chance.

    >>> months = pd.period_range("2018-01", periods=24, freq="M")
    >>> answered = pd.Series([90, 92] * 12, index=months)  # mean 91, moving ranges of 2: 85.7 to 96.3
    >>> [assurance(answered, target, "higher").verdict for target in (85, 90, 97)]
    ['met', 'hit_and_miss', 'missed']
    """
    if better not in ("higher", "lower"):
        raise InputError(f"better {better!r}: a target needs a direction; allowed: higher, lower")
    if not np.isfinite(target):
        raise InputError(f"target {target} is not a finite number")
    name = "series"
    parts = Parts.of(series.to_frame(name), None, {name: breaks}, {name: exclude}, every_month=False)
    values = parts.values[-BASELINE:, 0]
    if len(values) < BASELINE or not np.isfinite(values).all() or parts.since[-1, 0] < BASELINE - 1:
        return None
    mean = float(values.mean())
    reach = MOVING_RANGES * float(np.abs(np.diff(values)).mean())
    lower, upper = mean - reach, mean + reach
    verdict: Literal["met", "missed", "hit_and_miss"] = "hit_and_miss"
    if target < lower:
        verdict = "met" if better == "higher" else "missed"
    elif target > upper:
        verdict = "missed" if better == "higher" else "met"
    return Assurance(verdict, float(target), better, mean, lower, upper, parts.months[-BASELINE], parts.months[-1])


def _laid_out(parts: Parts, columns: dict[str, Bools], every_month: bool) -> pd.DataFrame:
    """Columns of months x series as one boolean frame: a row a series, or a row a series and month."""
    codes = pd.Index(list(columns), name="code")
    if not every_month:
        newest = np.column_stack([column[-1] for column in columns.values()])
        return pd.DataFrame(newest, index=parts.names, columns=codes)
    index = pd.MultiIndex.from_product([parts.names, parts.months.rename("month")])
    return pd.DataFrame(np.column_stack([c.T.ravel() for c in columns.values()]), index=index, columns=codes)


def _explained(rule: Rule, parts: Parts) -> Arithmetic:
    met, whole = bool(parts.met(rule)[-1, 0]), bool(parts.enough(rule)[-1, 0])
    newest = parts.months[-1]
    line = parts.line(rule)
    values = tuple(float(v) for v in line[-rule.months :, 0])
    judged = Arithmetic(rule.code, met, whole, newest - (rule.months - 1), newest, values)
    if not whole:
        return judged
    if rule.sds is None:
        slope, t = (float(part[-1, 0]) for part in slope_t(line))
        return replace(judged, slope=slope, t=t, p=float(2 * stdtr(SLOPE_DF, -abs(t))))
    lag = rule.window - BASELINE
    sign = 1.0 if rule.direction == "high" else -1.0
    return replace(
        judged,
        baseline_first=newest - (rule.window - 1),
        baseline_last=newest - lag,
        mean=float(parts.mean[-1 - lag, 0]),
        sd=float(parts.sd[-1 - lag, 0]),
        limit=float(parts.limit(rule, sign)[-1, 0]),
    )
