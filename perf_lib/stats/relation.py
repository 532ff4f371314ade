"""Whether two monthly series move together, or only look so because both have a trend, a season or a long memory.

Two series that wander, or rolling sums of any two, are alike by chance far more often than a test of them says (Yule,
Journal of the Royal Statistical Society 89, 1926). So their changes from month to month are compared: less each
calendar month's mean, where there are two years of them, and with as many months as they are worth where changes depend
on earlier ones (Bartlett, Supplement to the Journal of the Royal Statistical Society 8, 1946). The figures themselves
must go the same way: the changes of a series mirror those of a month later.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import stdtr  # type: ignore[import-untyped]  # SciPy ships no types

from perf_lib.stats.months import YEAR, Floats
from perf_lib.stats.series import r_squared
from perf_lib.words.errors import InputError

CHANCE = 0.05
"""Under this, two series are said to be related."""


@dataclass(frozen=True)
class Relation:
    """How two series move together: `r` of their changes (missing where it cannot be told), and its chance.

    `r_squared` is of the figures as they are; `lag` is the months by which the second follows the first, `changes` how
    many changes from month to month both have.
    """

    related: bool
    r: float
    p: float
    r_squared: float | None
    lag: int
    changes: int


def relation(one: pd.Series, other: pd.Series, lag: int = 0, months: int | None = None) -> Relation:
    """Whether one series moves with another, or `lag` months before it.

    one, other: by month. months: only so many of the newest, each with its change from the month before. Raises
    InputError for a lag that leaves no months.

    >>> months = pd.period_range("2015-01", periods=60, freq="M")
    >>> walks = np.random.default_rng(5).normal(size=(2, 60)).cumsum(axis=1)
    >>> apart, alike = (relation(pd.Series(walks[0], months), pd.Series(each, months)) for each in (walks[1], walks[0]))
    >>> apart.related, apart.r_squared > 0.25, alike.related
    (False, True, True)
    """
    if abs(lag) >= max(len(one), len(other)):
        raise InputError(f"a lag of {lag} months leaves none; write less than {max(len(one), len(other))}")
    later = other.astype(float).set_axis(other.index - lag)
    both = pd.concat([one.astype(float), later], axis=1, keys=["one", "other"]).sort_index().dropna()
    if len(both):
        both = both.reindex(pd.period_range(both.index[0], both.index[-1], freq="M"))
    changes = both.diff()[slice(None) if months is None else slice(-months, None)].dropna()
    levels = both.loc[changes.index]
    seasonal = len(changes) >= 2 * YEAR
    by_month = changes.groupby(changes.index.month if seasonal else np.zeros(len(changes)))
    apart = (changes - by_month.transform("mean")).to_numpy(float)
    sizes = np.sqrt((apart**2).sum(axis=0))
    r, p, is_drawn = np.nan, np.nan, False
    freedom = (len(apart) - by_month.ngroups - 1) * _worth(apart)
    if freedom >= 3 and sizes.min() > 1e-9 * changes.abs().to_numpy().max():
        r = float(np.clip(apart[:, 0] @ apart[:, 1] / sizes.prod(), -1, 1))
        p = _chance(r, freedom)
        of_levels = float(levels.corr().iloc[0, 1])
        is_drawn = r * of_levels > 0 and _chance(of_levels, len(levels) - 2) < CHANCE
    return Relation(is_drawn and p < CHANCE, r, p, r_squared(levels["one"], levels["other"]), lag, len(changes))


def _chance(r: float, freedom: float) -> float:
    return float(2 * stdtr(freedom, -abs(r) * np.sqrt(freedom / max(1 - r * r, 1e-12))))


def _worth(apart: Floats) -> float:
    """What share of these changes are independent, by how far both depend on their own earlier ones."""
    count, squares = len(apart), (apart**2).sum(axis=0)
    if count < 2 or not squares.all():
        return 0.0
    shared = sum(
        (1 - back / count) * float(np.prod((apart[back:] * apart[:-back]).sum(axis=0) / squares))
        for back in range(1, min(YEAR, count // 3) + 1)
    )
    return 1 / max(1 + 2 * shared, 1.0)
