"""Two measures side by side: the months that both have, and how closely they move together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from perf_lib.findings.finding import Finding
from perf_lib.stats import series

SHORTEST = 6
"""Months in common that a comparison of two measures needs."""


@dataclass(frozen=True)
class Pair:
    """Two measures over the months that both have."""

    months: pd.DataFrame
    """A column for each, by title."""
    z_scores: pd.DataFrame
    """The same in standard deviations from each one's mean."""
    r_squared: float | None
    """The share of one's variance that a straight line on the other accounts for; None where one does not vary."""
    correlation: float
    """Pearson's, from -1 to 1; missing where one does not vary."""


def rolling_pair(one: Finding, other: Finding) -> Pair | None:
    """The rolling 12 months of two measures; None with too few months in common."""
    return _pair({each.measure.title: each.rolling_months for each in (one, other)})


def monthly_pair(one: Finding, other: Finding, months: int) -> Pair | None:
    """The last so many monthly figures of two measures; None with too few in common."""
    span = pd.period_range(one.quarter.last - (months - 1), one.quarter.last, freq="M")
    return _pair({each.measure.title: each.months["value"].astype(float).reindex(span) for each in (one, other)})


def _pair(columns: Mapping[str, pd.Series]) -> Pair | None:
    both = pd.DataFrame(dict(columns)).dropna()
    if len(both) < SHORTEST:
        return None
    one, other = (both[title] for title in both)
    return Pair(both, both.apply(series.z_scores), series.r_squared(one, other), float(both.corr().iloc[0, 1]))
