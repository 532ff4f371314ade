"""The arithmetic of an illustrative history: level, season and noise, held to published totals.

Everything here is pure and knows no measure. A history is 60 months, January 2015 to December 2019, as a numpy array.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from zlib import crc32

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Array = NDArray[np.float64]
Span = tuple[str, str]
Totals = Mapping[Span, float]

MONTHS = pd.period_range("2015-01", "2019-12", freq="M")
DAYS = np.asarray(MONTHS.days_in_month, dtype=float)

# How far a monthly series strays beyond Poisson, by its level: the median coefficient of variation among 875 windows of
# 60 months of real police series (London boroughs 2010-19, New South Wales 2000-19). Upper bound of level, then CV.
EXTRA_VARIATION = ((20, 0.175), (100, 0.123), (500, 0.095), (2000, 0.053), (float("inf"), 0.038))
AUTOCORRELATION = 0.3

# How quickly a benchmarked month forgets a total that it is no part of: the ratio to the unbenchmarked series goes back
# to one in about 1 / sqrt(0.05), four to five months.
RETURN_TO_ONE = 0.05


def generator(measure: str) -> np.random.Generator:
    """The measure's own stream of random numbers, so that adding one measure leaves the others alone."""
    return np.random.Generator(np.random.PCG64(crc32(measure.encode())))


def place(month: str) -> int:
    """The position of a month such as 2019-12."""
    return int(MONTHS.get_indexer(pd.PeriodIndex([month], freq="M"))[0])


def span(first: str, last: str) -> slice:
    """The positions of the months from first to last."""
    return slice(place(first), place(last) + 1)


def level(knots: Mapping[str, float]) -> Array:
    """A straight line from each named month's level to the next, flat before the first and after the last."""
    return np.interp(np.arange(len(MONTHS)), [place(month) for month in knots], list(knots.values()))


def season(summer: float, per_day: bool = True) -> Array:
    """A yearly wave that peaks in July by the share `summer` (below zero: in January), times the days in the month."""
    wave = 1 + summer * np.cos(2 * np.pi * (np.asarray(MONTHS.month) - 7) / 12)
    return wave * DAYS / DAYS.mean() if per_day else wave


def extra_variation(mean: float) -> float:
    """The coefficient of variation beyond Poisson that is usual at this monthly level.

    >>> extra_variation(3700)
    0.038
    """
    return next(cv for bound, cv in EXTRA_VARIATION if mean < bound)


def wander(random: np.random.Generator, sd: float, phi: float) -> Array:
    """First-order autoregressive noise of mean zero, at its long-run spread from the first month on."""
    steps = random.normal(0, sd * np.sqrt(1 - phi**2), len(MONTHS))
    steps[0] = random.normal(0, sd)
    for month in range(1, len(steps)):
        steps[month] += phi * steps[month - 1]
    return steps


def unrest(random: np.random.Generator, cv: float) -> Array:
    """Lognormal noise of mean one whose logarithm is autoregressive."""
    sd = float(np.sqrt(np.log1p(cv**2)))
    return np.exp(wander(random, sd, AUTOCORRELATION) - sd**2 / 2)


def benchmark(series: Array, totals: Totals) -> Array:
    """The series bent to meet every total, its month-to-month movement disturbed as little as can be.

    Proportional Denton: the ratio of new to old is kept smooth, and returns to one away from any total.
    """
    n, k = len(series), len(totals)
    steps = np.diff(np.eye(n), axis=0)
    sums = np.zeros((k, n))
    for row, (first, last) in enumerate(totals):
        sums[row, span(first, last)] = series[span(first, last)]
    system = np.block([[steps.T @ steps + RETURN_TO_ONE * np.eye(n), sums.T], [sums, np.zeros((k, k))]])
    wanted = np.concatenate([np.full(n, RETURN_TO_ONE), list(totals.values())])
    return series * np.linalg.solve(system, wanted)[:n]


def share_out(total: float, weights: Sequence[float] | Array) -> Array:
    """A whole total in whole parts, by largest remainder; an earlier part wins a tie.

    >>> share_out(10, [1, 1, 1]).tolist()
    [4.0, 3.0, 3.0]
    """
    exact = np.asarray(weights, dtype=float) * total / np.sum(weights)
    parts = np.floor(exact)
    short = round(total - parts.sum())
    parts[np.argsort(parts - exact, kind="stable")[:short]] += 1
    return parts


def whole(series: Array, totals: Totals) -> Array:
    """The series in whole numbers that still meet every total."""
    rounded = np.round(series)
    for (first, last), total in totals.items():
        rounded[span(first, last)] = share_out(total, series[span(first, last)])
    return rounded


def tilted(percentages: Sequence[float], ratio: float, total: float) -> Array:
    """Denominators as near to equal as lets the months' percentages average to `ratio` and the months sum to total."""
    values = np.asarray(percentages)
    low, high = -2.0, 2.0
    for _ in range(60):
        weights = np.exp((low + high) / 2 * (values - ratio))
        low, high = ((low + high) / 2, high) if weights @ (values - ratio) < 0 else (low, (low + high) / 2)
    return weights / weights.sum() * total


def counts_behind(
    percentages: Sequence[float], wanted: Sequence[float] | Array, reach: int, fits: Callable[[int, int], bool]
) -> list[tuple[int, int]]:
    """Whole numerators and denominators that print as these one-decimal percentages, and whose sums fit.

    Of all such, the denominators nearest to those wanted, none further than `reach` from its own.
    """
    found: dict[tuple[int, int], tuple[float, list[tuple[int, int]]]] = {(0, 0): (0.0, [])}
    for percentage, near in zip(percentages, wanted, strict=True):
        nearby = range(round(near) - reach, round(near) + reach + 1)
        pairs = [(round(percentage * d / 100), d) for d in nearby]
        pairs = [(n, d) for n, d in pairs if abs(100 * n / d - percentage) < 0.0499]
        grown: dict[tuple[int, int], tuple[float, list[tuple[int, int]]]] = {}
        for (numerators, denominators), (cost, chosen) in found.items():
            for n, d in pairs:
                sums, dearer = (numerators + n, denominators + d), cost + (d - near) ** 2 / near
                if sums not in grown or dearer < grown[sums][0]:
                    grown[sums] = (dearer, [*chosen, (n, d)])
        found = grown
    return min(way for sums, way in found.items() if fits(*sums))[1]
