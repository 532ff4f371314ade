"""A suspected break: the month at which a measure's level looks to have changed for good, if there is one.

A change of recording practice moves the level of a series from one month to the next and leaves it there. Every month
that could be the first of a new level is asked, in turn, whether the months from it on lie at another level than those
before: one column more in the calibrated regression (`calibrated.contrasts`), so seasons are estimated with it
and the likeness of neighbouring months is allowed for. The step that leaves least unexplained is the suspect, and its t
judges it. The best of many is large more often than any one of them, so its p-value is multiplied by what the
candidates are worth.

Nothing is applied: a step may be a change in the world as well as a change in the counting, and arithmetic cannot tell
them apart. A person who knows puts it on record under `breaks` in settings.

- History: as the calibrated rules, the last 60 months, else 48, else 36, back to a break on record and no further.
- Six months at either end are no candidates: too few to tell a level by. The calibrated rules watch the newest.
- A step is suspected only where it accounts for the months better than a straight line does, by a likelihood ratio of
  e^3: a series that drifts has no first month of its new level.
- Only the greatest step is named. With it on record, ask again of the history that it leaves.

The scan is Quandt's (The tests of the hypothesis that a linear regression system obeys two separate regimes, Journal of
the American Statistical Association 55, 1960); Andrews (Econometrica 61, 1993) has the distribution of its maximum for
long series, which for five years of months with seasons is measured instead (tests/benchmarks).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

import numpy as np
import pandas as pd
from scipy.special import stdtr  # type: ignore[import-untyped]  # SciPy ships no types

from perf_lib.stats.calibrated.contrasts import Contrast, Table, assembled
from perf_lib.stats.calibrated.regression import EXPECTED_AT_LEAST, HISTORIES, PRESENT_AT_LEAST, history_available
from perf_lib.stats.months import YEAR, Floats
from perf_lib.stats.transforms import Kind, Scaled, scaled

EDGE = 6  # months at either end of the history that cannot be the first of a new level
SHORTEST = HISTORIES[-2]  # months of history below which nothing is asked

# How many independent tests the forty-nine candidates of sixty months are worth, near alpha = 0.01.
CANDIDATES_WORTH = 15.0
# Twice the log likelihood ratio of a step over a line; 6 is where Kass & Raftery (Bayes factors, Journal of the
# American Statistical Association 90, 1995) begin to call evidence strong.
BETTER_THAN_A_LINE = 6.0
ALPHA = 0.01
FALSE_ALARM = 0.9
"""Per cent of simulated stable series in which a break is suspected at ALPHA with 60 months (tests/benchmarks)."""

_STEP = Contrast("step", "", "", 0, False, None, "whether a new level begins here", FALSE_ALARM)
_LINE = "line"


@dataclass(frozen=True)
class LevelShift:
    """The likeliest month at which a new level begins, and whether it is likely enough to be suspected.

    `month` is the first of the new level, `change` how far it lies from the old one: per cent for counts and means,
    percentage points for proportions. `t`, `df` and `phi` are the test's at that month; `p` allows for its being the
    best of all candidate months. `history` is the months it rests on. Where nothing could be asked `why_not` says so.
    """

    suspected: bool
    month: pd.Period | None = None
    change: float | None = None
    unit: Literal["per cent", "percentage points"] = "per cent"
    t: float | None = None
    df: float | None = None
    phi: float | None = None
    p: float | None = None
    history: int | None = None
    why_not: str = ""


@dataclass(frozen=True)
class Scan:
    """Histories scanned, an entry each: the likeliest position of a step and its test.

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
    breaks: Iterable[pd.Period | str] = (),
    exclude: Iterable[pd.Period | str] = (),
) -> LevelShift:
    """Whether and where the level of one series changed for good, over the history that the calibrated rules rest on.

    alpha: how often a stable series may be suspected. breaks, exclude and denominators: as in `calibrated`.

    >>> months = pd.period_range("2015-01", periods=60, freq="M")
    >>> values = np.random.default_rng(2).poisson([100] * 40 + [130] * 20)
    >>> found = level_shift(pd.Series(values, index=months))
    >>> found.suspected, str(found.month), round(found.change)
    (True, '2018-05', 30)
    >>> level_shift(pd.Series(values[:40], index=months[:40])).suspected
    False
    """
    name = "series"
    below = None if denominators is None else denominators.to_frame(name)
    scale = scaled(series.to_frame(name), kind, below, {name: breaks}, {name: exclude}, HISTORIES[0])
    months = int(history_available(scale)[-1, 0])
    z = scale.z[:, 0]
    history = next(
        (h for h in HISTORIES[:-1] if h <= months and np.isfinite(z[-h:]).sum() >= PRESENT_AT_LEAST * h), None
    )
    if history is None:
        short = months < SHORTEST
        why = (
            f"needs {SHORTEST} months of history; there are {months}" if short else "too much of its history is missing"
        )
        return LevelShift(False, why_not=why)
    if scale.expected(history)[-1, 0] < EXPECTED_AT_LEAST:
        return LevelShift(
            False, why_not=f"numbers are too small: fewer than {EXPECTED_AT_LEAST:g} expected a month", history=history
        )
    return _named(scale, history, scan(z[None, -history:]), alpha)


