"""The calibrated questions tested on every series: which history each test rests on, and its estimates.

A month is tested on the longest history that it has. Only the length and the gaps of a history matter to the constants,
so the months and series are grouped by those and each group is tested as one table.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import ndtri, stdtr  # type: ignore[import-untyped]  # SciPy ships no types

from perf_lib.stats.calibrated.contrasts import CONTRASTS, Estimates, table
from perf_lib.stats.months import YEAR, Bools, Floats, any_of_last, trailing_sum
from perf_lib.stats.spc import CODES
from perf_lib.stats.transforms import EXPECTED_AT_LEAST, PRESENT_AT_LEAST, Scaled

HISTORIES = (60, 48, 36, 24)  # months, longest first
CHUNK = 4096  # histories tested at a time: two megabytes, which stay in the processor's cache


@dataclass(frozen=True)
class Assessment:
    """Every question tested on every series: the estimates (months x series), and what a table of them needs."""

    scale: Scaled
    months: pd.PeriodIndex
    no_data: Bools
    available: Floats
    estimates: dict[str, Estimates]

    @classmethod
    def of(cls, scale: Scaled, every_month: bool = False) -> Assessment:
        """Test every month of figures on their test scale, or the newest alone."""
        tested = np.arange(len(scale.z)) if every_month else np.array([len(scale.z) - 1])
        available = scale.available()[tested]
        estimates = {contrast.name: _untested(available.shape) for contrast in CONTRASTS}
        for history, step, places in _histories(scale, available, tested):
            _test(scale, history, step, places, tested, estimates)
        no_data = ~any_of_last(scale.reported, YEAR)[tested]
        return cls(scale, pd.PeriodIndex(scale.months[tested]), no_data, available, estimates)

    def laid_out(self, columns: dict[str, Any], every_month: bool) -> pd.DataFrame:
        """Columns of months x series as one frame, in the order of the key."""
        codes = [code for code in CODES if code in columns]
        values = np.column_stack([columns[code].T.ravel() for code in codes])
        names = self.scale.names.rename("series")
        index = pd.MultiIndex.from_product([names, self.months.rename("month")]) if every_month else names
        return pd.DataFrame(values, index=index, columns=pd.Index(codes, name="code"))


def p_value(estimates: Estimates) -> Floats:
    """Two-sided p-values of the estimates, in their shape; missing where there was no test.

    >>> level = np.random.default_rng(0).normal(size=(1, 36))
    >>> p_value(table(36, 12).tests(level)["month"]).round(3).tolist()
    [0.88]
    """
    return np.asarray(2 * stdtr(estimates.df, -np.abs(estimates.t)))


def significant(estimates: Estimates, alpha: float) -> Bools:
    """Where the p-value is below alpha, in the shape of the estimates.

    Only a t beyond the normal's own point can be so unlikely, since t has the longer tails: no other needs a p-value.

    >>> risen = np.random.default_rng(0).normal(size=(1, 36)) + 5 * (np.arange(36) == 35)
    >>> significant(table(36, 12).tests(risen)["month"], 0.01).tolist()
    [True]
    """
    t = np.abs(estimates.t)
    near = t > -ndtri(alpha / 2)
    significant = np.zeros(t.shape, dtype=bool)
    significant[near] = 2 * stdtr(estimates.df[near], -t[near]) < alpha
    return significant


def _untested(shape: tuple[int, ...]) -> Estimates:
    """Estimates of one contrast before any test: all missing."""
    estimate, error, df, phi, unexplained, history, step = np.full((7, *shape), np.nan)
    return Estimates(estimate, error, df, phi, unexplained, np.zeros(shape, dtype=bool), history, step)


def _histories(scale: Scaled, available: Floats, tested: np.ndarray) -> Iterator[tuple[int, int, Bools]]:
    """Which tested months and series rest on which history, and whether on months (1) or quarters (3)."""
    waiting = np.ones(available.shape, dtype=bool)
    present = np.isfinite(scale.z).astype(float)
    for history in HISTORIES:
        places = waiting & (available >= history)
        if not places.any():
            continue
        places &= trailing_sum(present, history)[tested] >= PRESENT_AT_LEAST * history
        waiting &= ~places
        expected = scale.expected(history)[tested]
        yield history, 1, places & (expected >= EXPECTED_AT_LEAST)
        if history > HISTORIES[-1]:
            yield history, 3, places & (expected < EXPECTED_AT_LEAST) & (3 * expected >= EXPECTED_AT_LEAST)


def _test(
    scale: Scaled, history: int, step: int, places: Bools, tested: np.ndarray, estimates: dict[str, Estimates]
) -> None:
    """Fill in the estimates of the places (tested month, series) that rest on this history."""
    series, row = np.nonzero(places.T)
    if not len(row):
        return
    z = np.ascontiguousarray((scale.z if step == 1 else scale.quarters()).T)
    windows = np.lib.stride_tricks.sliding_window_view(z, history, axis=1)[:, :, step - 1 :: step]
    for start in range(0, len(row), CHUNK):
        chunk = slice(start, start + CHUNK)
        values = windows[series[chunk], tested[row[chunk]] - history + 1]
        for absent, chosen in _by_gaps(values):
            place = row[chunk][chosen], series[chunk][chosen]
            for name, tests in table(history // step, YEAR // step, absent).tests(values[chosen]).items():
                for part, answer in vars(tests).items():
                    getattr(estimates[name], part)[place] = answer


def _by_gaps(histories: Floats) -> Iterator[tuple[tuple[int, ...], Any]]:
    """Histories grouped by the positions of their missing values."""
    missing = np.isnan(histories)
    if not missing.any():
        yield (), slice(None)
        return
    patterns, group = np.unique(missing, axis=0, return_inverse=True)
    for number, pattern in enumerate(patterns):
        yield tuple(int(i) for i in np.flatnonzero(pattern)), np.flatnonzero(group.ravel() == number)
