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

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd
from scipy.special import expit, logit, ndtri  # type: ignore[import-untyped]  # SciPy ships no types

from perf_lib.stats.months import YEAR, Floats
from perf_lib.stats.transforms import EXPECTED_AT_LEAST, PRESENT_AT_LEAST, Kind, Scaled, scaled_series
from perf_lib.words.errors import InputError

AHEAD = 6
LONGEST = 60  # months learnt from
SHORTEST = 36
TRAINING = 24  # months that a back-test must have behind it
ORIGINS = 24  # back-tests, at most
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


class Months(NamedTuple):
    """One series to be projected: the arguments of `project` but the last."""

    series: pd.Series
    kind: Kind = "count"
    denominators: pd.Series | None = None
    breaks: Iterable[pd.Period | str] = ()
    exclude: Iterable[pd.Period | str] = ()


def project(
    series: pd.Series,
    kind: Kind = "count",
    denominators: pd.Series | None = None,
    breaks: Iterable[pd.Period | str] = (),
    exclude: Iterable[pd.Period | str] = (),
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
    return project_all({"series": Months(series, kind, denominators, breaks, exclude)}, ahead)["series"]


def project_all(measures: Mapping[str, Months], ahead: int = AHEAD) -> dict[str, Projection | Refused]:
    """The projection of each of many series, as `project` answers it; all of them are smoothed in one pass.

    >>> months = pd.period_range("2015-01", periods=60, freq="M")
    >>> steady = pd.Series(np.random.default_rng(0).poisson(100 + 15 * np.cos(np.arange(60) * np.pi / 6)), index=months)
    >>> outlooks = project_all({"steady": Months(steady), "short": Months(steady[:30])})
    >>> round(outlooks["steady"].table["rolling"].iloc[-1]), outlooks["short"].why
    (1237, 'short_history')
    """
    outlooks: dict[str, Projection | Refused] = {}
    tested: dict[str, tuple[Scaled, list[int], int]] = {}
    histories: list[Floats] = []
    for name, each in measures.items():
        breaks, exclude = tuple(each.breaks), tuple(each.exclude)
        reported = scaled_series(each.series, each.kind, each.denominators, breaks)
        comparable = scaled_series(*each[:3], breaks, exclude) if exclude else reported
        z, available = _linked(comparable), int(comparable.available()[-1, 0])
        history = min(available, LONGEST)
        refused = _refused(reported, comparable, z, history)
        if refused is not None:
            outlooks[name] = refused
            continue
        first = len(z) - available
        origins = [*_past_origins(reported, z, first, ahead), len(z)]
        tested[name] = reported, origins, history
        histories += [z[max(first, origin - LONGEST) : origin] for origin in origins]
    fans = zip(*fan(histories, ahead), strict=True)
    for name, (reported, origins, history) in tested.items():
        outlooks[name] = _judged(reported, origins, [next(fans) for _ in origins], history)
    return {name: outlooks[name] for name in measures}


def fan(histories: Sequence[Floats], ahead: int = AHEAD) -> tuple[Floats, Floats, Floats]:
    """The months to come of many series at once, on the log (or log-odds) scale.

    histories: an array each (or a table's rows), oldest month first, at least 24 months; missing months are left out.
    Returns the projected values (series x months ahead), the covariance of their errors (series x months x months) and
    each alpha. Formulas: at the head of this file.

    >>> values, covariance, alpha = fan(np.log(np.tile([9.0, 10, 11, 12, 11, 10], (1, 10))))
    >>> np.exp(values[0]).round(3).tolist(), bool(covariance.max() < 1e-9)
    ([9.0, 10.0, 11.0, 12.0, 11.0, 10.0], True)
    """
    lengths = [len(history) for history in histories]
    z = np.full((len(lengths), max(lengths, default=0)), np.nan)
    for row, history in enumerate(histories):
        z[row, : len(history)] = history  # months missing after the end of a short history do not move its level
    present = np.isfinite(z)
    filled = np.where(present, z, 0.0)
    seasons = np.empty((len(lengths), YEAR))
    for row, n in enumerate(lengths):
        absent = tuple(np.flatnonzero(~present[row, :n]).tolist())
        seasons[row] = _month_effects(n, absent) @ filled[row, :n]
    seasons -= seasons.mean(axis=1, keepdims=True)
    level, squares, alpha = _smoothed(z - seasons[:, np.arange(z.shape[1]) % YEAR])
    degrees = np.array([_degree(n) for n in lengths])
    df = present[:, YEAR:].sum(axis=1) * (1 - (YEAR + degrees) / present.sum(axis=1))
    variance = squares / np.maximum(df, 1)
    ones_below = np.tril(np.ones((ahead, ahead)), -1)
    spread = np.eye(ahead) + alpha[:, None, None] * ones_below
    shape = spread @ spread.transpose(0, 2, 1) + (YEAR / present.sum(axis=1))[:, None, None] * np.eye(ahead)
    months = np.add.outer(np.array(lengths, dtype=int), np.arange(ahead)) % YEAR
    to_come = np.take_along_axis(seasons, months, axis=1)
    return level[:, None] + to_come, variance[:, None, None] * shape, alpha


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


def _past_origins(reported: Scaled, z: Floats, first: int, ahead: int) -> list[int]:
    """The past positions to project from: the months before each are learnt from, and the `ahead` after it reported.

    first: the position of the first month that may be learnt from.
    """
    return [
        origin
        for origin in range(max(first + TRAINING, len(z) - ahead - ORIGINS + 1), len(z) - ahead + 1)
        if np.isfinite(z[max(first, origin - LONGEST) : origin]).mean() >= PRESENT_AT_LEAST
        and np.isfinite(reported.value[origin - YEAR : origin + ahead, 0]).all()
    ]


def _judged(
    reported: Scaled, origins: Sequence[int], fans: Sequence[tuple[Floats, Floats, float]], history: int
) -> Projection | Refused:
    """The projection from the newest origin, if those from the past did better than last year's months repeated.

    Repeating last year's months leaves the rolling figure where it is.
    """
    errors = []
    for origin, (values, covariance, _) in zip(origins[:-1], fans[:-1], strict=True):
        before, actual = (reported.rolled(slice(end - YEAR, end)) for end in (origin, origin + len(values)))
        total, weights, _ = _to_come(reported, origin, values, covariance)
        errors.append((abs(_rolled_on(reported, origin, total, weights)[-1] - actual), abs(before - actual)))
    error, repeat_error = np.mean(errors, axis=0).tolist() if errors else (np.inf, np.inf)
    if error >= repeat_error:
        return Refused("no_better_than_last_year", "would not have done better than repeating last year's months")
    values, covariance, alpha = fans[-1]
    table = _table(reported, origins[-1], values, covariance)
    now = reported.rolled(slice(-YEAR, None))
    return Projection(table, now, float(alpha), history, len(errors), error, repeat_error)


def _table(reported: Scaled, origin: int, values: Floats, covariance: Floats) -> pd.DataFrame:
    """The rolling figure and its intervals, a row a month ahead of the origin."""
    total, weights, slopes = _to_come(reported, origin, values, covariance)
    products = np.outer(slopes, slopes) * covariance
    sd = np.sqrt(np.diag(products.cumsum(axis=0).cumsum(axis=1)))
    columns = {"rolling": total}
    for level in LEVELS:
        interval = bounds(total, sd, level, np.cumsum(weights) if reported.scale == "proportion" else None)
        columns[f"lower_{level}"], columns[f"upper_{level}"] = interval
    index = pd.period_range(reported.months[origin - 1] + 1, periods=len(values), freq="M")
    return pd.DataFrame({name: _rolled_on(reported, origin, sums, weights) for name, sums in columns.items()}, index)


def _to_come(reported: Scaled, origin: int, values: Floats, covariance: Floats) -> tuple[Floats, Floats, Floats]:
    """The sum of the months to come, up to each; each month's weight in it; and how the sum moves with its value."""
    weights = np.ones(len(values))
    if reported.denominator is not None:
        weights = reported.denominator[origin - YEAR : origin - YEAR + len(values), 0]
    odds = reported.scale == "proportion"
    # The mean of a log-normal month lies above its median by half its variance.
    months = expit(values) if odds else np.exp(values + np.diag(covariance) / 2)
    slopes = months * (1 - months) if odds else months
    if reported.scale == "count":
        months = np.maximum(months - 0.5, 1e-9)
    return np.cumsum(weights * months), weights, weights * slopes


def _linked(comparable: Scaled) -> Floats:
    """The only series as it is smoothed: logarithms, or log-odds for proportions; halves keep counts above nought."""
    numerator = comparable.numerator[:, 0]
    if comparable.scale == "count":
        return np.log(numerator + 0.5)
    if comparable.scale == "mean":
        return comparable.z[:, 0]
    if comparable.denominator is None:
        return np.asarray(logit(np.clip(numerator / 100, 0.0005, 0.9995)))
    return np.asarray(logit((numerator + 0.5) / (comparable.denominator[:, 0] + 1)))


def _rolled_on(reported: Scaled, origin: int, to_come: Floats, weights: Floats) -> Floats:
    """Rolling 12 months ahead: the reported months that are still in the year, with the sum of those to come."""

    def remaining(values: Floats) -> Floats:
        return np.array([values[origin - YEAR + h + 1 : origin, 0].sum() for h in range(len(to_come))])

    numerator = remaining(reported.numerator)
    if reported.scale == "count":
        return numerator + to_come
    per = 100 if reported.scale == "proportion" else 1
    if reported.denominator is None:  # the figures themselves are the numerators
        return (numerator + per * to_come) / YEAR
    return per * (numerator + to_come) / (remaining(reported.denominator) + np.cumsum(weights))


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
