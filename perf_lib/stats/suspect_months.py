"""Months that look like a fault in the data: listed for the analyst, never corrected.

A month at nought where there were many, a figure ten times what it was, a month repeated exactly, a change of units.
Each may be true. What happened is for a person to find out, in the source.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import pi, prod, sqrt
from statistics import median
from typing import Literal

import numpy as np
import pandas as pd

from perf_lib.config.catalogue import Measure

What = Literal["a month at nought", "units changed", "a tenfold change", "a month repeated exactly"]

BEFORE = 12
"""How many known months before a month say what is usual; fewer than half as many say nothing."""
MANY = 20
"""A usual count below which nought is no surprise (a Poisson count of 20 is nought twice in a thousand million)."""
TENFOLD = 10.0
UNITS = {
    60.0: "seconds and minutes",
    100.0: "shares and per cent",
    1000.0: "ones and thousands",
    3600.0: "seconds and hours",
}
NEAR = 1.25
"""How near to one of those factors a change must be, as a factor itself, to look like a change of units."""
FEW = 10
"""Counts below this repeat too often to be looked at."""
LUCK = 0.01
"""A repeated month is listed where chance would repeat a count less often than this."""


@dataclass(frozen=True)
class Jump:
    """One month that looks like a fault: its figure, what was usual before it, and why it is listed."""

    measure: str
    month: pd.Period
    value: float
    usual: float
    what: What
    why: str


def jumps(months: Mapping[str, pd.DataFrame], measures: Mapping[str, Measure], newest: int = 24) -> list[Jump]:
    """The suspicious months among each measure's newest, oldest first.

    months: each measure's rows by month, none skipped, with `value` and, for ratios, `numerator` and `denominator`.
    Surveys and figures of twelve months are not tested for repeats: their neighbours are alike by construction.

    >>> values = [200, 210, 190, 205, 195, 201, 0]
    >>> index = pd.period_range("2019-01", periods=7, freq="M")
    >>> frame = pd.DataFrame({"value": values, "numerator": None, "denominator": None}, index=index)
    >>> thefts = Measure(code="thefts", title="Thefts", priority=1, kind="count", unit="thefts", better="lower",
    ...                  noun="thefts", singular="theft")
    >>> [(str(jump.month), jump.what) for jump in jumps({"thefts": frame}, {"thefts": thefts})]
    [('2019-07', 'a month at nought')]
    """
    found: list[Jump] = []
    for code, rows in months.items():
        figures = rows["value"].to_numpy(float)
        known = np.flatnonzero(~np.isnan(figures))
        values, parts = figures[known].tolist(), _parts(measures[code], rows, known)
        for place in range(1, len(known)):
            if known[place] >= len(rows) - newest:
                reason = _suspicion(measures[code], values, parts, place)
                if reason is not None:
                    found.append(Jump(code, rows.index[known[place]], values[place], *reason))
    return sorted(found, key=lambda jump: (jump.month, jump.measure))


def _parts(measure: Measure, rows: pd.DataFrame, known: np.ndarray) -> list[tuple[float, ...]]:
    """What must be alike for a known month to repeat another: numerators and denominators, values, or nothing."""
    names = [] if not measure.has_signals else ["numerator", "denominator"] if measure.is_ratio else ["value"]
    return [tuple(row) for row in rows[names].to_numpy(float)[known].tolist()]


def _suspicion(
    measure: Measure, values: list[float], parts: list[tuple[float, ...]], place: int
) -> tuple[float, What, str] | None:
    """What was usual before a month, and why it looks like a fault; None where it does not."""
    before = values[max(0, place - BEFORE) : place]
    value, usual = values[place], float(median(before))
    if len(before) >= BEFORE // 2:
        if value == 0 and measure.is_count and usual >= MANY:
            return usual, "a month at nought", "nothing was recorded, where there were many"
        factor = max(value, usual) / min(value, usual) if min(value, usual) > 0 else 1.0
        # Few things counted jump tenfold by chance; a ratio has no such size to go by.
        if factor >= TENFOLD and (not measure.is_count or max(value, usual) >= MANY):
            near = next((words for size, words in UNITS.items() if size / NEAR <= factor <= size * NEAR), None)
            if near and not (measure.is_count and near != UNITS[1000.0]):
                return usual, "units changed", f"the figures differ by a factor of {factor:,.0f}, as {near} do"
            return usual, "a tenfold change", f"the figures differ by a factor of {factor:,.0f}"
    repeats, chance = _repeats(parts, place)
    if repeats and chance < LUCK:
        times = "is the month before it" if repeats == 1 else f"is each of the {repeats} months before it"
        return usual, "a month repeated exactly", f"the figure {times}, to the last digit"
    return None


def _repeats(parts: list[tuple[float, ...]], place: int) -> tuple[int, float]:
    """How many months in a row before this one are just like it, and how often chance alone would have it so.

    Two Poisson counts of mean m are equal about once in 2 sqrt(pi m) times.
    """
    this = parts[place]
    if not all(size >= FEW for size in this):  # nor where one is missing, and so not known to be so many
        return 0, 1.0
    repeats = 0
    while this and place - repeats > 0 and parts[place - repeats - 1] == this:
        repeats += 1
    once = prod(min(1.0, 1 / (2 * sqrt(pi * size))) for size in this)
    return repeats, once**repeats if repeats else 1.0
