"""Small numbers: what their past leads one to expect, by exact tests that allow for more scatter than chance alone.

Under five a month neither a logarithm nor a square root has a usable spread. The rate a month is a gamma variable
instead, whose past counts for less the older it is: before each month both of its parameters are multiplied by omega,
then the count and its exposure are added (Harvey & Fernandes, Journal of Business & Economic Statistics 7, 1989). What
is to come is then negative binomial, whose tail is an incomplete beta function. omega is averaged over by likelihood.
Where counts scatter more about those predictions than they should, counts and exposures are divided by how much more
(quasi-likelihood; McCullagh & Nelder 1989, section 4.5). Tails count half of the chance of the figure itself (mid-p;
Lancaster, Journal of the American Statistical Association 56, 1961).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import betainc, betaincinv, betaln  # type: ignore[import-untyped]  # SciPy ships no types

from perf_lib.stats.months import Floats

OMEGAS = np.array([0.8, 0.86, 0.91, 0.95, 0.98, 1.0])
_PRIOR = 0.5  # Jeffreys's, for the rate of a Poisson variable
LEAST = 1e-300
"""A chance has a sign, so none is nought."""
_STEADY = 20.0  # months that dispersion is taken to be 1 from


@dataclass(frozen=True)
class Rate:
    """The rate at a history's end: gamma parameters (histories x omegas), weights of omegas, and over-dispersion."""

    shape: Floats
    exposure: Floats
    weights: Floats
    dispersion: Floats

    def of_rows(self, rows: np.ndarray) -> Rate:
        """Some of the histories."""
        return Rate(self.shape[rows], self.exposure[rows], self.weights[rows], self.dispersion[rows])


def rate(counts: Floats, exposures: Floats) -> Rate:
    """The rate at the end of each history.

    counts, exposures: a row each, oldest month first, nan where a month is missing; an exposure is what the count is
    out of: a month's length, or a number of cases.

    >>> steady = rate(np.full((1, 60), 2.0), np.ones((1, 60)))
    >>> round(float((steady.weights * steady.shape / steady.exposure).sum()), 1), float(steady.dispersion[0])
    (2.0, 1.0)
    """
    present = np.isfinite(counts) & np.isfinite(exposures)
    counts, exposures = np.where(present, counts, 0.0), np.where(present, exposures, 0.0)
    start = exposures.sum(axis=1) / np.maximum(counts.sum(axis=1), 1) * _PRIOR
    shape = np.full((len(counts), len(OMEGAS)), _PRIOR)
    exposure = np.broadcast_to(start[:, None], shape.shape).copy()
    likelihood, excess = np.zeros_like(shape), np.zeros_like(shape)
    for month in range(counts.shape[1]):
        shape, exposure = np.maximum(shape * OMEGAS, _PRIOR), np.maximum(exposure * OMEGAS, start[:, None])
        count, size, there = counts[:, month, None], exposures[:, month, None], present[:, month, None]
        chance = exposure / np.where(exposure + size > 0, exposure + size, 1.0)
        mean = shape / np.where(exposure > 0, exposure, 1.0) * size
        with np.errstate(divide="ignore", invalid="ignore"):
            log = -betaln(shape, count + 1) - np.log(shape + count) + shape * np.log(chance)
            log = log + np.where(count > 0, count * np.log1p(-chance), 0.0)
            likelihood += np.where(there, log, 0.0)
            excess += np.where(there & (mean > 0), (count - mean) ** 2 / (mean / chance), 0.0)
        shape, exposure = shape + count, exposure + size
    weights = np.exp(likelihood - likelihood.max(axis=1, keepdims=True))
    weights /= weights.sum(axis=1, keepdims=True)
    months = present.sum(axis=1)
    scatter = (np.einsum("no,no->n", weights, excess) + _STEADY) / (months + _STEADY)
    return Rate(shape, exposure, weights, np.maximum(scatter, 1.0))


