"""The published rules: the report's own words read literally, as a table of rows.

Each rule looks at the newest month (or every month) of a monthly series and answers yes or no; a rule whose
window has a missing month answers no, and `enough` says that it could not be asked. What a series of pure
noise makes each rule say is measured and stands beside it in `RULES`: the published rules cry wolf, and the
reader is told how often.

- month: the month beyond the mean +- 2 sample SDs of the 24 months before it.
- three months: each of the last three beyond the mean +- 1 sample SD of the 24 months ending with the newest.
- eight months: each of the last eight beyond the mean of the 24 months ending with the newest.
- discrete trend: least-squares slope through the last 12 monthly values, two-sided t test on 10 df, p < 0.05.
- rolling trend: the same through the last 12 rolling 12-month figures. They overlap by eleven months, so the
  test's independence is broken; kept because it is what is published.

Every inequality is strict. The limits are Shewhart's idea (Economic Control of Quality of Manufactured
Product, 1931) with the report's own baselines; Wheeler (Understanding Variation, 2nd ed., 2000) says why a
chart would rather take its spread from moving ranges.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import stdtrit  # type: ignore[import-untyped]  # SciPy ships no types

from perf_lib.stats.months import (
    ROUNDING,
    YEAR,
    Bools,
    Floats,
    Months,
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
P_BELOW = 0.05
SLOPE_DF = YEAR - 2
T_BEYOND = float(stdtrit(SLOPE_DF, 1 - P_BELOW / 2))  # 2.228


@dataclass(frozen=True)
class Rule:
    """One published symbol: what it tests, in which direction, in words, and how often it cries wolf.

    `months` is how many months it judges, `sds` how many SDs from the mean its limit lies (None for a trend),
    `window` how many months it needs behind and including the newest. `false_alarm` is the percentage of
    simulated series in which nothing changes that show the rule **in either direction** at a quarter's end
    (mean of six kinds of series: with and without extra-Poisson variation, seasonality and autocorrelation;
    five levels, 10 to 3,700 a month; tests/benchmarks). About half of it belongs to each direction.
    """

    code: str
    months: int
    direction: Literal["high", "low"]
    sds: float | None
    window: int
    words: str
    false_alarm: float


_MONTH = "the mean of the previous 24 months"
_RUN = "the mean of the past 24 months"

RULES: tuple[Rule, ...] = (
    Rule("month_high", 1, "high", 2, 25, f"The month is above {_MONTH} plus 2 SD", 5.7),
    Rule("three_months_high", 3, "high", 1, 24, f"Each of three months is above {_RUN} plus 1 SD", 1.9),
    Rule("eight_months_high", 8, "high", 0, 24, f"Each of eight months is above {_RUN}", 0.7),
    Rule("discrete_increasing", 12, "high", None, 12, "Monthly figures rise over a year (p < 0.05)", 13.7),
    Rule("rolling_increasing", 12, "high", None, 23, "Rolling 12 months rise over a year (p < 0.05)", 62.6),
    Rule("month_low", 1, "low", 2, 25, f"The month is below {_MONTH} minus 2 SD", 5.7),
    Rule("three_months_low", 3, "low", 1, 24, f"Each of three months is below {_RUN} minus 1 SD", 1.9),
    Rule("eight_months_low", 8, "low", 0, 24, f"Each of eight months is below {_RUN}", 0.7),
    Rule("discrete_decreasing", 12, "low", None, 12, "Monthly figures fall over a year (p < 0.05)", 13.7),
    Rule("rolling_decreasing", 12, "low", None, 23, "Rolling 12 months fall over a year (p < 0.05)", 62.6),
)

ANY_FALSE_ALARM = 70.1  # per cent of the same stable series that show at least one of the ten

NO_DATA = "no_data"
CODES: tuple[str, ...] = (*(rule.code for rule in RULES), NO_DATA)


@dataclass(frozen=True)
class Parts:
    """What the rules share, worked out once; every array is months x series."""

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
        breaks: Months | None,
        exclude: Months | None,
        every_month: bool,
    ) -> Parts:
        """Check the frame and work out the parts; the whole history only if every month is asked for."""
        table = monthly(frame)
        since = months_since_break(table, breaks)
        kept = without(table, exclude)
        # The newest month looks no further back than the 24 months before it.
        recent = slice(None) if every_month else slice(-(BASELINE + 1), None)
        values = kept.to_numpy()[recent]
        present = np.isfinite(table.to_numpy()[recent])
        if rolling is None:
            line = trailing_sum(values, YEAR)
        else:
            # A rolling figure is tainted by an excluded month for as long as it counts it: twelve months.
            tainted = any_of_last(present & ~np.isfinite(values), YEAR)
            line = np.where(tainted, np.nan, alike(table, rolling, "rolling").to_numpy()[recent])
        # The square of one huge value may overflow to infinity; nothing is beyond an infinite limit.
        with np.errstate(over="ignore", invalid="ignore"):
            mean = trailing_sum(values, BASELINE) / BASELINE
            return cls(
                months=pd.PeriodIndex(table.index[recent]),
                names=table.columns.rename("series"),
                values=values,
                rolling=line,
                since=since[recent],
                no_data=~any_of_last(present, YEAR),
                mean=mean,
                sd=np.sqrt(squares_about(values, mean, BASELINE) / (BASELINE - 1)),
            )

    def enough(self, rule: Rule) -> Bools:
        """Where every month that the rule needs is present, and on this side of any break."""
        if rule.sds is None:
            whole = np.isfinite(trailing_sum(self.line(rule), YEAR))
        elif rule.window > BASELINE:
            whole = np.isfinite(shifted(self.mean, 1)) & np.isfinite(self.values)
        else:
            whole = np.isfinite(self.mean)
        return whole & (self.since >= rule.window - 1)

    def met(self, rule: Rule) -> Bools:
        """Where the rule's symbol shows."""
        sign = 1.0 if rule.direction == "high" else -1.0
        with np.errstate(over="ignore", invalid="ignore"):
            if rule.sds is None:
                return self.enough(rule) & (sign * slope_t(self.line(rule))[1] > T_BEYOND)
            limit = self.limit(rule, sign)
            slack = ROUNDING * np.abs(limit)
            beyond = np.ones(self.values.shape, dtype=bool)
            for back in range(rule.months):
                beyond &= sign * (shifted(self.values, back) - limit) > slack
            return self.enough(rule) & beyond

    def limit(self, rule: Rule, sign: float) -> Floats:
        """The line a limit rule's months must be beyond: its mean +- so many SDs."""
        if rule.sds is None:
            raise ValueError(f"{rule.code} is a trend: it has no limit")
        lag = rule.window - BASELINE  # the month rule's baseline stops the month before
        return shifted(self.mean, lag) + sign * rule.sds * shifted(self.sd, lag)

    def line(self, rule: Rule) -> Floats:
        """The figures a rule judges: the rolling ones for the rolling trend, else the monthly ones."""
        return self.rolling if rule.sds is None and rule.window > YEAR else self.values
