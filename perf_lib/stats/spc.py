"""Which published symbols a monthly series shows, and the numbers behind each.

`RULES` is the report's own words, read literally, as a table of rows. Each rule answers yes or no for the newest month
(or every month) of a series. A rule whose window has a missing month answers no, and `signals` with enough=True says
that it could not be tested. Beside each rule stands how often it shows in series of pure noise: the published rules
raise many false alarms, and the reader is told how many.

- month: the month is beyond the mean +- 2 sample SDs of the 24 months before it.
- three months: each of the last three is beyond the mean +- 1 sample SD of the 24 months ending with the newest.
- eight months: each of the last eight is beyond the mean of the 24 months ending with the newest.
- discrete trend: least-squares slope through the last 12 monthly values, two-sided t test on 10 df, p < 0.05.
- rolling trend: the same through the last 12 rolling 12-month figures. Neighbours share eleven of their months, so they
  are not independent, as the test assumes; the rule stays because it is what is published.

Every inequality is strict. The limits are Shewhart's (Economic Control of Quality of Manufactured Product, 1931) with
the report's own baselines; Wheeler (Understanding Variation, 2nd ed., 2000) explains why a control chart usually takes
its limits from moving ranges instead.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit  # type: ignore[import-untyped]  # SciPy ships no types

from perf_lib.stats.months import (
    ROUNDING,
    YEAR,
    Bools,
    Floats,
    Months,
    MonthsBySeries,
    alike,
    any_of_last,
    monthly,
    months_since_break,
    shifted,
    slope_t,
    squares_about,
    trailing_sum,
    without,
)

BASELINE = 24  # months that an average and an SD come from
SLOPE_DF = YEAR - 2
T_BEYOND = float(stdtrit(SLOPE_DF, 1 - 0.05 / 2))  # 2.228, the two-sided 5 per cent point
SIGN = {"high": 1.0, "low": -1.0}


@dataclass(frozen=True)
class Rule:
    """One published symbol: what it tests, in which direction, in words, and how often it is a false alarm.

    `months` is how many months it judges, `sds` how many SDs from the mean its limit lies (None for a trend),
    `window` how many months it needs, the newest included. `false_alarm` is the percentage of simulated series without
    any change that show the rule **in either direction** at a quarter's end (mean of six kinds of series: with and
    without extra-Poisson variation, seasonality and autocorrelation; five levels, 10 to 3,700 a month;
    tests/benchmarks). About half of it belongs to each direction.
    """

    code: str
    months: int
    direction: Literal["high", "low"]
    sds: float | None
    window: int
    words: str
    false_alarm: float


_BEFORE = "the mean of the previous 24 months"
_PAST = "the mean of the past 24 months"

RULES: tuple[Rule, ...] = (
    Rule("month_high", 1, "high", 2, 25, f"The month is above {_BEFORE} plus 2 SD", 5.7),
    Rule("three_months_high", 3, "high", 1, 24, f"Each of three months is above {_PAST} plus 1 SD", 1.9),
    Rule("eight_months_high", 8, "high", 0, 24, f"Each of eight months is above {_PAST}", 0.7),
    Rule("discrete_increasing", 12, "high", None, 12, "Monthly figures rise over a year (p < 0.05)", 13.7),
    Rule("rolling_increasing", 12, "high", None, 23, "Rolling 12 months rise over a year (p < 0.05)", 62.6),
    Rule("month_low", 1, "low", 2, 25, f"The month is below {_BEFORE} minus 2 SD", 5.7),
    Rule("three_months_low", 3, "low", 1, 24, f"Each of three months is below {_PAST} minus 1 SD", 1.9),
    Rule("eight_months_low", 8, "low", 0, 24, f"Each of eight months is below {_PAST}", 0.7),
    Rule("discrete_decreasing", 12, "low", None, 12, "Monthly figures fall over a year (p < 0.05)", 13.7),
    Rule("rolling_decreasing", 12, "low", None, 23, "Rolling 12 months fall over a year (p < 0.05)", 62.6),
)

ANY_FALSE_ALARM = 70.1  # per cent of the same stable series that show at least one of the ten

NO_DATA = "no_data"
CODES: tuple[str, ...] = (*(rule.code for rule in RULES), NO_DATA)


def signals(
    frame: pd.DataFrame,
    rolling: pd.DataFrame | None = None,
    every_month: bool = False,
    breaks: MonthsBySeries | None = None,
    exclude: MonthsBySeries | None = None,
    enough: bool = False,
) -> pd.DataFrame:
    """Which published symbols show in the newest month: one row a series, one boolean column a code.

    frame: monthly values, months (PeriodIndex) in rows, a series a column. rolling: the rolling 12-month
    figure of each series where that is not a plain sum of twelve values (ratios); same series, same months.
    every_month: a row for each series and month instead, index (series, month). breaks: the months at which a
    series started anew; no window reaches back over one. exclude: months of a series to be treated as missing.
    enough: instead, whether each rule's window is whole: False is "not enough data", not "no".

    The last column, no_data, is true where the series has no value in the last 12 months (with enough, always: that
    question can always be answered). Raises InputError for a frame that is not monthly, in order and without repeats.

    >>> months = pd.period_range("2018-01", periods=25, freq="M")
    >>> frame = pd.DataFrame({"a": [10, 12] * 12 + [30], "b": [10, 12] * 12 + [11]}, index=months)
    >>> signals(frame)[["month_high", "month_low", "no_data"]]
    code    month_high  month_low  no_data
    series
    a             True      False    False
    b            False      False    False
    >>> signals(frame[1:], enough=True).loc["a", ["month_high", "three_months_high"]].tolist()
    [False, True]
    """
    windows = _Windows.of(frame, rolling, breaks, exclude, every_month)
    columns = [windows.whole(rule) if enough else windows.met(rule) for rule in RULES]
    columns.append(windows.no_data | enough)
    codes = pd.Index(CODES, name="code")
    if not every_month:
        return pd.DataFrame(np.column_stack([each[-1] for each in columns]), index=windows.names, columns=codes)
    index = pd.MultiIndex.from_product([windows.names, windows.months.rename("month")])
    return pd.DataFrame(np.column_stack([each.T.ravel() for each in columns]), index=index, columns=codes)


@dataclass(frozen=True)
class Arithmetic:
    """The sum behind one symbol for the newest month, for a person to check by hand.

    `values` are the figures judged, oldest first, in the months `first` to `last`; for a trend they are the
    twelve points of the line. A limit rule has mean, sd and limit (its 24 months run from `baseline_first` to
    `baseline_last`); a trend has slope (per month), t (10 df) and two-sided p. A number that does not apply, or that
    cannot be computed because the window is not whole, is None.
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
    series: pd.Series, rolling: pd.Series | None = None, breaks: Months = (), exclude: Months = ()
) -> dict[str, Arithmetic]:
    """Each rule's numbers for the newest month of one monthly series, by code; it agrees with `signals`.

    rolling, breaks, exclude and errors: as in `signals`.

    >>> months = pd.period_range("2018-01", periods=25, freq="M")
    >>> high = arithmetic(pd.Series([10, 12] * 12 + [30], index=months))["month_high"]
    >>> high.values, high.mean, round(high.limit, 2), high.met
    ((30.0,), 11.0, 13.04, True)
    """
    windows = _Windows.of_series(series, breaks, exclude, rolling)
    return {rule.code: _arithmetic(rule, windows) for rule in RULES}


