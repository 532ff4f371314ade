"""The calibrated questions put to every series: which history each rests on, and what the tests answered.

The longest history that a month has is used, and only its length and its gaps matter to the constants, so the months
and series are sorted by those and each kind is tested as one table.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import ndtri, stdtr  # type: ignore[import-untyped]  # SciPy ships no types

from perf_lib.stats.calibrated.contrasts import CONTRASTS, table
from perf_lib.stats.months import YEAR, Bools, Floats, Months, any_of_last, trailing_sum
from perf_lib.stats.spc_rules import CODES
from perf_lib.stats.transforms import Kind, Scaled, scaled

HISTORIES = (60, 48, 36, 24)  # months, longest first
EXPECTED_AT_LEAST = 5.0  # a month, or a quarter where months are too small
PRESENT_AT_LEAST = 0.75  # of the history
CHUNK = 4096  # histories tested at a time: two megabytes, which stay in the processor's cache


@dataclass(frozen=True)
class Answers:
    """One contrast's answers, months x series; missing where it could not be asked."""

    estimate: Floats
    error: Floats
    df: Floats
    phi: Floats
    alike: Bools
    history: Floats
    step: Floats  # 1 for months, 3 for quarters

    @classmethod
    def unasked(cls, shape: tuple[int, int]) -> Answers:
        """No answers yet."""

        def blank() -> Floats:
            return np.full(shape, np.nan)

        return cls(blank(), blank(), blank(), blank(), np.zeros(shape, dtype=bool), blank(), blank())

    @property
    def t(self) -> Floats:
        """Estimate over its standard error; nought where nothing moves."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(self.estimate == 0, 0.0 * self.error, self.estimate / self.error)


@dataclass(frozen=True)
class Asked:
    """Every question put to every series: the answers, and what the layout needs."""

    scale: Scaled
    months: pd.PeriodIndex
    no_data: Bools
    available: Floats
    found: dict[str, Answers]

    @classmethod
    def of(
        cls,
        frame: pd.DataFrame,
        kind: Kind,
        denominators: pd.DataFrame | None,
        every_month: bool,
        breaks: Months | None,
        exclude: Months | None,
    ) -> Asked:
        """Put the questions for every month, or for the newest from no more than the longest history."""
        scale = scaled(frame, kind, denominators, breaks, exclude, None if every_month else HISTORIES[0])
        asked_at = np.arange(len(scale.z)) if every_month else np.array([len(scale.z) - 1])
        available = history_available(scale)[asked_at]
        found = {contrast.name: Answers.unasked(available.shape) for contrast in CONTRASTS}
        for history, step, places in _histories(scale, available, asked_at):
            _test(scale, history, step, places, asked_at, found)
        return cls(
            scale=scale,
            months=pd.PeriodIndex(scale.months[asked_at]),
            no_data=~any_of_last(scale.reported, YEAR)[asked_at],
            available=available,
            found=found,
        )

    def laid_out(self, columns: dict[str, Any], every_month: bool) -> pd.DataFrame:
        """Columns of months x series as one frame, in the order of the key."""
        codes = [code for code in CODES if code in columns]
        parts = np.column_stack([columns[code].T.ravel() for code in codes])
        names = self.scale.names.rename("series")
        index = pd.MultiIndex.from_product([names, self.months.rename("month")]) if every_month else names
        return pd.DataFrame(parts, index=index, columns=pd.Index(codes, name="code"))


def history_available(scale: Scaled) -> Floats:
    """How many months of history each month has: back to the series' first value, or to its last break."""
    present = np.isfinite(scale.z)
    first = np.where(present.any(axis=0), present.argmax(axis=0), len(present))
    since_first = np.arange(len(present))[:, None] - first[None, :]
    return np.maximum(np.minimum(since_first, scale.since) + 1, 0).astype(float)


def _histories(scale: Scaled, available: Floats, asked_at: np.ndarray) -> Iterator[tuple[int, int, Bools]]:
    """Which month and series rest on which history, and whether on months (1) or quarters (3)."""
    left = np.ones(available.shape, dtype=bool)
    values = np.isfinite(scale.z).astype(float)
    for history in HISTORIES:
        reach = left & (available >= history)
        if not reach.any():
            continue
        reach &= trailing_sum(values, history)[asked_at] >= PRESENT_AT_LEAST * history
        left &= ~reach
        expected = scale.expected(history)[asked_at]
        yield history, 1, reach & (expected >= EXPECTED_AT_LEAST)
        if history > HISTORIES[-1]:
            yield history, 3, reach & (expected < EXPECTED_AT_LEAST) & (3 * expected >= EXPECTED_AT_LEAST)


def _test(
    scale: Scaled, history: int, step: int, places: Bools, asked_at: np.ndarray, found: dict[str, Answers]
) -> None:
    """Fill in the answers for the places (asked month, series) that rest on this history."""
    at, column = np.nonzero(places.T)[::-1]
    if not len(at):
        return
    z = np.ascontiguousarray((scale.z if step == 1 else scale.quarters()).T)
    windows = np.lib.stride_tricks.sliding_window_view(z, history, axis=1)[:, :, step - 1 :: step]
    for start in range(0, len(at), CHUNK):
        rows, series = at[start : start + CHUNK], column[start : start + CHUNK]
        held = windows[series, asked_at[rows] - history + 1]
        for absent, chosen in _patterns(held):
            answers = table(history // step, YEAR // step, absent).tests(held[chosen])
            where = rows[chosen], series[chosen]
            for name, answer in answers.items():
                found[name].estimate[where] = answer.estimate
                found[name].error[where] = answer.error
                found[name].df[where] = answer.df
                found[name].phi[where] = answer.phi
                found[name].alike[where] = answer.alike
                found[name].history[where] = history
                found[name].step[where] = step


def _patterns(held: Floats) -> Iterator[tuple[tuple[int, ...], Any]]:
    """Histories grouped by which of their values are absent."""
    gaps = np.isnan(held)
    if not gaps.any():
        yield (), slice(None)
        return
    kinds, which = np.unique(gaps, axis=0, return_inverse=True)
    for number, kind in enumerate(kinds):
        yield tuple(int(i) for i in np.flatnonzero(kind)), np.flatnonzero(which.ravel() == number)


def p_value(found: Answers) -> Floats:
    """Two-sided p-values of the answers."""
    return np.asarray(2 * stdtr(found.df, -np.abs(found.t)))


def below(found: Answers, alpha: float) -> Bools:
    """Where the p-value is below alpha; worked out only where t is beyond the normal's own point, which is nearer."""
    t = np.abs(found.t)
    near = t > -ndtri(alpha / 2)
    below = np.zeros(t.shape, dtype=bool)
    below[near] = 2 * stdtr(found.df[near], -t[near]) < alpha
    return below
