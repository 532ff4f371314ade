"""Farrington's flexible method, the standard of health surveillance, for many monthly series at once.

Noufaily, Enki, Farrington, Garthwaite, Andrews and Charlett, "An improved algorithm for outbreak detection in multiple
surveillance systems", Statistics in Medicine 32 (2013), 1206-1222; in R, `surveillance::farringtonFlexible` (Salmon,
Schumacher and Höhle, Journal of Statistical Software 70(10), 2016). `farrington.R` asks that function the same.

Each month judged has a fit of its own. A quasi-Poisson regression with logarithmic link takes the months of the `b`
years before: a level for each season and a trend. Months above their fit by more than 2.58 of Anscombe's standardised
residuals are weighted down by the residual's square, and the fit is made anew. The trend stays where R keeps it: with
p < 0.05, and where the month is expected no higher than the highest month learnt from. The month judged is held
against the negative binomial distribution of the expected count and the dispersion (at least 1); R's "nbPlugin".

What is chosen for months, where the publication has weeks:

- `b` is four years, or three where there are no more; `w` is one month either side of the judged calendar month.
- `noPeriods` is ten, as published. The seasons are the judged calendar month with its two neighbours, and each of the
  other nine months alone (in weeks: seven, and nine periods of five).
- The last three months are not learnt from (`pastWeeksNotIncluded`), so that a change of two or three months that is
  still going on does not raise its own limits.
- No alarm upwards where the last four months hold fewer than five cases (`limit54`, as published). Downwards there is
  no such limit: a fall to nothing is what is looked for.

R's code overwrites a fit's working weights by the weights of the second fit before it tests the trend. Its test of the
trend therefore takes the variance of y / mu for that of y, and keeps nearly every trend. That is done here too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import betainc, gammainc, gammaincc, ndtri, stdtr, xlogy  # type: ignore[import-untyped]  # no types

from perf_lib.stats.months import YEAR, Floats

YEARS, FEWEST_YEARS = 4, 3
EITHER_SIDE = 1  # months beside the judged calendar month that share its season
NOT_LEARNT_FROM = 3  # months just before the one judged
WEIGHTS_THRESHOLD = 2.58
TREND_LEVEL = 0.05
ENOUGH_CASES, ENOUGH_MONTHS = 5, 4
TOLERANCE, ITERATIONS = 1e-8, 25  # R's glm.control
SMALLEST_MEAN = float(np.finfo(float).eps)  # R's poisson() bounds fitted means so
SMALLEST_P = 1e-300


@dataclass(frozen=True)
class Predicted:
    """The negative binomial that each judged month is held against; every array is judged months x series.

    `expected` is its mean, `dispersion` its variance over its mean (1: Poisson), `trended` whether the trend stayed.
    Months without three years before them have no expectation (missing).
    """

    expected: Floats
    dispersion: Floats
    trended: NDArray[np.bool_]

    def chances(self, counts: Floats) -> tuple[Floats, Floats]:
        """The chance of a count as high as each, and of one as low as each."""
        poisson = self.dispersion <= 1
        with np.errstate(invalid="ignore", divide="ignore"):
            size = self.expected / np.where(poisson, np.nan, self.dispersion - 1)
            share = 1 / self.dispersion
            high = np.where(poisson, gammainc(counts, self.expected), betainc(counts, size, 1 - share))
            low = np.where(poisson, gammaincc(counts + 1, self.expected), betainc(size, counts + 1, share))
        return np.where(counts > 0, high, np.where(np.isnan(self.expected), np.nan, 1.0)), low


@dataclass(frozen=True)
class _Fit:
    """Regressions, one a column: fitted means and weights (months x columns), and what is read off them (columns)."""

    mean: Floats
    working: Floats  # the weights of the last iteration
    leverage: Floats
    slope: Floats
    information: Floats  # of the slope: its variance is dispersion / information
    expected: Floats  # the judged month's mean
    parameters: int
    converged: NDArray[np.bool_]


def farrington(values: Floats, months: pd.PeriodIndex, judged: int) -> Floats:
    """How far each of the last `judged` months lies from its expectation, in standard normal deviates.

    values: counts, months x series. The answer is judged months x series: z > 0 where a count as high has the chance
    of a normal deviate beyond z, z < 0 where one as low has, and nought where neither chance is below a half. R's
    alarm at `alpha` is z >= the normal deviate of 1 - alpha. Missing where there are no three years before.
    """
    counts = np.asarray(values, dtype=float)
    high, low = predicted(counts, judged).chances(counts[-judged:])
    up = np.maximum(-ndtri(np.maximum(high, SMALLEST_P)), 0)
    down = np.maximum(-ndtri(np.maximum(low, SMALLEST_P)), 0)
    recent = sum(_before(counts, judged, back) for back in range(ENOUGH_MONTHS))
    return np.where(recent >= ENOUGH_CASES, up, np.where(np.isnan(up), np.nan, 0.0)) - down


def predicted(counts: Floats, judged: int) -> Predicted:
    """What each of the last `judged` months was expected to be, from the months before it; counts months x series."""
    shape = (judged, counts.shape[1])
    expected, dispersion = np.full(shape, np.nan), np.full(shape, np.nan)
    trended = np.zeros(shape, dtype=bool)
    position = np.arange(len(counts) - judged, len(counts))
    years = np.minimum((position - EITHER_SIDE) // YEAR, YEARS)
    for b in range(FEWEST_YEARS, YEARS + 1):
        rows = np.flatnonzero(years == b)
        if not len(rows):
            continue
        back = np.arange(YEAR * b + EITHER_SIDE, NOT_LEARNT_FROM, -1)
        learnt = counts[position[rows][None, :] - back[:, None]].reshape(len(back), -1)
        for whole, part in zip((expected, dispersion, trended), _predict(learnt, back), strict=True):
            whole[rows] = part.reshape(len(rows), -1)
    return Predicted(expected, dispersion, trended)


def _before(counts: Floats, judged: int, back: int) -> Floats:
    """The count so many months before each judged month; nought before the first month."""
    padded = np.concatenate([np.zeros((back, counts.shape[1])), counts])
    return padded[-judged - back : len(padded) - back]


def _predict(learnt: Floats, back: NDArray[np.int64]) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Expectation, dispersion and whether the trend stayed, a column each; `back` is how long ago each row was."""
    sloped, dispersion, weights = _reweighted(learnt, back, trend=True)
    degrees = len(learnt) - sloped.parameters
    variance = _squares(weights, (learnt - sloped.mean) / sloped.mean) / degrees  # of y / mu: see the module's text
    with np.errstate(divide="ignore", invalid="ignore"):
        t = sloped.slope / np.sqrt(variance / sloped.information)
    significant = 2 * stdtr(degrees, -np.abs(t)) < TREND_LEVEL
    no_higher = np.maximum(sloped.expected, SMALLEST_MEAN) <= learnt.max(axis=0)
    trended = significant & no_higher & sloped.converged
    level, level_dispersion, _ = _reweighted(learnt[:, ~trended], back, trend=False)
    expected = sloped.expected.copy()
    expected[~trended], dispersion[~trended] = level.expected, level_dispersion
    return expected, dispersion, trended


