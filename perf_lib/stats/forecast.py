"""Where the rolling 12 months is heading: six months ahead with honest intervals, or a reasoned refusal.

Each month to come is projected at the latest level times its usual season; the rolling figure is then the months
already known plus those projected. The method is simple exponential smoothing (Brown 1959; Hyndman & Athanasopoulos,
Forecasting: Principles and Practice, 3rd ed., 2021, section 8.1) of the seasonally adjusted logarithm:

- season: twelve month effects fitted to the last 60 months beside a quadratic trend (36 to 59 months: a straight line;
  fewer, as only the back-tests have: none, since the trend would cost more than it saves);
- level: smoothed with the weight alpha that would have projected one month ahead best; held flat;
- spread: the errors of the months to come share the level's, so with L = I + alpha x (ones below the diagonal) their
  covariance is s2 (L L' + 12/n I), the last term for the month effects. s2 counts the parameters that season and trend
  took out of the residuals; without that, an 80 per cent interval covers 75 per cent.

It is refused where there is too little to go on, and where over the series' own past it would not have beaten saying
"the next months will be those of last year".
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
from perf_lib.stats.transforms import Kind, Scaled, scaled
from perf_lib.words.errors import InputError

AHEAD = 6
LONGEST = 60  # months learnt from
SHORTEST = 36
TRAINING = 24  # months a back-test must have behind it
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
    breaks: Iterable[pd.Period | str] = (),
    exclude: Iterable[pd.Period | str] = (),
    ahead: int = AHEAD,
) -> Projection | Refused:
    """The rolling 12 months for the next six, with 80 and 95 per cent intervals; or why there is none.

    series: a monthly series, as for `calibrated` (numerators where denominators are given; the denominators
    to come are taken to be those of the same months last year). Only months since the last break are learnt from;
    excluded months are not learnt from, but a total that includes them includes them.

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


class Months(NamedTuple):
    """One series to be projected, with the arguments of `project` that belong to it."""

    series: pd.Series
    kind: Kind = "count"
    denominators: pd.Series | None = None
    breaks: Iterable[pd.Period | str] = ()
    exclude: Iterable[pd.Period | str] = ()


def project_all(measures: Mapping[str, Months], ahead: int = AHEAD) -> dict[str, Projection | Refused]:
    """The projection of each of many series, as `project` answers it; all fans are smoothed in one pass.

    >>> months = pd.period_range("2015-01", periods=60, freq="M")
    >>> steady = pd.Series(np.random.default_rng(0).poisson(100 + 15 * np.cos(np.arange(60) * np.pi / 6)), index=months)
    >>> outlooks = project_all({"steady": Months(steady), "short": Months(steady[:30])})
    >>> round(outlooks["steady"].table["rolling"].iloc[-1]), outlooks["short"].why
    (1237, 'short_history')
    """
    answers: dict[str, Projection | Refused] = {}
    tested: dict[str, tuple[Scaled, list[_Origin]]] = {}
    histories: list[Floats] = []
    for name, each in measures.items():
        frame, breaks, exclude = each.series.to_frame("series"), {"series": [*each.breaks]}, [*each.exclude]
        below = None if each.denominators is None else each.denominators.to_frame("series")
        known = scaled(frame, each.kind, below, breaks)
        learnt = scaled(frame, each.kind, below, breaks, {"series": exclude}) if exclude else known
        available, linked = _available(learnt), _linked(learnt)
        refused = _refused(known, learnt, min(available, LONGEST))
        if refused is not None:
            answers[name] = refused
            continue
        origins = [*_past_origins(known, linked, available, ahead), _Origin(len(known.z), min(available, LONGEST))]
        tested[name] = known, origins
        histories += [linked[origin.at - origin.history : origin.at] for origin in origins]
    fans = zip(*_fans(histories, ahead), strict=True) if histories else iter(())
    for name, (known, origins) in tested.items():
        answers[name] = _judged(known, origins, [next(fans) for _ in origins], ahead)
    return {name: answers[name] for name in measures}


class _Origin(NamedTuple):
    """A month to project from, the months learnt from, and what became of the rolling figure where that is known."""

    at: int
    history: int
    actual: float = np.nan
    before: float = np.nan


def _judged(
    known: Scaled, origins: Sequence[_Origin], fans: Sequence[tuple[Floats, Floats, float]], ahead: int
) -> Projection | Refused:
    """The projection from the last origin, if those from the others beat repeating last year's months."""
    errors = np.array(
        [
            (abs(float(_rolled_on(known, each.at, *_totals(known, each.at, *fan[:2]))[-1]) - each.actual),
             abs(each.before - each.actual))
            for each, fan in zip(origins[:-1], fans[:-1], strict=True)
        ]
    ).reshape(-1, 2)  # fmt: skip
    if not len(errors) or errors[:, 0].mean() >= errors[:, 1].mean():
        return Refused("no_better_than_last_year", "would not have done better than repeating last year's months")
    newest, (values, covariance, alpha) = origins[-1], fans[-1]
    table = _table(known, newest.at, values, covariance, ahead)
    ours, theirs = (float(mean) for mean in errors.mean(axis=0))
    now = known.rolled(slice(-YEAR, None))
    return Projection(table, now, float(alpha), newest.history, len(errors), ours, theirs)