@dataclass(frozen=True)
class _Windows:
    """What the rules share, computed once; every array is months x series."""

    months: pd.PeriodIndex
    names: pd.Index
    values: Floats
    rolling: Floats
    since: NDArray[np.int64]
    no_data: Bools
    mean: Floats
    sd: Floats

    @classmethod
    def of(
        cls,
        frame: pd.DataFrame,
        rolling: pd.DataFrame | None,
        breaks: MonthsBySeries | None,
        exclude: MonthsBySeries | None,
        every_month: bool = True,
    ) -> _Windows:
        """Check the frame and compute its windows: of every month, or of the newest alone."""
        table = monthly(frame)
        # The newest month looks no further back than the 24 months before it.
        recent = slice(None) if every_month else slice(-(BASELINE + 1), None)
        values = without(table, exclude).to_numpy()[recent]
        present = np.isfinite(table.to_numpy()[recent])
        if rolling is None:
            line = trailing_sum(values, YEAR)
        else:
            # An excluded month spoils the rolling figures of the twelve months that count it.
            spoilt = any_of_last(present & ~np.isfinite(values), YEAR)
            line = np.where(spoilt, np.nan, alike(table, rolling, "rolling").to_numpy()[recent])
        # The square of one huge value may overflow to infinity; nothing is beyond an infinite limit.
        with np.errstate(over="ignore", invalid="ignore"):
            mean = trailing_sum(values, BASELINE) / BASELINE
            return cls(
                months=pd.PeriodIndex(table.index[recent]),
                names=table.columns.rename("series"),
                values=values,
                rolling=line,
                since=months_since_break(table, breaks)[recent],
                no_data=~any_of_last(present, YEAR),
                mean=mean,
                sd=np.sqrt(squares_about(values, mean, BASELINE) / (BASELINE - 1)),
            )

    @classmethod
    def of_series(
        cls, series: pd.Series, breaks: Months, exclude: Months, rolling: pd.Series | None = None
    ) -> _Windows:
        """The windows of every month of one series."""
        name = "series"
        rolling_frame = None if rolling is None else rolling.to_frame(name)
        return cls.of(series.to_frame(name), rolling_frame, {name: breaks}, {name: exclude})

    def whole(self, rule: Rule) -> Bools:
        """Where every month that the rule needs is present, and none lies before a break."""
        if rule.sds is None:
            present = np.isfinite(trailing_sum(self.line(rule), YEAR))
        else:
            present = np.isfinite(shifted(self.mean, rule.window - BASELINE)) & np.isfinite(self.values)
        return present & (self.since >= rule.window - 1)

    def met(self, rule: Rule) -> Bools:
        """Where the rule's symbol shows."""
        with np.errstate(over="ignore", invalid="ignore"):
            if rule.sds is None:
                return self.whole(rule) & (SIGN[rule.direction] * slope_t(self.line(rule))[1] > T_BEYOND)
            limit, beyond = self.limit(rule, rule.sds), self.whole(rule)
            slack = ROUNDING * np.abs(limit)
            for back in range(rule.months):
                beyond &= SIGN[rule.direction] * (shifted(self.values, back) - limit) > slack
            return beyond

    def limit(self, rule: Rule, sds: float) -> Floats:
        """The line that a limit rule's months must be beyond: its mean +- so many SDs."""
        lag = rule.window - BASELINE  # the month rule's baseline stops the month before
        return shifted(self.mean, lag) + SIGN[rule.direction] * sds * shifted(self.sd, lag)

    def line(self, rule: Rule) -> Floats:
        """The figures that a rule judges: the rolling ones for the rolling trend, else the monthly ones."""
        return self.rolling if rule.sds is None and rule.window > YEAR else self.values


def _arithmetic(rule: Rule, windows: _Windows) -> Arithmetic:
    """The numbers of one rule for the newest month of the only series."""
    met, whole = bool(windows.met(rule)[-1, 0]), bool(windows.whole(rule)[-1, 0])
    newest, line = windows.months[-1], windows.line(rule)
    values = tuple(float(value) for value in line[-rule.months :, 0])
    sums = Arithmetic(rule.code, met, whole, newest - (rule.months - 1), newest, values)
    if not whole:
        return sums
    if rule.sds is None:
        slope, t = (float(part[-1, 0]) for part in slope_t(line))
        return replace(sums, slope=slope, t=t, p=float(2 * stdtr(SLOPE_DF, -abs(t))))
    lag = rule.window - BASELINE
    return replace(
        sums,
        baseline_first=newest - (rule.window - 1),
        baseline_last=newest - lag,
        mean=float(windows.mean[-1 - lag, 0]),
        sd=float(windows.sd[-1 - lag, 0]),
        limit=float(windows.limit(rule, rule.sds)[-1, 0]),
    )
