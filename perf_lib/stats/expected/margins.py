"""The year against the last for figures that overlap or come one at a time: rolling figures, and surveys' points.

Twelve months apart their windows do not overlap, so what is known of each alone says how far apart they may be by
chance: a margin, or the number of cases. Without either nothing can be said.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri  # type: ignore[import-untyped]  # SciPy ships no types

from perf_lib.config.catalogue import Measure
from perf_lib.stats.expected import small
from perf_lib.stats.expected.years import LEVEL, YearOnYear
from perf_lib.stats.months import YEAR, Floats
from perf_lib.stats.transforms import SCALES

YEAR_TO_YEAR = 0.1
"""How far two years of a count are apart where nothing has changed, beyond chance: a standard deviation of a tenth.

It is stated, not estimated: there are no months to tell it by. The changes of 43 forces on the year (2018 and 2019), by
offence group, lie 0.04 to 0.13 about their median, and those of 16 boroughs over 15 years 0.07 to 0.2 (by the median).
"""
FEWEST = 10
"""Cases in each year; of fewer nothing can be said."""


def year_on_year(measure: Measure, months: pd.DataFrame) -> YearOnYear | None:
    """How a measure's newest figure differs from the one twelve months before; None where nothing can be said.

    months: the measure's rows of the tidy frame, by month without gaps. Margins are half the width of a 95 per cent
    interval and add in squares; shares of cases are compared on Anscombe's scale, counts by YEAR_TO_YEAR. A margin,
    or a number of cases, that one year lacks is taken to be the other's.
    """
    supplied = months.index[months["value"].notna()]
    if not len(supplied) or supplied[-1] - YEAR not in months.index:
        return None
    now, before = months.loc[supplied[-1]], months.loc[supplied[-1] - YEAR]
    if pd.isna(before["value"]):
        return None
    figures = float(now["value"]), float(before["value"])
    margins = pd.Series([now["margin"], before["margin"]], dtype=float).ffill().bfill()
    if margins.notna().all():
        return of_margins(*figures, *margins)
    cases = pd.Series([now["denominator"], before["denominator"]], dtype=float).ffill().bfill()
    if measure.is_percentage and cases.notna().all():
        shares = np.array(figures) / 100 * cases.to_numpy()
        return of_shares(*shares.tolist(), *cases)
    return of_counts(*figures) if measure.is_counted else None


def of_margins(now: float, before: float, margin_now: float, margin_before: float) -> YearOnYear:
    """The change of a survey's figure, in percentage points, by the margins of both.

    >>> change = of_margins(77.2, 79.0, 3.4, 3.4)
    >>> round(change.change, 1), round(change.lower, 1), round(change.upper, 1)
    (-1.8, -6.6, 3.0)
    """
    half = float(np.hypot(margin_now, margin_before))
    change = now - before
    p = 2 * float(ndtr(-abs(change) / half * float(ndtri((1 + LEVEL) / 2)))) if half else float(change == 0)
    return YearOnYear(now, before, change, "percentage points", change - half, change + half, LEVEL, p, YEAR)


def of_shares(now: float, before: float, cases_now: float, cases_before: float) -> YearOnYear | None:
    """The change of a share, in percentage points, by the cases of both years; None with too few of them.

    The interval is Newcombe's tenth (Statistics in Medicine 17, 1998), of Wilson's (1927) for each; the chance is by
    Anscombe's scale.

    >>> change = of_shares(850, 800, 1000, 1000)
    >>> round(change.change, 1), round(change.lower, 1), round(change.upper, 1), change.p < 0.01
    (5.0, 1.7, 8.3, True)
    >>> of_shares(0, 1, 1, 2) is None
    True
    """
    if min(cases_now, cases_before) < FEWEST:
        return None
    scale = SCALES["proportion"]
    cases = np.array([cases_now, cases_before])
    z = scale.forward(np.array([now, before]), cases)
    sd = float(np.sqrt((1 / (4 * cases)).sum()))
    p = 2 * float(ndtr(-abs(z[0] - z[1]) / sd))
    shares = 100 * np.array([now, before]) / cases
    change = float(shares[0] - shares[1])
    low, high = _wilson(shares / 100, cases)
    lower = change - 100 * float(np.hypot(shares[0] / 100 - low[0], high[1] - shares[1] / 100))
    upper = change + 100 * float(np.hypot(high[0] - shares[0] / 100, shares[1] / 100 - low[1]))
    return YearOnYear(float(shares[0]), float(shares[1]), change, "percentage points", lower, upper, LEVEL, p, YEAR)


def _wilson(share: Floats, cases: Floats) -> tuple[Floats, Floats]:
    """Wilson's interval of a share."""
    z = float(ndtri((1 + LEVEL) / 2))
    middle = (share + z**2 / (2 * cases)) / (1 + z**2 / cases)
    half = z / (1 + z**2 / cases) * np.sqrt(share * (1 - share) / cases + z**2 / (4 * cases**2))
    return middle - half, middle + half


def of_counts(now: float, before: float) -> YearOnYear:
    """The change of a count, in per cent; from nought it has no per cent.

    Chance and YEAR_TO_YEAR add in squares on logarithms: 1 / now + 1 / before + YEAR_TO_YEAR ** 2.

    >>> change = of_counts(44252, 40643)
    >>> round(change.change, 1), round(change.lower), round(change.upper), round(change.p, 2)
    (8.9, -11, 33, 0.4)
    """
    extra = 1 + YEAR_TO_YEAR**2 * now * before / max(now + before, 1)
    p, least, most = (float(part[0]) for part in small.share_of_two(*np.array([[now], [before], [extra]])))
    if not before:
        return YearOnYear(now, before, float("nan"), "per cent", float("nan"), float("nan"), LEVEL, abs(p), YEAR)
    lower, upper = (100 * (share / max(1 - share, 1e-9) - 1) for share in (least, most))
    return YearOnYear(now, before, 100 * (now / before - 1), "per cent", lower, upper, LEVEL, abs(p), YEAR)