def _reweighted(learnt: Floats, back: NDArray[np.int64], trend: bool) -> tuple[_Fit, Floats, Floats]:
    """The second fit with its dispersion and weights. `converged` is the first fit's: R looks at no other."""
    first = _fit(learnt, np.ones_like(learnt), back, trend)
    dispersion = _dispersion(first, learnt)
    anscombe = 1.5 * (learnt ** (2 / 3) * first.mean ** (-1 / 6) - np.sqrt(first.mean))
    residual = anscombe / np.sqrt(dispersion * (1 - first.leverage))
    outlying = residual > WEIGHTS_THRESHOLD
    weights = np.where(outlying, np.where(outlying, residual, 1.0) ** -2, 1.0)
    weights *= len(learnt) / weights.sum(axis=0)
    second = _fit(learnt, weights, back, trend)
    parts = {name: getattr(second, name) for name in second.__dataclass_fields__}
    return _Fit(**(parts | {"converged": first.converged})), _dispersion(second, learnt), weights


def _dispersion(fit: _Fit, learnt: Floats) -> Floats:
    """Pearson's, at least 1."""
    return np.maximum(_squares(fit.working, (learnt - fit.mean) / fit.mean) / (len(learnt) - fit.parameters), 1)


def _squares(weights: Floats, residuals: Floats) -> Floats:
    return (weights * residuals**2).sum(axis=0)


def _fit(learnt: Floats, weights: Floats, back: NDArray[np.int64], trend: bool) -> _Fit:
    """Iterated weighted least squares, from where R's glm starts until where it stops.

    A level a season and one slope have a closed form: the slope is that of the months about their season's means.
    """
    season = back % YEAR
    season[np.isin(season, (0, EITHER_SIDE, YEAR - EITHER_SIDE))] = 0  # the judged month's own
    seasons = (np.unique(season)[:, None] == season).astype(float)  # seasons x months; the judged month's comes first
    time = -back[:, None].astype(float)
    mean = learnt + 0.1
    linear, deviance = np.log(mean), _deviance(learnt, mean, weights)
    shape = learnt.shape[1]
    slope, information, expected = np.zeros(shape), np.full(shape, np.inf), np.zeros(shape)
    leverage, working = np.zeros_like(learnt), np.zeros_like(learnt)
    active = np.arange(shape)
    for _ in range(ITERATIONS):
        y, mu, eta = learnt[:, active], mean[:, active], linear[:, active]
        w = weights[:, active] * mu
        z = eta + (y - mu) / mu
        total = seasons @ w
        level, middle = (seasons @ (w * z)) / total, (seasons @ (w * time)) / total
        gradient = np.zeros(len(active))
        about = time - seasons.T @ middle
        spread = (w * about**2).sum(axis=0)
        if trend:
            gradient = (w * about * (z - seasons.T @ level)).sum(axis=0) / spread
        eta = seasons.T @ level + gradient * about
        mu = np.maximum(np.exp(eta), SMALLEST_MEAN)
        latest = _deviance(y, mu, weights[:, active])
        linear[:, active], mean[:, active], working[:, active] = eta, mu, w
        leverage[:, active] = w * (seasons.T @ (1 / total) + (about**2 / spread if trend else 0))
        slope[active], information[active] = gradient, spread
        expected[active] = np.exp(level[0] - gradient * middle[0])
        moving = ~(np.abs(latest - deviance[active]) / (0.1 + np.abs(latest)) < TOLERANCE)
        deviance[active] = latest
        active = active[moving]
        if not len(active):
            break
    converged = np.ones(shape, dtype=bool)
    converged[active] = False
    parameters = len(seasons) + trend
    return _Fit(mean, working, leverage, slope, information, expected, parameters, converged)


def _deviance(y: Floats, mean: Floats, weights: Floats) -> Floats:
    return 2 * (weights * (xlogy(y, y / mean) - (y - mean))).sum(axis=0)
