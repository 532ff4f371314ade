"""A suspected break: the month, if any, from which the level of a series has changed for good.

A change of recording practice moves the level of a series from one month to the next, and it stays there. The scan
tests each month that could be the first of a new level: do the months from it on lie at another level than those
before? That is one more column in the calibrated regression (`calibrated.contrasts`), so seasons are estimated with it
and the test allows for the likeness of neighbouring months. The suspect is the step that leaves least unexplained, and
its t judges it. The best of many is large more often than any one of them, so its p-value is multiplied by the number
of independent tests that the candidates are worth.

Nothing is applied: a step may be a change in the world as well as a change in the counting, and arithmetic cannot tell
them apart. A person who knows records it under `breaks` in settings.

- History: as for the calibrated rules, the last 60 months, else 48, else 36, back to a recorded break and no further.
- Six months at either end are no candidates: too few to estimate a level. The calibrated rules watch the newest.
- A step is suspected only where it explains the months better than a straight line does, by a likelihood ratio of
  e^3: a series that drifts has no first month of a new level.
- Only the greatest step is named. Once it is recorded, test the remaining history again.

The scan is Quandt's (The tests of the hypothesis that a linear regression system obeys two separate regimes, Journal of
the American Statistical Association 55, 1960); Andrews (Econometrica 61, 1993) has the distribution of its maximum for
long series, which for five years of months with seasons is measured instead (tests/benchmarks).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

import numpy as np
import pandas as pd
from scipy.special import stdtr  # type: ignore[import-untyped]  # SciPy ships no types

from perf_lib.stats.calibrated.contrasts import Contrast, Table, assembled
from perf_lib.stats.calibrated.regression import HISTORIES
from perf_lib.stats.months import YEAR, Floats, Months
from perf_lib.stats.transforms import EXPECTED_AT_LEAST, PRESENT_AT_LEAST, Kind, scaled_series

EDGE = 6  # months at either end of the history that cannot be the first of a new level
SHORTEST = HISTORIES[-2]  # months of history; with fewer there is no scan

# How many independent tests the forty-nine candidates of sixty months are worth, near alpha = 0.01.
CANDIDATES_WORTH = 15.0
# Twice the log likelihood ratio of a step over a line; Kass & Raftery (Bayes factors, Journal of the American
# Statistical Association 90, 1995) call evidence strong from 6.
BETTER_THAN_A_LINE = 6.0
ALPHA = 0.01
FALSE_ALARM = 0.9
"""Per cent of simulated stable series in which a break is suspected at ALPHA with 60 months (tests/benchmarks)."""

Unit = Literal["per cent", "percentage points"]
_STEP = Contrast("step", "", "", 0, False, None, "whether a new level begins here", FALSE_ALARM)
_LINE = "line"


@dataclass(frozen=True)
class LevelShift:
    """The likeliest first month of a new level, and whether it is likely enough to be suspected.

    `change` is how far the new level lies from the old one: per cent for counts and means, percentage points for
    proportions. `t`, `df` and `phi` are the test's at that month; `p` allows for its being the best of all candidate
    months. `history` is the months that it rests on. Where there was no scan, `why_not` says why.
    """

    suspected: bool
    month: pd.Period | None = None
    change: float | None = None
    unit: Unit = "per cent"
    t: float | None = None
    df: float | None = None
    phi: float | None = None
    p: float | None = None
    history: int | None = None
    why_not: str = ""


@dataclass(frozen=True)
class Scan:
    """Scanned histories, an entry each: the likeliest position of a step and its test.

    `over_line` is twice the log likelihood ratio of that step over a straight line.
    """

    position: np.ndarray
    estimate: Floats
    t: Floats
    df: Floats
    phi: Floats
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
    """Whether and where the level of one monthly series changed for good, over the calibrated rules' history.

    alpha: how often a stable series may be suspected. kind, denominators, breaks, exclude and errors: as in
    `calibrated.signals`.

    >>> months = pd.period_range("2015-01", periods=60, freq="M")
    >>> values = np.random.default_rng(2).poisson([100] * 40 + [130] * 20)
    >>> shift = level_shift(pd.Series(values, index=months))
    >>> shift.suspected, str(shift.month), round(shift.change)
    (True, '2018-05', 30)
    >>> level_shift(pd.Series(values[:40], index=months[:40])).suspected
    False
    """
    tested = scaled_series(series, kind, denominators, breaks, exclude, HISTORIES[0])
    z, months = tested.z[:, 0], int(tested.available()[-1, 0])
    if months < SHORTEST:
        return LevelShift(False, why_not=f"needs {SHORTEST} months of history; there are {months}")
    present = {length: np.isfinite(z[-length:]).mean() for length in HISTORIES if SHORTEST <= length <= months}
    history = next((length for length, share in present.items() if share >= PRESENT_AT_LEAST), None)
    if history is None:
        return LevelShift(False, why_not="too much of its history is missing")
    if tested.expected(history)[-1, 0] < EXPECTED_AT_LEAST:
        why_not = f"numbers are too small: fewer than {EXPECTED_AT_LEAST:g} expected a month"
        return LevelShift(False, why_not=why_not, history=history)
    scanned, z = scan(z[None, -history:]), z[-history:]
    position, estimate = int(scanned.position[0]), float(scanned.estimate[0])
    share = np.isfinite(z[position:]).sum() / np.isfinite(z).sum()
    before = float(np.nanmean(z)) - estimate * float(share)  # the old level, over the seasons of a whole year
    suspected, month = bool(scanned.suspected(alpha)[0]), tested.months[-history:][position]
    t, df, phi, p = (float(part[0]) for part in (scanned.t, scanned.df, scanned.phi, scanned.p))
    unit: Unit = "percentage points" if kind == "proportion" else "per cent"
    return LevelShift(suspected, month, tested.change(before, estimate), unit, t, df, phi, p, history)


def scan(histories: Floats) -> Scan:
    """The likeliest step of each history of transformed values (a row each, missing in the same places).

    >>> steps = np.where(np.arange(60) >= 40, 3.0, 0.0)
    >>> scanned = scan(np.random.default_rng(1).normal(size=(100, 60)) + steps)
    >>> int(np.median(scanned.position)), bool(scanned.suspected().all())
    (40, True)
    """
    length = histories.shape[1]
    absent = tuple(int(i) for i in np.flatnonzero(np.isnan(histories[0])))
    steps = candidates(length, absent).tests(histories)
    line = steps.pop(_LINE)
    unexplained = np.column_stack([step.unexplained for step in steps.values()])
    best = np.arange(len(histories)), unexplained.argmin(axis=1)

    def of_best(part: str) -> Floats:
        return np.column_stack([getattr(step, part) for step in steps.values()])[best]

    t, df = of_best("t"), of_best("df")
    return Scan(
        position=np.array([int(name) for name in steps])[best[1]],
        estimate=of_best("estimate"),
        t=t,
        df=df,
        phi=of_best("phi"),
        p=np.minimum(1.0, CANDIDATES_WORTH * 2 * stdtr(df, -np.abs(t))),
        over_line=(length - len(absent)) * np.log(line.unexplained / unexplained[best]),
    )


@lru_cache(maxsize=64)
def candidates(length: int, absent: tuple[int, ...] = ()) -> Table:
    """A test of a step at every month of a history that could begin a new level, named by position; and of a line.

    absent: positions without a value.

    >>> [row.contrast.name for row in candidates(36).rows][:2], len(candidates(60).rows)
    (['6', '7'], 50)
    """
    time = np.arange(length)
    present = np.setdiff1d(time, absent)
    months = [int(m) for m in present if min((present < m).sum(), (present >= m).sum()) >= EDGE]
    columns = {str(month): (time >= month).astype(float) for month in months} | {_LINE: time - length / 2}
    designs = [(replace(_STEP, name=name), column[:, None], np.ones(1)) for name, column in columns.items()]
    return assembled(length, YEAR, absent, designs)