def scan(histories: Floats) -> Scan:
    """The likeliest step of each history of transformed values (a row each, missing in the same places).

    >>> steps = np.where(np.arange(60) >= 40, 3.0, 0.0)
    >>> found = scan(np.random.default_rng(1).normal(size=(100, 60)) + steps)
    >>> int(np.median(found.position)), bool(found.suspected().all())
    (40, True)
    """
    length = histories.shape[1]
    absent = tuple(int(i) for i in np.flatnonzero(np.isnan(histories[0])))
    asked = candidates(length, absent)
    tests = asked.tests(histories)
    off = asked.deviations(histories)
    squares = np.einsum("ij,ij->i", off, off)
    # The floor is calibrated_tables' own: a perfect fit must not divide by the rounding of its residuals.
    left = {
        row.contrast.name: np.maximum(squares - ((off @ row.basis) ** 2).sum(axis=1), 1e-12 * squares + 1e-300)
        for row in asked.rows
    }
    steps = [name for name in tests if name != _LINE]
    t = np.column_stack([_t(tests[name].estimate, tests[name].error) for name in steps])
    by_step = np.column_stack([left[name] for name in steps])
    best = by_step.argmin(axis=1)
    rows = np.arange(len(histories))

    def at(part: str) -> Floats:
        return np.column_stack([getattr(tests[name], part) for name in steps])[rows, best]

    df, greatest = at("df"), t[rows, best]
    return Scan(
        position=np.array([int(name) for name in steps])[best],
        estimate=at("estimate"),
        t=greatest,
        df=df,
        phi=at("phi"),
        p=np.minimum(1.0, CANDIDATES_WORTH * 2 * stdtr(df, -np.abs(greatest))),
        over_line=(length - len(absent)) * np.log(left[_LINE] / by_step[rows, best]),
    )


@lru_cache(maxsize=64)
def candidates(length: int, absent: tuple[int, ...] = ()) -> Table:
    """A test of a step at every month of a history that could begin a new level, named by position; and of a line.

    >>> [row.contrast.name for row in candidates(36).rows][:2], len(candidates(60).rows)
    (['6', '7'], 50)
    """

    def column(values: np.ndarray) -> Floats:
        return values.astype(float)[:, None]

    time = np.arange(length)
    here = np.setdiff1d(time, absent)
    months = [int(m) for m in here if (here < m).sum() >= EDGE and (here >= m).sum() >= EDGE]
    asked = [(replace(_STEP, name=str(month)), column(time >= month), np.ones(1)) for month in months]
    line = (replace(_STEP, name=_LINE), column(time - length / 2), np.ones(1))
    return assembled(length, YEAR, absent, [*asked, line])


def _named(scale: Scaled, history: int, found: Scan, alpha: float) -> LevelShift:
    """A scan of the only series there is, in its own units."""
    position, estimate = int(found.position[0]), float(found.estimate[0])
    z = scale.z[-history:, 0]
    share = np.isfinite(z[position:]).sum() / np.isfinite(z).sum()
    before = float(np.nanmean(z)) - estimate * float(share)  # the old level, the seasons of a whole year in it
    points = scale.kind == "proportion"
    return LevelShift(
        suspected=bool(found.suspected(alpha)[0]),
        month=scale.months[-history:][position],
        change=scale.change(before, estimate),
        unit="percentage points" if points else "per cent",
        t=float(found.t[0]),
        df=float(found.df[0]),
        phi=float(found.phi[0]),
        p=float(found.p[0]),
        history=history,
    )


def _t(estimate: Floats, error: Floats) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(estimate == 0, 0.0, estimate / error)
