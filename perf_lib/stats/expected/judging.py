"""Judging a quarter: its months, the quarter itself, the last eight months and the year, each with a chance.

Each stretch of months is held against what the months before it lead one to expect (`level`; under five a month,
`small`); the year against last year (`years`). The chances of a measure are combined into one by the Cauchy combination
(Liu & Xie, Journal of the American Statistical Association 115, 2020), which holds however they depend on one another:
months, quarter, eight months and year count alike.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import stdtr, stdtrit  # type: ignore[import-untyped]  # SciPy ships no types

from perf_lib.stats.expected import small, years
from perf_lib.stats.expected.histories import Histories, stretch
from perf_lib.stats.expected.level import Outlook, outlook
from perf_lib.stats.months import YEAR, Bools, Floats, MonthsBySeries
from perf_lib.stats.transforms import Kind, Scaled, scaled

LEVEL = 0.95
"""Of the range that a figure is expected in."""


@dataclass(frozen=True)
class Stretch:
    """Months that are judged together: the last of them, `back` months ago, that follow what they are held against.

    `months` are the ones judged among those; `weight` is how much their chance counts in the measure's.
    """

    name: str
    back: int
    months: slice
    weight: float


STRETCHES = (
    Stretch("month_1", 3, slice(0, 1), 1 / 3),
    Stretch("month_2", 3, slice(1, 2), 1 / 3),
    Stretch("month_3", 3, slice(2, 3), 1 / 3),
    Stretch("quarter", 3, slice(0, 3), 1),
    Stretch("eight_months", 8, slice(0, 8), 1),
)
YEAR_WEIGHT = 0.5
TESTS = (*(each.name for each in STRETCHES), "year")


@dataclass(frozen=True)
class Judged:
    """One stretch of months: what was observed and expected, in the measure's units; arrays of ends x series.

    `p` is the chance of a figure as far out, negative where it is lower than expected; missing where nothing can be
    said, as the other arrays then are. `lower` and `upper` bound the central 95 per cent of what was expected.
    """

    observed: Floats
    expected: Floats
    lower: Floats
    upper: Floats
    p: Floats

    @property
    def parts(self) -> tuple[Floats, ...]:
        """Its arrays, in order."""
        return self.observed, self.expected, self.lower, self.upper, self.p


@dataclass(frozen=True)
class Judgement:
    """All that is judged at each end: stretches by name, the year against last, and the whole; ends x series."""

    stretches: Mapping[str, Judged]
    year: years.Years
    p: Floats
    history: Floats
    """Months that the quarter is judged by."""

    def chances(self) -> dict[str, Floats]:
        """The signed chance of each test, by name."""
        return {name: each.p for name, each in self.stretches.items()} | {"year": self.year.p}


def judge(
    frame: pd.DataFrame,
    kind: Kind = "count",
    denominators: pd.DataFrame | None = None,
    exclude: MonthsBySeries | None = None,
    breaks: MonthsBySeries | None = None,
    every_quarter: bool = False,
) -> pd.DataFrame:
    """How unusual the newest quarter of each series is, by what its own past leads one to expect.

    frame: months in rows, a series a column; the last three months are the quarter. With denominators (same series and
    months) it holds numerators. Without, a count is a count, a proportion a percentage, a mean, stock or given figure
    itself. exclude: months that take no part. breaks: months from which a series was counted anew; nothing before one
    is compared with anything after. every_quarter: a row for each quarter's end, index (series, month).

    A row a series: columns month_1, month_2, month_3, quarter, eight_months and year are two-sided chances, negative
    for lower than expected and nan where nothing can be said; p is the chance for the measure as a whole; observed and
    expected are the quarter's, expected_low and expected_high bound it at 95 per cent. Raises InputError as
    `transforms.scaled`.

    >>> months = pd.period_range("2015-01", periods=60, freq="M")
    >>> values = np.random.default_rng(2).poisson(100, (60, 2))
    >>> values[-3:, 1] += 60
    >>> judged = judge(pd.DataFrame(values, index=months, columns=["steady", "risen"]))
    >>> (judged["p"] < 0.01).tolist(), bool(judged.loc["risen", "quarter"] < 0.001)
    ([False, True], True)
    """
    series = scaled(frame, kind, denominators, breaks, exclude)
    newest = len(series.months) - 1
    if every_quarter:
        return judge_at(series, np.arange(newest % 3, newest + 1, 3))
    return judge_at(series, np.array([newest])).droplevel("month")


def judge_at(series: Scaled, ends: np.ndarray) -> pd.DataFrame:
    """The same at some months, by their positions: index (series, month)."""
    judgement = assess(series, ends)
    quarter = judgement.stretches["quarter"]
    columns = {"observed": quarter.observed, "expected": quarter.expected}
    columns |= {"expected_low": quarter.lower, "expected_high": quarter.upper}
    columns |= {"p": judgement.p} | judgement.chances()
    index = pd.MultiIndex.from_product([series.names.rename("series"), series.months[ends].rename("month")])
    return pd.DataFrame({name: column.T.ravel() for name, column in columns.items()}, index=index)


def assess(series: Scaled, ends: Sequence[int] | np.ndarray) -> Judgement:
    """Everything that is judged at each of `ends`, positions of the last months of quarters."""
    ends = np.asarray(ends)
    count = series.z.shape[1]
    origins = np.unique(np.concatenate([ends - back for back in (*{each.back for each in STRETCHES}, YEAR)]))
    before = Histories.of(series, origins)
    ahead = outlook(before.z, max(each.back for each in STRETCHES), before.floor)

    def rows(back: int) -> np.ndarray:
        """The rows of the histories that end so many months before each end."""
        return np.add.outer(np.searchsorted(origins, ends - back) * count, np.arange(count)).ravel()

    few = np.flatnonzero(before.is_small)
    rates, which = small.rate(before.cases[few], before.size[few]), np.cumsum(before.is_small) - 1

    def judged(each: Stretch) -> Judged:
        at = rows(each.back)
        chosen = before.of_rows(at)
        return _judged(series, ends, each, chosen, ahead.of_rows(at), rates.of_rows(which[at[chosen.is_small]]))

    stretches = {each.name: judged(each) for each in STRETCHES}
    year = years.compare(series, ends, before.of_rows(rows(YEAR)), ahead.of_rows(rows(YEAR)))
    chances = [*(each.p for each in stretches.values()), year.p]
    weights = [*(each.weight for each in STRETCHES), YEAR_WEIGHT]
    return Judgement(stretches, year, combined(chances, weights), before.present[rows(3)].reshape(len(ends), count))


def month_by_month(judgement: Judgement) -> Floats:
    """Observed, expected, lower and upper of each month of the quarters judged, oldest first: months x 4 x series."""
    parts = np.array([judgement.stretches[f"month_{number}"].parts[:4] for number in (1, 2, 3)])
    return parts.transpose(2, 0, 1, 3).reshape(-1, 4, parts.shape[-1])


def combined(chances: Sequence[Floats], weights: Sequence[float]) -> Floats:
    """One chance from several, weighted, by the Cauchy combination; signs do not count, missing ones take no part.

    >>> combined([np.array([0.02, 0.02]), np.array([-0.9, np.nan])], [1, 1]).round(3).tolist()
    [0.049, 0.02]
    """
    size = np.abs(np.stack(chances)).clip(1e-15, 0.999)
    weight = np.where(np.isnan(size), 0.0, np.asarray(weights, float).reshape(-1, *[1] * (size.ndim - 1)))
    total = weight.sum(axis=0)
    cauchy = np.nansum(weight * np.tan((0.5 - size) * np.pi), axis=0) / np.where(total > 0, total, np.nan)
    return np.asarray(0.5 - np.arctan(cauchy) / np.pi)


def _judged(
    series: Scaled, ends: np.ndarray, judged: Stretch, before: Histories, ahead: Outlook, rates: small.Rate
) -> Judged:
    """A stretch of months, by what the months before it lead one to expect. rates: of the rows of small numbers."""
    numerator, size, counts = _months(series, ends, judged)
    unbroken = series.since[ends].reshape(-1) >= judged.back
    length = judged.months.stop - judged.months.start
    fewest = np.maximum(before.coverage * length / 2, 1) if series.scale.flow else 1
    tested = before.is_enough & unbroken & (counts.sum(axis=1) >= fewest)
    with np.errstate(invalid="ignore", divide="ignore"):
        parts = list(_by_level(series, judged, before, ahead, (numerator, size, counts)))
        exact = before.is_small
        if exact.any():
            months_judged = numerator[exact], size[exact], counts[exact]
            small_parts = _by_counts(series, judged, rates, before.is_rest[exact], months_judged)
            for part, values in zip(parts, small_parts, strict=True):
                part[exact] = values
    shape = len(ends), series.z.shape[1]
    return Judged(*(np.where(tested, part, np.nan).reshape(shape) for part in parts))


def _by_level(
    series: Scaled, judged: Stretch, before: Histories, ahead: Outlook, months: tuple[Floats, Floats, Bools]
) -> tuple[Floats, ...]:
    """Observed, expected, lower, upper and p by the level that the months before were at."""
    scale, (numerator, size, counts) = series.scale, months
    number = np.maximum(counts.sum(axis=1), 1)
    averaged = ahead.noise * (1 - 1 / number)  # a sum's middle lies this much nearer its mean than a month's
    rate = scale.back(ahead.mean[:, judged.months], averaged[:, None] if scale.flow else 0.0)
    total_size, total = (size * counts).sum(axis=1), (size * counts * rate).sum(axis=1)
    steps = np.where(counts, size, 0.0) / scale.slope(rate) / total_size[:, None]
    variance = np.einsum("ni,nij,nj->n", steps, ahead.covariance[:, judged.months, judged.months], steps)
    if series.has_cases:  # a month of fewer cases than usual scatters more than usual
        fewer = np.maximum(before.usual_size[:, None] / size - 1, 0.0)
        variance = variance + (steps**2 * fewer).sum(axis=1) * ahead.noise
    middle = scale.forward(total, total_size)
    sd = np.sqrt(variance) * scale.slope(total / total_size)
    observed = (numerator * counts).sum(axis=1)
    t = (scale.forward(observed, total_size) - middle) / sd
    p = np.where(t < 0, -1.0, 1.0) * np.maximum(2 * stdtr(ahead.df, -np.abs(t)), small.LEAST)
    # Figures that never varied have no spread: by the rule of succession another is as likely as 1 in n + 2.
    unlike = np.abs(observed - total) > 1e-9 * np.abs(total)
    succession = np.where(unlike, np.sign(observed - total) * 2 / (before.present + 2), 1.0)
    p = np.where(before.is_constant & (before.floor == 0), succession, p)
    beyond = stdtrit(ahead.df, (1 + LEVEL) / 2) * sd
    lower, upper = (scale.inverse(bound, total_size) for bound in (middle - beyond, middle + beyond))
    # Of figures that have not been the same for long enough, another is within what may be expected.
    within = np.where(before.is_constant & (np.abs(p) >= 1 - LEVEL), observed, np.nan)
    lower, upper = np.fmin(lower, within), np.fmax(upper, within)
    units = _units(series, total_size)
    return observed * units, total * units, lower * units, upper * units, p


def _by_counts(
    series: Scaled, judged: Stretch, rates: small.Rate, rest: Bools, months: tuple[Floats, Floats, Bools]
) -> tuple[Floats, ...]:
    """The same for small numbers, by exact tests of a count, or of the rarer part of a proportion."""
    numerator, size, counts = months
    exposure = (size * counts).sum(axis=1)
    observed = (numerator * counts).sum(axis=1)
    ahead = (judged.months.start + judged.months.stop + 1) / 2
    p = small.tail(rates, np.where(rest, exposure - observed, observed), exposure, ahead)
    expected = small.expected(rates, exposure)
    low, high = small.interval(rates, exposure, ahead, LEVEL)
    # Half of a figure's own chance counts in p (mid-p), so a bound that p is against is none.
    tails = [small.tail(rates, bound, exposure, ahead) for bound in (low, high)]
    low, high = low + ((tails[0] < 0) & (tails[0] > LEVEL - 1)), high - ((tails[1] > 0) & (tails[1] < 1 - LEVEL))
    if series.has_cases:
        low, high, expected = (np.minimum(part, exposure) for part in (low, high, expected))
    low, high = np.where(rest, exposure - high, low), np.where(rest, exposure - low, high)
    expected = np.where(rest, exposure - expected, expected)
    units = _units(series, exposure)
    return observed * units, expected * units, low * units, high * units, np.where(rest, -p, p)


def _units(series: Scaled, size: Floats) -> Floats:
    """What turns a numerator over some months into the measure's figure."""
    return np.ones_like(size) if series.scale.sums else series.scale.per / np.where(size > 0, size, np.nan)


def _months(series: Scaled, ends: np.ndarray, judged: Stretch) -> tuple[Floats, Floats, Bools]:
    """Numerators and sizes of the months judged, a row for each end and series, and which of them count."""
    z, numerator, size = (
        stretch(part, ends, judged.back)[:, judged.months] for part in (series.z, series.numerator, series.size)
    )
    counts = np.isfinite(z)
    if not series.scale.flow:
        counts = counts & (np.arange(counts.shape[1]) == counts.shape[1] - 1)
    return np.where(counts, numerator, 0.0), np.where(counts, size, 1.0), counts
