"""Where the rolling 12 months is heading: six months ahead with honest intervals, or a reasoned refusal.

Each month to come is projected at the latest level times its usual season; the rolling figure is then the months
already reported plus those projected. The method is simple exponential smoothing (Brown 1959; Hyndman & Athanasopoulos,
Forecasting: Principles and Practice, 3rd ed., 2021, section 8.1) of the seasonally adjusted logarithm:

- season: twelve month effects fitted to the last 60 months beside a quadratic trend (36 to 59 months: a straight line;
  fewer, which only the back-tests have: none, since the trend would cost more than it saves);
- level: smoothed with the weight alpha that would have projected one month ahead best; constant from then on;
- spread: the errors of the months to come share the level's, so with L = I + alpha x (ones below the diagonal) their
  covariance is s2 (L L' + 12/n I), the last term for the month effects. s2 counts the parameters that season and trend
  took out of the residuals; without that, an 80 per cent interval covers 75 per cent.

There is no projection where there is too little to learn from, nor where, over the series' own past, it would not have
been better than "the next months will be those of last year".
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

import numpy as np
import pandas as pd
from scipy.special import expit, logit, ndtri  # type: ignore[import-untyped]  # SciPy ships no types

from perf_lib.stats.months import YEAR, Floats, Months
from perf_lib.stats.transforms import Kind, Scaled, scaled_series
from perf_lib.words.errors import InputError

AHEAD = 6
LONGEST = 60  # months learnt from
SHORTEST = 36
TRAINING = 24  # months that a back-test must have behind it
ORIGINS = 24  # back-tests, at most
EXPECTED_AT_LEAST = 5.0  # a month: smaller numbers have no usable logarithm
PRESENT_AT_LEAST = 0.75
LEVELS = (80, 95)
ALPHAS = np.r_[0.02, np.arange(0.05, 0.96, 0.05)]


@dataclass(frozen=True)
class Projection:
    """The rolling 12 months to come.

    `table` has a row for each of the months ahead and columns rolling, lower_80, upper_80, lower_95 and upper_95, in
    the units of the rolling figure (proportions in per cent). `now` is the latest rolling figure, `alpha` the weight of
    the newest month in the level, `history` the months learnt from. Over `origins` back-tests the projection six months
    ahead missed by `error` on average, and last year's months repeated by `repeat_error`.
    """

    table: pd.DataFrame
    now: float
    alpha: float
    history: int
    origins: int
    error: float
    repeat_error: float

    def times(self, factor: float) -> Projection:
        """The same in another unit: a year's total where the projection is of a month's average."""
        error, repeat_error = self.error * factor, self.repeat_error * factor
        return replace(self, table=self.table * factor, now=self.now * factor, error=error, repeat_error=repeat_error)


@dataclass(frozen=True)
class Refused:
    """No projection, and why: a code and a sentence."""

    why: Literal["short_history", "recent_break", "missing_months", "small_numbers", "no_better_than_last_year"]
    words: str


def project(
    series: pd.Series,
    kind: Kind = "count",
    denominators: pd.Series | None = None,
    breaks: Months = (),
    exclude: Months = (),
    ahead: int = AHEAD,
) -> Projection | Refused:
    """The rolling 12 months for the next six, with 80 and 95 per cent intervals; or why there is none.

    series: a monthly series, as for `calibrated` (numerators where there are denominators; the denominators to come
    are taken to be those of the same months last year). It learns only from months since the last break, and not from
    excluded months, though a total that includes them includes them. Raises InputError for more than 12 months ahead
    or fewer than one, and as `transforms.scaled`.

    >>> months = pd.period_range("2015-01", periods=60, freq="M")
    >>> rng = np.random.default_rng(0)
    >>> outlook = project(pd.Series(rng.poisson(100 + 15 * np.cos(np.arange(60) * np.pi / 6)), index=months))
    >>> outlook.table.round().astype(int).tail(1)
             rolling  lower_80  upper_80  lower_95  upper_95
    2020-06     1237      1201      1273      1184      1293
    >>> project(pd.Series(range(30), index=months[:30])).words
    'needs 36 months of history; there are 30'
    """
    if not 1 <= ahead <= YEAR:
        raise InputError(f"projection: {ahead} months ahead; allowed: 1 to {YEAR}")
    reported = scaled_series(series, kind, denominators, breaks)
    comparable = scaled_series(series, kind, denominators, breaks, exclude)
    z = _linked(comparable)
    available = int(comparable.available()[-1, 0])
    history = min(available, LONGEST)
    refused = _refused(reported, comparable, z, history)
    if refused is not None:
        return refused
    errors = _back_test(reported, z, available, ahead)
    if not len(errors) or errors[:, 0].mean() >= errors[:, 1].mean():
        return Refused("no_better_than_last_year", "would not have done better than repeating last year's months")
    table, alpha = _projected(reported, z, len(z), history, ahead)
    error, repeat_error = (float(mean) for mean in errors.mean(axis=0))
    now = reported.rolled(slice(-YEAR, None))
    return Projection(table, now, alpha, history, len(errors), error, repeat_error)


def fan(z: Floats, ahead: int = AHEAD) -> tuple[Floats, Floats, Floats]:
    """The months to come of many series at once, on the log (or log-odds) scale.

    z: a history a row, oldest month first, at least 24 months; missing months are left out. Returns the projected
    values (series x months ahead), the covariance of their errors (series x months x months) and each alpha. Formulas:
    at the head of this file.

    >>> values, covariance, alpha = fan(np.log(np.tile([9.0, 10, 11, 12, 11, 10], (1, 10))))
    >>> np.exp(values[0]).round(3).tolist(), bool(covariance.max() < 1e-9)
    ([9.0, 10.0, 11.0, 12.0, 11.0, 10.0], True)
    """
    n = z.shape[1]
    present = np.isfinite(z)
    filled = np.where(present, z, 0.0)
    seasons = np.empty((len(z), YEAR))
    for row, here in enumerate(present):
        seasons[row] = _month_effects(n, tuple(np.flatnonzero(~here).tolist())) @ filled[row]
    seasons -= seasons.mean(axis=1, keepdims=True)
    adjusted = np.where(present, filled - seasons[:, np.arange(n) % YEAR], np.nan)
    level, squares, alpha = _smoothed(adjusted)
    df = present[:, YEAR:].sum(axis=1) * (1 - (YEAR + _degree(n)) / present.sum(axis=1))
    variance = squares / np.maximum(df, 1)
    ones_below = np.tril(np.ones((ahead, ahead)), -1)
    spread = np.eye(ahead) + alpha[:, None, None] * ones_below
    shape = spread @ spread.transpose(0, 2, 1) + (YEAR / present.sum(axis=1))[:, None, None] * np.eye(ahead)
    return level[:, None] + seasons[:, (n + np.arange(ahead)) % YEAR], variance[:, None, None] * shape, alpha


def bounds(total: Floats, sd: Floats, level: int, ceiling: float | Floats | None = None) -> tuple[Floats, Floats]:
    """The interval of a sum to come with the given mean and SD: log-normal, or within 0 and a ceiling on log-odds.

    level: per cent. All arrays have one shape, in the units of the sum.

    >>> low, high = bounds(np.array([600.0]), np.array([30.0]), 80)
    >>> float(low[0].round(1)), float(high[0].round(1))
    (562.1, 638.9)
    """
    beyond = float(ndtri((1 + level / 100) / 2))
    if ceiling is None:
        width = np.sqrt(np.log1p((sd / total) ** 2))
        middle = np.log(total) - width**2 / 2
        return np.exp(middle - beyond * width), np.exp(middle + beyond * width)
    share = total / ceiling
    width = sd / ceiling / (share * (1 - share))
    return ceiling * expit(logit(share) - beyond * width), ceiling * expit(logit(share) + beyond * width)


def _smoothed(adjusted: Floats) -> tuple[Floats, Floats, Floats]:
    """Latest level, sum of squared one-month-ahead errors, and the alpha that makes that sum smallest, a series each.

    The level starts at the mean of the first year; a missing month does not move it.
    """
    level = np.repeat(np.nanmean(adjusted[:, :YEAR], axis=1)[:, None], len(ALPHAS), axis=1)
    squares = np.zeros_like(level)
    for month in range(YEAR, adjusted.shape[1]):
        error = np.nan_to_num(adjusted[:, month, None] - level)
        squares += error**2
        level += ALPHAS * error
    best = np.arange(len(adjusted)), squares.argmin(axis=1)
    return level[best], squares[best], ALPHAS[best[1]]


def _degree(n: int) -> int:
    """The degree of the trend that n months can estimate."""
    return 2 if n >= LONGEST else 1 if n >= SHORTEST else 0


@lru_cache(maxsize=256)
def _month_effects(n: int, absent: tuple[int, ...]) -> Floats:
    """The matrix that turns n values into twelve month effects: least squares with the trend beside them."""
    time = np.arange(n)
    powers = [((time - time.mean()) / n) ** power for power in range(1, _degree(n) + 1)]
    design = np.column_stack([time[:, None] % YEAR == np.arange(YEAR), *powers]).astype(float)
    design[list(absent)] = 0.0
    return np.asarray(np.linalg.pinv(design)[:YEAR])


def _projected(reported: Scaled, z: Floats, origin: int, history: int, ahead: int) -> tuple[pd.DataFrame, float]:
    """The projection from the first `origin` months alone: its table and its alpha."""
    values, covariance, alpha = fan(z[None, origin - history : origin], ahead)
    odds = reported.kind == "proportion"
    # The mean of a log-normal month lies above its median by half its variance.
    months = expit(values[0]) if odds else np.exp(values[0] + np.diag(covariance[0]) / 2)
    slopes = months * (1 - months) if odds else months
    weights = np.ones(ahead)
    if reported.denominator is not None:
        weights = reported.denominator[origin - YEAR : origin - YEAR + ahead, 0]
    if reported.kind == "count":
        months = np.maximum(months - 0.5, 1e-9)
    total = np.cumsum(weights * months)
    products = np.outer(weights * slopes, weights * slopes) * covariance[0]
    sd = np.sqrt(np.diag(products.cumsum(axis=0).cumsum(axis=1)))
    columns = {"rolling": total}
    for level in LEVELS:
        interval = bounds(total, sd, level, np.cumsum(weights) if odds else None)
        columns[f"lower_{level}"], columns[f"upper_{level}"] = interval
    index = pd.period_range(reported.months[origin - 1] + 1, periods=ahead, freq="M")
    rolling = {name: _rolled_on(reported, origin, sums, weights) for name, sums in columns.items()}
    return pd.DataFrame(rolling, index=index), float(alpha[0])


def _linked(scale: Scaled) -> Floats:
    """The only series as it is smoothed: logarithms, or log-odds for proportions; halves keep counts above nought."""
    value, numerator = scale.value[:, 0], scale.numerator[:, 0]
    if scale.kind == "count":
        return np.log(numerator + 0.5)
    if scale.kind == "mean":
        return np.log(np.where(value > 0, value, np.nan))
    if scale.denominator is None:
        return np.asarray(logit(np.clip(value / 100, 0.0005, 0.9995)))
    return np.asarray(logit((numerator + 0.5) / (scale.denominator[:, 0] + 1)))


def _rolled_on(scale: Scaled, origin: int, to_come: Floats, weights: Floats) -> Floats:
    """Rolling 12 months ahead: the reported months that are still in the year, with the sum of those to come."""

    def reported(values: Floats) -> Floats:
        return np.array([values[origin - YEAR + h + 1 : origin, 0].sum() for h in range(len(to_come))])

    numerator = reported(scale.numerator)
    if scale.kind == "count":
        return numerator + to_come
    per = 100 if scale.kind == "proportion" else 1
    if scale.denominator is None:  # the figures themselves are the numerators
        return (numerator + per * to_come) / YEAR
    return per * (numerator + to_come) / (reported(scale.denominator) + np.cumsum(weights))


def _refused(reported: Scaled, comparable: Scaled, z: Floats, history: int) -> Refused | None:
    """Why a projection is not tried, if it is not."""
    if history < SHORTEST:
        if comparable.since[-1, 0] + 1 == history:
            return Refused("recent_break", f"needs {SHORTEST} months since the last break; there are {history}")
        return Refused("short_history", f"needs {SHORTEST} months of history; there are {history}")
    if not np.isfinite(reported.value[-YEAR:, 0]).all():
        return Refused("missing_months", "a month of the last 12 is missing, so the rolling 12 months is not known")
    if np.isfinite(z[-history:]).mean() < PRESENT_AT_LEAST:
        return Refused("missing_months", f"more than a quarter of the last {history} months is missing")
    if comparable.expected(history)[-1, 0] < EXPECTED_AT_LEAST:
        return Refused("small_numbers", f"fewer than {EXPECTED_AT_LEAST:g} expected a month")
    return None


def _back_test(reported: Scaled, z: Floats, available: int, ahead: int) -> Floats:
    """The errors of the projection, and of last year's months repeated, from each past month: an origin a row.

    Repeating last year's months leaves the rolling figure where it is.
    """
    n = len(z)
    errors = []
    for origin in range(max(n - available + TRAINING, n - ahead - ORIGINS + 1), n - ahead + 1):
        actual = reported.rolled(slice(origin + ahead - YEAR, origin + ahead))
        repeated = reported.rolled(slice(origin - YEAR, origin))
        history = min(origin - (n - available), LONGEST)
        present = np.isfinite(z[origin - history : origin]).mean()
        if present >= PRESENT_AT_LEAST and np.isfinite(actual + repeated):
            table, _ = _projected(reported, z, origin, history, ahead)
            errors.append((abs(float(table["rolling"].iloc[-1]) - actual), abs(repeated - actual)))
    return np.array(errors).reshape(-1, 2)
