"""Months that look like a fault in the data: listed for the analyst, never corrected.

A month at nought where there were many, a figure ten times what it was, a month repeated exactly, a change of units.
Each may be true. What happened is for a person to find out, in the source.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import pi, sqrt
from typing import Literal

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

    months: each measure's rows by month, with `value` and, for ratios, `numerator` and `denominator`. Surveys and
    figures of twelve months are not asked about repeats: neighbours of theirs are alike by construction.

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
        known = rows[rows["value"].notna()]
        values = known["value"].astype(float)
        last = rows.index.max() if len(rows) else None
        for place in range(1, len(known)):
            month = known.index[place]
            if last is None or month <= last - newest:
                continue
            said = _looked_at(measures[code], known, values, place)
            if said is not None:
                found.append(Jump(code, month, float(values.iloc[place]), *said))
    return sorted(found, key=lambda jump: (jump.month, jump.measure))


def _looked_at(measure: Measure, known: pd.DataFrame, values: pd.Series, place: int) -> tuple[float, What, str] | None:
    before = values.iloc[max(0, place - BEFORE) : place]
    value, usual = float(values.iloc[place]), float(before.median())
    if len(before) >= BEFORE // 2:
        if value == 0 and measure.kind == "count" and usual >= MANY:
            return usual, "a month at nought", "nothing was recorded, where there were many"
        factor = max(value, usual) / min(value, usual) if min(value, usual) > 0 else 1.0
        # Few things counted jump tenfold by chance; a ratio has no such size to go by.
        if factor >= TENFOLD and (measure.kind != "count" or max(value, usual) >= MANY):
            near = next((words for size, words in UNITS.items() if size / NEAR <= factor <= size * NEAR), None)
            if near and not (measure.kind == "count" and near != UNITS[1000.0]):
                return usual, "units changed", f"the figures differ by a factor of {factor:,.0f}, as {near} do"
            return usual, "a tenfold change", f"the figures differ by a factor of {factor:,.0f}"
    repeats, chance = _repeats(measure, known, place)
    if repeats and chance < LUCK:
        times = "is the month before it" if repeats == 1 else f"is each of the {repeats} months before it"
        return usual, "a month repeated exactly", f"the figure {times}, to the last digit"
    return None


def _repeats(measure: Measure, known: pd.DataFrame, place: int) -> tuple[int, float]:
    """How many months in a row before this one are just like it, and how often chance alone would have it so.

    Two Poisson counts of mean m are equal about once in 2 sqrt(pi m) times.
    """
    parts = ["numerator", "denominator"] if measure.is_ratio else ["value"]
    if measure.kind not in ("count", "proportion", "mean"):
        return 0, 1.0
    rows = known[parts].astype(float)
    own = rows.iloc[place]
    if own.isna().any() or own.min() < FEW:
        return 0, 1.0
    repeats = 0
    while place - repeats > 0 and (rows.iloc[place - repeats - 1] == own).all():
        repeats += 1
    once = 1.0
    for size in own:
        once *= min(1.0, 1 / (2 * sqrt(pi * float(size))))
    return repeats, once**repeats if repeats else 1.0
