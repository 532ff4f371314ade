"""The year against the last: the change, an interval about it, and the chance that nothing lies behind it.

The twelve months to a quarter's end are compared with the twelve before on the test scale, month for month: a month
that is missing in one year takes no part in either. How far two years may differ by chance comes from two sources: the
errors and the wandering level of the months before (`level`), and how far earlier years of the series differed. The
first counts as PRIOR_YEARS such differences, so that a series whose years jump is not found to have changed each year.
Under five a month the two sums are compared exactly (`small.share_of_two`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import gammaincinv, stdtr, stdtrit  # type: ignore[import-untyped]  # SciPy ships no types

from perf_lib.stats.expected import small
from perf_lib.stats.expected.histories import Histories, stretch
from perf_lib.stats.expected.level import LONGEST, Outlook, outlook, spreads
from perf_lib.stats.months import YEAR, Bools, Floats, Months
from perf_lib.stats.transforms import Kind, Scaled, Unit, scaled_series

PRIOR_YEARS = 6.0
LEVEL = 0.95
_PAST = LONGEST // YEAR - 1  # earlier differences of years
_PAIRS = 6  # months that both years must have
_FARTHEST = 3.0  # standard deviations that an earlier difference counts for at most


@dataclass(frozen=True)
class Years:
    """This year and last over the same months, in the measure's units, and the change; arrays of ends x series.

    The change, like its bounds, is `now` less `before`. `p` is negative where it is a fall; it and the bounds are
    missing where nothing can be said.
    """

    now: Floats
    before: Floats
    lower: Floats
    upper: Floats
    p: Floats
    pairs: Floats
    """Months of the year that both years have."""


def compare(series: Scaled, ends: np.ndarray, before: Histories, model: Outlook, level: float = LEVEL) -> Years:
    """This year against last at each end, for every series.

    before, model: the histories up to the year's beginning, and what they lead one to expect.
    """
    shape = len(ends), series.z.shape[1]
    scale = series.scale
    numerator, size, paired = _two_years(series, ends)
    counts = paired.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        sizes = [np.where(paired, each, 0.0).sum(axis=1) for each in size]
        sums = [np.where(paired, each, 0.0).sum(axis=1) for each in numerator]
        middle = [scale.forward(total, by) for total, by in zip(sums, sizes, strict=True)]
        difference = middle[0] - middle[1]
        whole = Histories.of(series, ends)
        noise, weights = model.noise, model.weights
        short = ~before.is_enough
        if short.any():  # what there is must do, though the year itself is in it
            other = outlook(np.where(short[:, None], whole.z, np.nan), 1, whole.floor)
            noise, weights = np.where(short, other.noise, noise), np.where(short[:, None], other.weights, weights)
        variance = noise * _by_model(weights, size, sizes, paired)
        past, number = _past_differences(series, ends, variance)
        variance = (PRIOR_YEARS * variance + past) / (PRIOR_YEARS + number)
        df, sd = PRIOR_YEARS + number, np.sqrt(variance)
        t = difference / sd
        p = np.where(t < 0, -1.0, 1.0) * np.maximum(2 * stdtr(df, -np.abs(t)), small.LEAST)
        beyond = stdtrit(df, (1 + level) / 2) * sd
        now = [scale.inverse(middle[1] + each, sizes[0]) for each in (difference - beyond, difference + beyond)]
    units = _units(series, sizes)
    alike = np.abs(difference) <= 1e-9 * np.abs(middle[1])
    p = np.where(whole.is_constant & (whole.floor == 0), np.where(alike, 1.0, p), p)
    lower, upper = (bound * units[0] - sums[1] * units[1] for bound in now)
    is_small = whole.is_small & (counts > 0)
    if is_small.any():
        small_sums, small_sizes = ([each[is_small] for each in both] for both in (sums, sizes))
        # Scatter is that of the months before the year, so that a leap does not excuse itself.
        learnt = (before.is_enough & (before.is_rest == whole.is_rest))[:, None]
        cases, of = (
            np.where(learnt, *both)[is_small] for both in ((before.cases, whole.cases), (before.size, whole.size))
        )
        dispersion = small.rate(cases, of).dispersion
        exact = _exactly(series, small_sums, small_sizes, whole.is_rest[is_small], dispersion, level)
        p[is_small], lower[is_small], upper[is_small] = exact
    fewest = np.maximum(_PAIRS * whole.coverage, 1) if scale.flow else 1
    untested = (counts < fewest) | ~whole.is_enough
    told = [sums[0] * units[0], sums[1] * units[1], *(np.where(untested, np.nan, each) for each in (lower, upper, p))]
    return Years(*(each.reshape(shape) for each in (*told, counts.astype(float))))


def _two_years(series: Scaled, ends: np.ndarray) -> tuple[list[Floats], list[Floats], np.ndarray]:
    """Numerators and sizes of this year's months and of last year's, and which months of the year both have.

    A stock is compared at its last month alone. Months before a break are not compared with those after it.
    """
    since = series.since[np.maximum(ends, 0)].reshape(-1, 1)
    comparable = np.arange(2 * YEAR - 1, -1, -1)[None, :] <= since
    z, numerator, size = (stretch(part, ends, 2 * YEAR) for part in (series.z, series.numerator, series.size))
    present = np.isfinite(z) & comparable
    paired = present[:, :YEAR] & present[:, YEAR:]
    if not series.scale.flow:
        paired = paired & (np.arange(YEAR) == YEAR - 1)
    return [numerator[:, YEAR:], numerator[:, :YEAR]], [size[:, YEAR:], size[:, :YEAR]], paired


def _by_model(weights: Floats, size: list[Floats], sizes: list[Floats], paired: np.ndarray) -> Floats:
    """The variance of the difference that errors and the wandering level give it, in units of s2."""
    now, before = (np.where(paired, each, 0.0) / by[:, None] for each, by in zip(size, sizes, strict=True))
    contrast = np.hstack([-before, now])
    squares = np.stack([((contrast @ each) ** 2).sum(axis=1) for each in spreads(2 * YEAR)], axis=1)
    return np.asarray(np.einsum("na,na->n", weights, squares))


def _past_differences(series: Scaled, ends: np.ndarray, variance: Floats) -> tuple[Floats, Floats]:
    """The squares of earlier years' differences, added up, and how many there are."""
    squares, number = np.zeros(len(variance)), np.zeros(len(variance))
    since = series.since[ends].reshape(-1)
    for years_ago in range(1, _PAST + 1):
        numerator, size, paired = _two_years(series, ends - years_ago * YEAR)
        sums = [np.where(paired, each, 0.0).sum(axis=1) for each in numerator]
        sizes = [np.where(paired, each, 0.0).sum(axis=1) for each in size]
        now, before = (series.scale.forward(total, by) for total, by in zip(sums, sizes, strict=True))
        whole = paired.any(axis=1) & ((years_ago + 2) * YEAR - 1 <= since)
        most = _FARTHEST**2 * variance
        squares += np.where(whole, np.minimum((now - before) ** 2, most), 0.0)
        number += whole
    return squares, number


