"""Two measures side by side: the months that both have, and whether they move together."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from perf_lib.findings.finding import Finding
from perf_lib.stats import series
from perf_lib.stats.relation import Relation, relation

SHORTEST = 6
"""Months in common that a comparison of two measures needs."""


@dataclass(frozen=True)
class Pair:
    """Two measures over the months that both have."""

    months: pd.DataFrame
    """A column for each, by title; the second's so many months later as it lags."""
    z_scores: pd.DataFrame
    """The same in standard deviations from each one's mean."""
    relation: Relation
    """Whether their changes from month to month go together."""


def rolling_pair(one: Finding, other: Finding) -> Pair | None:
    """The rolling 12 months of two measures; None with too few months in common."""
    return _pair(one, other, one.rolling_months, other.rolling_months, len(one.rolling_months))


def monthly_pair(one: Finding, other: Finding, months: int, lag: int = 0) -> Pair | None:
    """The last so many monthly figures of two measures, the second's `lag` months later; None with too few."""
    return _pair(one, other, one.months["value"], other.months["value"], months, lag)


def _pair(one: Finding, other: Finding, left: pd.Series, right: pd.Series, months: int, lag: int = 0) -> Pair | None:
    span = pd.period_range(one.quarter.last - (months - 1), one.quarter.last, freq="M") - max(lag, 0)
    columns = {one.measure.title: left.reindex(span), other.measure.title: right.reindex(span + lag).set_axis(span)}
    both = pd.DataFrame(columns).astype(float).dropna()
    if len(both) < SHORTEST:
        return None
    return Pair(both, both.apply(series.z_scores), relation(left, right, lag, months))