def fan(z: Floats, ahead: int = AHEAD) -> tuple[Floats, Floats, Floats]:
    """The months to come of many series at once, on the log (or log-odds) scale.

    z: a history a row, oldest month first, at least 24 months; missing months are left out. Returns the projected
    values (series x months ahead), the covariance of their errors (series x months x months) and each alpha.

    >>> values, covariance, alpha = fan(np.log(np.tile([9.0, 10, 11, 12, 11, 10], (1, 10))))
    >>> np.exp(values[0]).round(3).tolist(), bool(covariance.max() < 1e-9)
    ([9.0, 10.0, 11.0, 12.0, 11.0, 10.0], True)
    """
    return _fans(list(z), ahead)


def _fans(histories: Sequence[Floats], ahead: int) -> tuple[Floats, Floats, Floats]:
    """As `fan`, for histories of any lengths: missing months after the end of a short one leave its level alone."""
    lengths = np.array([len(history) for history in histories])
    z = np.full((len(histories), lengths.max()), np.nan)
    for row, history in enumerate(histories):
        z[row, : len(history)] = history
    present = np.isfinite(z)
    held = np.where(present, z, 0.0)
    seasons = np.empty((len(z), YEAR))
    for row, n in enumerate(lengths.tolist()):
        absent = tuple(np.flatnonzero(~present[row, :n]).tolist())
        seasons[row] = _season_of(n, absent) @ held[row, :n]
    seasons -= seasons.mean(axis=1, keepdims=True)
    adjusted = np.where(present, held - seasons[:, np.arange(z.shape[1]) % YEAR], np.nan)
    level, squares, alpha = _smoothed(adjusted)
    trends = np.array([_trend(n) for n in lengths.tolist()])
    counted = present[:, YEAR:].sum(axis=1) * (1 - (YEAR + trends) / present.sum(axis=1))
    variance = squares / np.maximum(counted, 1)
    ones_below = np.tril(np.ones((ahead, ahead)), -1)
    spread = np.eye(ahead) + alpha[:, None, None] * ones_below
    shape = spread @ spread.transpose(0, 2, 1) + (YEAR / present.sum(axis=1))[:, None, None] * np.eye(ahead)
    to_come = np.take_along_axis(seasons, (lengths[:, None] + np.arange(ahead)) % YEAR, axis=1)
    return level[:, None] + to_come, variance[:, None, None] * shape, alpha


def _smoothed(adjusted: Floats) -> tuple[Floats, Floats, Floats]:
    """Latest level, sum of squared one-month-ahead errors, and the alpha that makes that sum smallest, a series each.

    The level starts at the mean of the first year; a missing month leaves it where it was.
    """
    level = np.repeat(np.nanmean(adjusted[:, :YEAR], axis=1)[:, None], len(ALPHAS), axis=1)
    squares = np.zeros_like(level)
    for month in range(YEAR, adjusted.shape[1]):
        error = np.nan_to_num(adjusted[:, month, None] - level)
        squares += error**2
        level += ALPHAS * error
    best = squares.argmin(axis=1)
    rows = np.arange(len(adjusted))
    return level[rows, best], squares[rows, best], ALPHAS[best]


def _trend(n: int) -> int:
    """The degree of the trend that n months can bear."""
    if n >= LONGEST:
        return 2
    return 1 if n >= SHORTEST else 0


@lru_cache(maxsize=256)
def _season_of(n: int, absent: tuple[int, ...]) -> Floats:
    """What turns n values into twelve month effects: least squares with the trend beside them."""
    time = np.arange(n)
    powers = [((time - time.mean()) / n) ** power for power in range(1, _trend(n) + 1)]
    design = np.column_stack([time[:, None] % YEAR == np.arange(YEAR), *powers]).astype(float)
    design[list(absent)] = 0.0
    return np.asarray(np.linalg.pinv(design)[:YEAR])


