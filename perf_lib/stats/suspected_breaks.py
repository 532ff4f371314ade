"""A suspected break: the month, if any, from which the level of a series has changed for good.

A change of recording practice moves the level of a series from one month to the next, and it stays there. The scan
tests each month that could be the first of a new level: do the months from it on lie at another level than those
before, beyond what season, chance and the level's usual wandering (`expected.level`) explain? The suspect is the step
that makes the months most likely; the logarithm of how much likelier judges it.

Nothing is applied: a step may be a change in the world as well as a change in the counting, and arithmetic cannot tell
them apart. A person who knows records it under `breaks` in settings.

- History: the last 60 months, back to a recorded break and no further.
- Six months at either end are no candidates: too few to estimate a level.
- A step is suspected only where it explains the months better than a straight line does, by a likelihood ratio of
  e^3: a series that drifts has no first month of a new level.
- Only the greatest step is named. Once it is recorded, test the remaining history again.

The scan is Quandt's (The tests of the hypothesis that a linear regression system obeys two separate regimes, Journal of
the American Statistical Association 55, 1960); Andrews (Econometrica 61, 1993) has the distribution of its maximum for
long series, which for five years of months with seasons is measured instead (tests/benchmarks).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtr  # type: ignore[import-untyped]  # SciPy ships no types

from perf_lib.stats.expected.histories import Histories
from perf_lib.stats.expected.level import operator
from perf_lib.stats.months import Floats, Months
from perf_lib.stats.transforms import Kind, Unit, scaled_series

EDGE = 6  # months at either end of the history that cannot be the first of a new level
SHORTEST = 36  # months of history; with fewer there is no scan

# How many independent tests the candidates are worth at alpha = 0.01: of simulated stable series 0.4 per cent are then
# suspected, of stationary real noise 1.6.
CANDIDATES_WORTH = 30.0
# Twice the log likelihood ratio of a step over a line; Kass & Raftery (Bayes factors, Journal of the American
# Statistical Association 90, 1995) call evidence strong from 6.
BETTER_THAN_A_LINE = 6.0
ALPHA = 0.01
FALSE_ALARM = 1.6
"""Per cent of stationary series of real noise in which a break is suspected with 60 months (tests/benchmarks)."""


@dataclass(frozen=True)
class LevelShift:
    """The likeliest first month of a new level, and whether it is likely enough to be suspected.

    `change` is how far the new level lies from the old one: per cent, for proportions percentage points.
    `likelier` is how many times as likely the step makes the months, as a logarithm; `p` allows for its being the best
    of all candidate months. `history` is the months that it rests on. Where there was no scan, `why_not` says why.
    """

    suspected: bool
    month: pd.Period | None = None
    change: float | None = None
    unit: Unit = "per cent"
    likelier: float | None = None
    p: float | None = None
    history: int | None = None
    why_not: str = ""


@dataclass(frozen=True)
class Scan:
    """Scanned histories, an entry each: the likeliest position of a step, its size on the test scale and its test.

    `over_line` is twice the log likelihood ratio of that step over a straight line.
    """

    position: np.ndarray
    estimate: Floats
    likelier: Floats
    p: Floats
    over_line: Floats

    def suspected(self, alpha: float = ALPHA) -> np.ndarray:
        """Which histories have a step that is unlikely to be chance, and no mere drift."""
        return np.asarray((self.p < alpha) & (self.over_line > BETTER_THAN_A_LINE))


def level_shift(
    series: pd.Series,
    kind: Kind = "count",
    denominators: pd.Series | None = None,
    alpha: float = ALPHA,
    breaks: Months = (),
    exclude: Months = (),
) -> LevelShift:
    """Whether and where the level of one monthly series changed for good, over its last 60 months.

    alpha: how often a stable series may be suspected. kind, denominators, breaks, exclude and errors: as in
    `expected.judge`.

    >>> months = pd.period_range("2015-01", periods=60, freq="M")
    >>> values = np.random.default_rng(2).poisson([100] * 40 + [130] * 20)
    >>> shift = level_shift(pd.Series(values, index=months))
    >>> shift.suspected, str(shift.month), round(shift.change)
    (True, '2018-05', 30)
    >>> level_shift(pd.Series(values[:40], index=months[:40])).suspected
    False
    """
    tested = scaled_series(series, kind, denominators, breaks, exclude)
    before = Histories.of(tested, np.array([len(tested.z) - 1]))
    z, present = before.z, np.isfinite(before.z[0])
    months = int(len(present) - present.argmax()) if present.any() else 0
    if months < SHORTEST:
        return LevelShift(False, why_not=f"needs {SHORTEST} months of history; there are {months}")
    if not before.is_enough[0] or present.sum() < SHORTEST / 2:
        return LevelShift(False, why_not="too much of its history is missing")
    if before.is_small[0]:
        return LevelShift(False, why_not="numbers are too small", history=months)
    if before.is_constant[0]:
        return LevelShift(False, why_not="its figures never vary", history=months)
    scanned = scan(z)
    position, estimate = int(scanned.position[0]), float(scanned.estimate[0])
    share = present[position:].sum() / present.sum()
    old_level = float(np.nanmean(z)) - estimate * float(share)  # over the seasons of a whole year
    month = tested.months[len(tested.months) - z.shape[1] + position]
    suspected, likelier, p = bool(scanned.suspected(alpha)[0]), float(scanned.likelier[0]), float(scanned.p[0])
    return LevelShift(suspected, month, tested.change(old_level, estimate), tested.scale.unit, likelier, p, months)


def scan(histories: Floats) -> Scan:
    """The likeliest step of each history of transformed values (a row each, missing in the same places).

    >>> steps = np.where(np.arange(60) >= 40, 3.0, 0.0)
    >>> scanned = scan(np.random.default_rng(1).normal(size=(100, 60)) + steps)
    >>> int(np.median(scanned.position)), bool(scanned.suspected().mean() > 0.9)
    (40, True)
    """
    present = np.isfinite(histories[0])
    fits = operator(present.tobytes(), histories.shape[1], 1)
    months = np.flatnonzero(present)
    candidates = months[EDGE : len(months) - EDGE + 1]
    columns = np.column_stack([months[:, None] >= candidates, months - months.mean()]).astype(float)
    residuals = histories[:, present] @ fits.residuals.transpose(0, 2, 1)  # pairs x rows x months
    whitened = fits.residuals @ columns  # pairs x months x (candidates and the line)
    size = np.einsum("apk,apk->ak", whitened, whitened)[:, None]
    squares = np.einsum("anp,anp->an", residuals, residuals)[:, :, None]
    found = residuals @ whitened / size
    explained = np.minimum(found**2 * size / squares, 1 - 1e-12)
    base = -(fits.df * np.log(squares) + fits.penalty[:, None, None]) / 2
    gains = base - fits.df * np.log1p(-explained) / 2
    best_pair = gains.argmax(axis=0)
    gain = gains.max(axis=0) - base.max(axis=0)  # rows x (candidates and the line)
    best = gain[:, :-1].argmax(axis=1)
    rows = np.arange(len(histories))
    likelier = gain[rows, best]
    return Scan(
        position=candidates[best],
        estimate=found[best_pair[rows, best], rows, best],
        likelier=likelier,
        p=np.minimum(1.0, CANDIDATES_WORTH * 2 * ndtr(-np.sqrt(2 * np.maximum(likelier, 0.0)))),
        over_line=2 * (likelier - gain[:, -1]),
    )
