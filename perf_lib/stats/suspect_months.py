"""Months that look like a fault in the data: listed for the analyst, never corrected.

A month at nought where there were many, a figure ten times the usual one, a month repeated exactly, a change of units.
Each may be true. A person must find out, in the source, what happened.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import pi, prod, sqrt
from statistics import median
from typing import Literal

import pandas as pd

from perf_lib.config.catalogue import Measure

What = Literal["a month at nought", "units changed", "a tenfold change", "a month repeated exactly"]

BEFORE = 12  # months with a figure whose median is what is usual for the next; fewer than half as many tell nothing
MANY = 20  # a usual count from which nought is a surprise (a Poisson count of 20 is nought twice in a thousand million)
TENFOLD = 10.0
UNITS = {
    60.0: "seconds and minutes",
    100.0: "shares and per cent",
    1000.0: "ones and thousands",
    3600.0: "seconds and hours",
}
NEAR = 1.25  # how near to one of those factors a change must be, as a factor itself, to look like a change of units
FEW = 10  # counts below this repeat too often to be tested
LUCK = 0.01  # a repeated month is listed where chance would repeat a count less often than this


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
    """The suspicious months among each measure's newest, oldest first, in the units of the measure.

    months: each measure's rows by month, none skipped, with `value` and, for ratios, `numerator` and `denominator`.
    Surveys and figures of twelve months are not tested for repeats: their neighbours are alike by construction. The
    chance of a repeat is that of equal Poisson counts.

    >>> values = [200, 210, 190, 205, 195, 201, 0]
    >>> index = pd.period_range("2019-01", periods=7, freq="M")
    >>> frame = pd.DataFrame({"value": values, "numerator": None, "denominator": None}, index=index)
    >>> thefts = Measure(code="thefts", title="Thefts", priority=1, kind="count", unit="thefts", better="lower",
    ...                  noun="thefts", singular="theft")
    >>> [(str(jump.month), jump.what) for jump in jumps({"thefts": frame}, {"thefts": thefts})]
    [('2019-07', 'a month at nought')]
    """
    listed: list[Jump] = []
    for code, rows in months.items():
        measure = measures[code]
        present = rows[rows["value"].notna()]
        values = present["value"].to_numpy(float).tolist()
        # What is alike where a month repeats another: nothing is, of a measure that is not tested for it.
        names = [] if not measure.has_signals else ["numerator", "denominator"] if measure.is_ratio else ["value"]
        parts = list(map(tuple, present[names].to_numpy(float).tolist()))
        newest_months = rows.index[-newest:]
        for place, month in enumerate(present.index):
            suspicion = _suspicion(measure, values, parts, place) if place and month in newest_months else None
            if suspicion is not None:
                listed.append(Jump(code, month, values[place], *suspicion))
    return sorted(listed, key=lambda jump: (jump.month, jump.measure))


def _suspicion(
    measure: Measure, values: list[float], parts: list[tuple[float, ...]], place: int
) -> tuple[float, What, str] | None:
    """What is usual before one month, what looks wrong with it, and why; None where nothing does."""
    before = values[max(0, place - BEFORE) : place]
    value, usual = values[place], float(median(before))
    if len(before) >= BEFORE // 2:
        if value == 0 and measure.is_count and usual >= MANY:
            return usual, "a month at nought", "nothing was recorded, where there were many"
        factor = max(value, usual) / min(value, usual) if min(value, usual) > 0 else 1.0
        # Few counts rise or fall tenfold by chance; a ratio has no size of its own to compare with.
        if factor >= TENFOLD and (not measure.is_count or max(value, usual) >= MANY):
            near = next((words for size, words in UNITS.items() if size / NEAR <= factor <= size * NEAR), None)
            if near and not (measure.is_count and near != UNITS[1000.0]):
                return usual, "units changed", f"the figures differ by a factor of {factor:,.0f}, as {near} do"
            return usual, "a tenfold change", f"the figures differ by a factor of {factor:,.0f}"
    repeats, chance = (0, 1.0) if measure.stands_at else _repeats(parts, place)  # things may stand as they stood
    if repeats and chance < LUCK:
        times = "is the month before it" if repeats == 1 else f"is each of the {repeats} months before it"
        return usual, "a month repeated exactly", f"the figure {times}, to the last digit"
    return None


def _repeats(parts: list[tuple[float, ...]], place: int) -> tuple[int, float]:
    """How many months in a row before this one equal it, and how often chance alone would repeat it so.

    Two Poisson counts of mean m are equal about once in 2 sqrt(pi m) times.
    """
    month = parts[place]
    if not month or not all(size >= FEW for size in month):  # nor where one is missing
        return 0, 1.0
    repeats = 0
    while repeats < place and parts[place - repeats - 1] == month:
        repeats += 1
    once = prod(min(1.0, 1 / (2 * sqrt(pi * size))) for size in month)
    return repeats, once**repeats