def tail(rates: Rate, count: Floats, exposure: Floats, ahead: float) -> Floats:
    """How likely a sum to come is to be as far out as `count`, either way: negative where it is lower than expected.

    exposure: of the months summed. ahead: how many months lie, on average, between the history's end and theirs.

    >>> steady = rate(np.full((1, 60), 2.0), np.ones((1, 60)))
    >>> [round(float(tail(steady, np.array([n]), np.array([3.0]), 2)[0]), 3) for n in (0, 6, 15)]
    [-0.003, 0.94, 0.004]
    """
    below, upto = (_below(rates, each, exposure, ahead) for each in (count, count + 1))
    lower = (below + upto) / 2
    p = np.clip(2 * np.minimum(lower, 1 - lower), LEAST, 1.0)
    return np.where(lower < 0.5, -p, p)


def interval(rates: Rate, exposure: Floats, ahead: float, level: float = 0.95) -> tuple[Floats, Floats]:
    """The least and greatest sums to come that are within the central `level` of what is expected.

    >>> steady = rate(np.full((1, 60), 2.0), np.ones((1, 60)))
    >>> [float(bound[0]) for bound in interval(steady, np.array([3.0]), 2)]
    [2.0, 12.0]
    """
    most = np.ceil(expected(rates, exposure) * 4 + 30).max(initial=30.0)
    sums = np.arange(most + 1)
    upto = np.stack([_below(rates, np.full(len(exposure), each + 1), exposure, ahead) for each in sums], axis=1)
    beyond = (1 - level) / 2
    return (upto <= beyond).sum(axis=1).astype(float), (upto < 1 - beyond).sum(axis=1).astype(float)


def expected(rates: Rate, exposure: Floats) -> Floats:
    """The mean of a sum to come.

    >>> float(expected(rate(np.full((1, 60), 2.0), np.ones((1, 60))), np.array([3.0]))[0].round(1))
    6.0
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.einsum("no,no->n", rates.weights, rates.shape / rates.exposure) * exposure)


def share_of_two(
    now: Floats, before: Floats, dispersion: Floats, level: float = 0.95, fair: Floats | float = 0.5
) -> tuple[Floats, Floats, Floats]:
    """Of two sums, how likely they are to differ so if their rate is one; and the interval of now over both.

    Given their total the first is binomial; mid-p and, for the interval, Clopper & Pearson (Biometrika 26, 1934). The p
    is negative where `now` is the lower. fair: the share of all exposure that is now's.

    >>> p, lower, upper = share_of_two(np.array([24.0]), np.array([12.0]), np.ones(1))
    >>> round(float(p[0]), 3), round(float(lower[0]), 2), round(float(upper[0]), 2)
    (0.047, 0.49, 0.81)
    """
    now, before = now / dispersion, before / dispersion
    total = now + before
    # P(X <= k) = 1 - I_fair(k + 1, n - k), and of real arguments the same function.
    below = np.where(now > 0, 1 - betainc(np.maximum(now, 1e-9), before + 1, fair), 0.0)
    upto = np.where(before > 0, 1 - betainc(now + 1, np.maximum(before, 1e-9), fair), 1.0)
    lower = (below + upto) / 2
    p = np.clip(2 * np.minimum(lower, 1 - lower), LEAST, 1.0)
    tail_each = (1 - level) / 2
    least = np.where(now > 0, betaincinv(np.maximum(now, 1e-9), before + 1, tail_each), 0.0)
    most = np.where(before > 0, betaincinv(now + 1, np.maximum(before, 1e-9), 1 - tail_each), 1.0)
    return np.where(now < fair * total, -p, p), least, most


def _below(rates: Rate, count: Floats, exposure: Floats, ahead: float) -> Floats:
    """The chance of less than `count`: P(Y <= k) = I_c(shape, k + 1), c the rate's exposure over all exposure."""
    scale = rates.dispersion[:, None]
    fading = OMEGAS**ahead
    shape = np.maximum(rates.shape * fading, _PRIOR) / scale
    own = rates.exposure * fading / scale
    chance = own / (own + exposure[:, None] / scale)
    least = np.maximum(count[:, None] / scale, 1e-9)
    each = np.where(count[:, None] > 0, betainc(shape, least, chance), 0.0)
    return np.asarray(np.einsum("no,no->n", rates.weights, each))