def bounds(total: Floats, sd: Floats, level: int, ceiling: float | Floats | None = None) -> tuple[Floats, Floats]:
    """The interval of a sum to come with the given mean and SD: log-normal, or within 0 and a ceiling on log-odds.

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


def _months_to_come(known: Scaled, values: Floats, covariance: Floats) -> Floats:
    """The projected months in the units of the series, from their logarithms or log-odds."""
    if known.kind == "proportion":
        return np.asarray(expit(values))
    # The mean of a log-normal month lies above its median by half its variance.
    return np.asarray(np.exp(values + np.diag(covariance) / 2))


def _totals(known: Scaled, at: int, values: Floats, covariance: Floats) -> tuple[Floats, Floats]:
    """The weighted sum of the months to come up to each of them, and their weights."""
    months, weights = _months_to_come(known, values, covariance), _weights(known, at, len(values))
    if known.kind == "count":
        months = np.maximum(months - 0.5, 1e-9)
    return np.cumsum(weights * months), weights


def _table(known: Scaled, at: int, values: Floats, covariance: Floats, ahead: int) -> pd.DataFrame:
    """The projection with the first `at` months known: the rolling figure and its intervals, a row a month ahead."""
    odds = known.kind == "proportion"
    months = _months_to_come(known, values, covariance)
    slopes = months * (1 - months) if odds else months
    total, weights = _totals(known, at, values, covariance)
    sd = np.array([np.sqrt(_quadratic(covariance, weights * slopes, h + 1)) for h in range(ahead)])
    columns = {"rolling": total}
    for level in LEVELS:
        columns[f"lower_{level}"], columns[f"upper_{level}"] = bounds(
            total, sd, level, np.cumsum(weights) if odds else None
        )
    index = pd.period_range(known.months[at - 1] + 1, periods=ahead, freq="M")
    rolled = {name: _rolled_on(known, at, part, weights) for name, part in columns.items()}
    return pd.DataFrame(rolled, index=index)


def _quadratic(covariance: Floats, slopes: Floats, months: int) -> float:
    part = slopes[:months]
    return float(part @ covariance[:months, :months] @ part)


def _linked(part: Scaled) -> Floats:
    """The only series as it is smoothed: logarithms, or log-odds for proportions; halves keep counts off nought."""
    value, top = part.value[:, 0], part.numerator[:, 0]
    if part.kind == "count":
        return np.log(top + 0.5)
    if part.kind == "mean":
        return np.log(np.where(value > 0, value, np.nan))
    if part.denominator is None:
        return np.asarray(logit(np.clip(value / 100, 0.0005, 0.9995)))
    return np.asarray(logit((top + 0.5) / (part.denominator[:, 0] + 1)))


def _weights(part: Scaled, at: int, ahead: int) -> Floats:
    """What each month to come counts for: one, or its denominator a year before."""
    return np.ones(ahead) if part.denominator is None else part.denominator[at - YEAR : at - YEAR + ahead, 0]


def _rolled_on(part: Scaled, at: int, to_come: Floats, weights: Floats) -> Floats:
    """Rolling 12 months ahead: the months still in the year, with the sum of those to come."""
    ahead = len(to_come)
    kept = [slice(at - YEAR + h + 1, at) for h in range(ahead)]
    if part.kind == "count":
        return np.array([part.numerator[k, 0].sum() for k in kept]) + to_come
    if part.denominator is None:
        per = 100 if part.kind == "proportion" else 1
        return (np.array([part.value[k, 0].sum() for k in kept]) + per * to_come) / YEAR
    top = np.array([part.numerator[k, 0].sum() for k in kept]) + to_come
    below = np.array([part.denominator[k, 0].sum() for k in kept]) + np.cumsum(weights)
    return (100 if part.kind == "proportion" else 1) * top / below


def _available(learnt: Scaled) -> int:
    """Months since the series began, or began anew."""
    present = np.isfinite(learnt.z[:, 0])
    since_first = len(present) - int(present.argmax()) if present.any() else 0
    return int(min(since_first, learnt.since[-1, 0] + 1))


def _refused(known: Scaled, learnt: Scaled, history: int) -> Refused | None:
    """What stands in the way of a projection before it is tried."""
    if history < SHORTEST:
        if learnt.since[-1, 0] + 1 == history:
            return Refused("recent_break", f"needs {SHORTEST} months since the last break; there are {history}")
        return Refused("short_history", f"needs {SHORTEST} months of history; there are {history}")
    if not np.isfinite(known.value[-YEAR:, 0]).all():
        return Refused("missing_months", "a month of the last 12 is missing, so the rolling 12 months is not known")
    if np.isfinite(_linked(learnt)[-history:]).mean() < PRESENT_AT_LEAST:
        return Refused("missing_months", f"more than a quarter of the last {history} months is missing")
    if learnt.expected(history)[-1, 0] < EXPECTED_AT_LEAST:
        return Refused("small_numbers", f"fewer than {EXPECTED_AT_LEAST:g} expected a month")
    return None


def _past_origins(known: Scaled, linked: Floats, available: int, ahead: int) -> list[_Origin]:
    """The past months to project from, whose rolling figure `ahead` months on is known.

    Repeating last year's months leaves the rolling figure where it is: `before` is what that would have projected.
    """
    n = len(known.z)
    first = max(n - available + TRAINING, n - ahead - ORIGINS + 1)
    origins = []
    for at in range(first, n - ahead + 1):
        actual, then = known.rolled(slice(at + ahead - YEAR, at + ahead)), known.rolled(slice(at - YEAR, at))
        history = min(at - (n - available), LONGEST)
        if np.isfinite(linked[at - history : at]).mean() >= PRESENT_AT_LEAST and np.isfinite(actual + then):
            origins.append(_Origin(at, history, actual, then))
    return origins
