"""A series as a level that wanders, a season and noise; what it leads one to expect of the months to come.

On its test scale (`transforms`) a month is the level before it, the season of its calendar month, and an error:

    z[t] = level[t-1] + season[t mod 12] + e[t]        level[t] = level[t-1] + alpha e[t]        e ~ N(0, s2)

This is simple exponential smoothing with a season as a state-space model (Hyndman, Koehler, Ord & Snyder, Forecasting
with Exponential Smoothing, 2008, chapters 3 and 5). Errors of months to come share the level's, so with L = I + alpha x
(ones below the diagonal) and S the month effects, z has covariance s2 (L L' + season S S') about an unknown mean.

- The twelve month effects S are drawn towards nought: their variance is `season` times the months' own.
- alpha and season are not chosen but averaged over: each pair of ALPHAS and SEASONS counts by its restricted likelihood
  (Harville, Biometrika 61, 1974; Hoeting et al., Bayesian Model Averaging, Statistical Science 14, 1999).
- The best linear prediction's covariance includes what is not known of level and season, so a short history gives wide
  ranges. A missing month is left out: nothing replaces it.
- Once fitted, an error beyond CLIP standard deviations is drawn in to that, and the model fitted again, so a shock
  moves the level little and the spread not at all (Gelper, Fried & Croux, Journal of Forecasting 29, 2010).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from perf_lib.stats.months import YEAR, Floats

LONGEST = 60  # months learnt from
ALPHAS = np.array([0.02, 0.1, 0.2, 0.35, 0.55, 0.75, 1.0])
SEASONS = np.array([0.2, 2.0, 50.0])
CLIP = 2.5
CLIPPED = 0.955  # the variance that a normal variable drawn in at CLIP keeps
_FEWEST = 8  # months with a figure: fewer are nothing to learn from
_ROWS = 16_384  # histories at a time, so that memory stays small


@dataclass(frozen=True)
class Outlook:
    """The months to come of many histories, on their test scale; missing where there is too little to learn from.

    `mean` is histories x months ahead and `covariance` histories x months x months; `noise` is s2, `weights` how much
    each of ALPHAS counts (histories x alphas), `df` the degrees of freedom of s2.
    """

    mean: Floats
    covariance: Floats
    noise: Floats
    weights: Floats
    df: Floats

    def of_rows(self, rows: np.ndarray) -> Outlook:
        """Some of the histories."""
        return Outlook(*(part[rows] for part in (self.mean, self.covariance, self.noise, self.weights, self.df)))


@dataclass(frozen=True)
class Operator:
    """All that depends on which months of a history are present; a row for each pair of ALPHAS and SEASONS."""

    residuals: Floats  # pairs x present x present: figures to independent residuals
    forecast: Floats  # pairs x ahead x present
    shape: Floats  # pairs x ahead x ahead: covariance of the forecast, in units of s2
    penalty: Floats  # pairs: twice the part of the log likelihood that figures do not change
    spread: Floats  # present: a month's own standard deviation, in units of the residuals'
    df: int


def outlook(histories: Floats, ahead: int, floor: Floats | float = 0.0) -> Outlook:
    """What each history leads one to expect of the `ahead` months after it.

    histories: a row each, oldest month first, nan where a month is missing. floor: the least that s2 can be, such as a
    count's own chance variation. Formulas: at the head of this file.

    >>> season = np.tile([9.0, 10, 11, 12, 11, 10], 10)
    >>> ahead = outlook((season + np.random.default_rng(0).normal(0, 0.1, 60))[None], 3)
    >>> ahead.mean.round().tolist(), round(float(ahead.noise[0]), 1)
    ([[9.0, 10.0, 11.0]], 0.0)
    """
    count, length = histories.shape
    floors = np.broadcast_to(np.asarray(floor, dtype=float), (count,))
    shapes = (ahead,), (ahead, ahead), (), (len(ALPHAS),), ()
    result = Outlook(*(np.full((count, *shape), np.nan) for shape in shapes))
    present = np.isfinite(histories)
    marks = np.ascontiguousarray(np.packbits(present, axis=1))
    patterns, group = np.unique(marks.view(f"V{marks.shape[1]}").ravel(), return_inverse=True)
    for number in range(len(patterns)):
        rows = np.flatnonzero(group == number)
        months = present[rows[0]]
        if months.sum() < _FEWEST:
            continue
        fits = operator(months.tobytes(), length, ahead)
        for start in range(0, len(rows), _ROWS):
            some = rows[start : start + _ROWS]
            _fill(result, some, fits, histories[some][:, months], floors[some])
    return result


def _fill(result: Outlook, rows: NDArray[np.intp], fits: Operator, figures: Floats, floor: Floats) -> None:
    weights, variance, residuals = _fitted(fits, figures, floor)
    mean_residual = np.einsum("na,anp->np", weights, residuals)
    scale = np.sqrt(np.einsum("na,na->n", weights, variance))[:, None]
    typical = 1.7 * np.median(np.abs(mean_residual), axis=1, keepdims=True)  # of normal residuals, a little over one sd
    limit = CLIP * np.minimum(scale, np.maximum(typical, np.sqrt(floor)[:, None]))
    figures = figures - (mean_residual - np.clip(mean_residual, -limit, limit)) * fits.spread
    weights, variance, _ = _fitted(fits, figures, floor)
    means = figures @ fits.forecast.transpose(0, 2, 1)  # pairs x rows x ahead
    mean = np.einsum("na,anh->nh", weights, means)
    apart = (means - mean).transpose(1, 0, 2) * np.sqrt(weights)[:, :, None]
    result.mean[rows] = mean
    result.covariance[rows] = np.tensordot(weights * variance, fits.shape, axes=1) + apart.transpose(0, 2, 1) @ apart
    result.noise[rows] = np.einsum("na,na->n", weights, variance)
    result.weights[rows] = weights.reshape(len(weights), len(ALPHAS), -1).sum(axis=2)
    result.df[rows] = fits.df


def _fitted(fits: Operator, figures: Floats, floor: Floats) -> tuple[Floats, Floats, Floats]:
    """How much each pair counts, its s2, and its residuals (pairs x rows x months)."""
    residuals = figures @ fits.residuals.transpose(0, 2, 1)
    squares = np.einsum("anp,anp->na", residuals, residuals)
    variance = np.maximum(squares / (CLIPPED * fits.df), np.maximum(floor, 1e-18)[:, None])
    likelihood = -(fits.df * np.log(variance) + squares / variance + fits.penalty) / 2
    weights = np.exp(likelihood - likelihood.max(axis=1, keepdims=True))
    return weights / weights.sum(axis=1, keepdims=True), variance, residuals


@lru_cache(maxsize=256)
def operator(months: bytes, length: int, ahead: int) -> Operator:
    """What fits and projects a history of `length` months, of which those marked in `months` are present."""
    present = np.flatnonzero(np.frombuffer(months, dtype=bool))
    time = np.arange(length + ahead)
    season = (time[:, None] % YEAR == np.arange(YEAR)) - 1 / YEAR
    spread = spreads(length + ahead)
    levels = spread @ spread.transpose(0, 2, 1)
    whole = (levels[:, None] + SEASONS[:, None, None] * (season @ season.T)).reshape(-1, *levels.shape[1:])
    root = np.linalg.cholesky(whole[:, present][:, :, present])
    whiten = np.linalg.inv(root)
    level = whiten.sum(axis=2)  # the unknown mean, whitened
    size = np.einsum("ap,ap->a", level, level)
    estimate = np.einsum("ap,apq->aq", level, whiten) / size[:, None]  # figures to the mean
    past = whole[:, length:][:, :, present] @ whiten.transpose(0, 2, 1) @ whiten  # departures from it to those to come
    surplus = 1 - past.sum(axis=2)  # how far the months to come move with the mean
    shape = whole[:, length:, length:] - past @ whole[:, present][:, :, length:]
    return Operator(
        residuals=whiten - level[:, :, None] * estimate[:, None, :],
        forecast=past + surplus[:, :, None] * estimate[:, None, :],
        shape=shape + np.einsum("ah,ai->ahi", surplus, surplus) / size[:, None, None],
        penalty=2 * np.log(np.einsum("app->ap", root)).sum(axis=1) + np.log(size),
        spread=np.einsum("app->ap", root).mean(axis=0),
        df=len(present) - 1,
    )


def spreads(months: int) -> Floats:
    """How each month's error reaches the months after it: alphas x months x months.

    >>> spreads(2)[-1].tolist()
    [[1.0, 0.0], [1.0, 1.0]]
    """
    return np.asarray(np.eye(months) + ALPHAS[:, None, None] * np.tril(np.ones((months, months)), -1))