def _units(series: Scaled, sizes: list[Floats]) -> list[Floats]:
    """What turns the numerators of both years into the measure's figures."""
    scale = series.scale
    return [np.ones(len(by)) if scale.sums else scale.per / np.where(by > 0, by, np.nan) for by in sizes]


def _exactly(
    series: Scaled, sums: list[Floats], sizes: list[Floats], rest: Bools, dispersion: Floats, level: float
) -> tuple[Floats, Floats, Floats]:
    """Chance and bounds of the change between two small sums. rest: where what the numerators leave is counted."""
    now, before = (np.where(rest, size - total, total) for total, size in zip(sums, sizes, strict=True))
    fair = sizes[0] / (sizes[0] + sizes[1])
    p, least, most = small.share_of_two(now, before, dispersion, level, fair)
    bounds = []
    for more, share, below in ((1e-9, least, (1 - level) / 2), (1.0, most, (1 + level) / 2)):
        # A share of the total, as this year's sum beside the same year before; beside nought, this year's alone.
        ratio = share / np.maximum(1 - share, 1e-9) * (1 - fair) / fair
        alone = dispersion * gammaincinv(now / dispersion + more, below)
        bounds.append(np.where(before > 0, before * np.minimum(ratio, 1e6), alone))
    units = _units(series, sizes)
    longer = np.where(sizes[1] > 0, sizes[0] / sizes[1], 1.0)
    within = sizes[0] if series.has_cases else np.inf
    changes = [np.minimum(bound * longer, within) * units[0] - before * units[1] for bound in bounds]
    lower, upper = np.where(rest, -changes[1], changes[0]), np.where(rest, -changes[0], changes[1])
    return np.where(rest, -p, p), lower, upper


@dataclass(frozen=True)
class YearOnYear:
    """This year beside last: the plain change, and an interval about it.

    `now` and `before` are the figures over the same months of both years. For counts and means `change` and its bounds
    are per cent (missing from nought), for proportions percentage points, for stocks and given figures in their unit.
    """

    now: float
    before: float
    change: float
    unit: Unit
    lower: float
    upper: float
    level: float
    p: float
    months: int


def year_on_year(
    series: pd.Series,
    kind: Kind = "count",
    denominators: pd.Series | None = None,
    level: float = LEVEL,
    breaks: Months = (),
    exclude: Months = (),
) -> YearOnYear | None:
    """How much the last 12 months differ from the 12 before, with an interval; None where that cannot be said.

    kind, denominators, breaks, exclude and errors: as in `judge`.

    >>> months = pd.period_range("2015-01", periods=60, freq="M")
    >>> values = np.random.default_rng(2).poisson([100] * 48 + [130] * 12)
    >>> size = year_on_year(pd.Series(values, index=months))
    >>> size.lower < size.change < size.upper, size.unit, size.p < 0.05
    (True, 'per cent', True)
    """
    return by_column(scaled_series(series, kind, denominators, breaks, exclude), level)[0]


def by_column(series: Scaled, level: float = LEVEL) -> list[YearOnYear | None]:
    """The same for every series of a frame, in one pass."""
    end = np.array([len(series.months) - 1])
    before = Histories.of(series, end - YEAR)
    compared = compare(series, end, before, outlook(before.z, 1, before.floor), level)
    return [of_years(compared, series.scale.unit, level, column=column) for column in range(len(series.names))]


def of_years(compared: Years, unit: Unit, level: float = LEVEL, end: int = 0, column: int = 0) -> YearOnYear | None:
    """One series of compared years at one end. unit: what its change is said in."""
    now, before, lower, upper, p, months = (
        float(getattr(compared, name)[end, column]) for name in ("now", "before", "lower", "upper", "p", "pairs")
    )
    if not np.isfinite(p):
        return None
    by = 1.0
    if unit == "per cent":
        by = 100 / before if before else float("nan")
    return YearOnYear(now, before, (now - before) * by, unit, lower * by, upper * by, level, abs(p), int(months))
