"""The constants of the calibrated tests: for one length of history, what turns twelve-monthly noise into a t.

A test is a contrast in a regression of the history on twelve month effects and a few columns more: "the last three
months against what those months usually are". Neighbouring months resemble one another, so the plain standard error is
too small; the variance is worked out under an AR(1) process instead. Its coefficient phi is read from the lag-one
correlation of the residuals with the design's own bias taken out, and shrunk towards a prior.

With z the history (n values), X its design, a the contrast, M = I - X (X'X)^-1 X' and c = X (X'X)^-1 a:

- estimate = c'z; residuals e = Mz; r1 = sum e[t] e[t+1] / sum e[t]^2.
- For an AR(1) coefficient phi, R[i,j] = phi^|i-j|, and with L half the lag-one matrix, E[r1 | phi] =
  tr(MLMR) / tr(MR), the expectation of a ratio of quadratic forms by the ratio of their expectations (Durbin & Watson
  1950 use the same device). Tabulated over phi = 0, .05, …, .9 and read backwards it gives phi_hat.
- s = sqrt(1/n) / (dE/dphi), at the prior; w = .15^2 / (.15^2 + s^2); phi = w phi_hat + (1 - w) .3, within 0 to .9.
- sigma^2 = e'e / tr(MR); var(estimate) = sigma^2 c'Rc; degrees of freedom tr(MR)^2 / tr(MRMR), Satterthwaite's (1946)
  approximation for a quadratic form, as in Kenward & Roger (1997).

All of it depends on the design alone, so it is tabulated once a history and a whole table of series costs one matrix
product. By the Frisch-Waugh theorem the month effects may be taken out first (a subtraction of means) and each test
then needs only its own few columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from perf_lib.stats.months import ROUNDING, Bools, Floats

PHI_PRIOR = 0.3  # months of 875 real police series, seasons removed: median lag-one correlation .2 to .4
PHI_PRIOR_QUARTERS = 0.13  # the same process seen in sums of three: .5796 / 4.38
PHI_PRIOR_SD = 0.15
PHI_STEP = 0.05
PHI_GRID = np.arange(19) * PHI_STEP  # 0 to .9


@dataclass(frozen=True)
class Contrast:
    """One of the five questions: the two symbols it answers, the months it judges, and what makes it askable.

    `judged` months must all be present. `alike`: the symbol says that each of those months is beyond what is usual, so
    it shows only where each is. `quarters`: how many quarters it judges where numbers are too small for months (None:
    not asked then). `words` completes "the test asks …" (unusual: for the time of year). `false_alarm` is the
    percentage of simulated stable series showing either of its symbols at a quarter's end, at alpha = 0.01 with 60
    months of history (mean of six kinds of series and five levels, 10 to 3,700 a month; tests/benchmarks).
    """

    name: str
    high: str
    low: str
    judged: int
    alike: bool
    quarters: int | None
    words: str
    false_alarm: float


CONTRASTS: tuple[Contrast, ...] = (
    Contrast("month", "month_high", "month_low", 1, False, None, "whether the month is unusual", 1.0),
    Contrast("three", "three_months_high", "three_months_low", 3, True, 1, "whether three months are unusual", 0.8),
    Contrast("eight", "eight_months_high", "eight_months_low", 8, True, None, "whether eight months are unusual", 0.5),
    Contrast("slope", "discrete_increasing", "discrete_decreasing", 12, False, 4, "whether the year slopes", 0.8),
    Contrast(
        "year", "rolling_increasing", "rolling_decreasing", 24, False, 8, "whether this year differs from last", 0.8
    ),
)


@dataclass(frozen=True)
class Found:
    """What a test found, an entry a history: estimate and its standard error on the transformed scale, df, phi.

    `alike` is whether every month judged departs from its usual level in the estimate's direction.
    """

    estimate: Floats
    error: Floats
    df: Floats
    phi: Floats
    alike: Bools


@dataclass(frozen=True)
class _Row:
    """One contrast's constants in one table: its own columns (orthonormal, month effects removed) and what phi does."""

    contrast: Contrast
    columns: slice
    basis: Floats  # n x r
    weights: Floats  # r: the contrast on those columns
    lagged: Floats  # r x r: basis' L basis
    expected_r1: Floats  # over PHI_GRID, as are the next two
    variance: Floats  # c'Rc / tr(MR)
    df: Floats
    shrink: float


@dataclass(frozen=True)
class Table:
    """Every askable contrast for one history: so many values, so many seasons, and the positions that are absent."""

    length: int
    seasons: int
    present: Floats  # n: 1 where there is a value
    counts: Floats  # seasons: how many values each season has
    rows: tuple[_Row, ...]
    projector: Floats  # n x 2r: every basis, then every basis lagged
    prior: float

    def deviations(self, histories: Floats) -> Floats:
        """Histories (a row each) less their season means; nought where absent."""
        whole = bool(self.present.all())
        held = histories if whole else np.where(self.present > 0, histories, 0.0)
        years = held.reshape(len(held), -1, self.seasons)
        off = (years - (years.sum(axis=1) / self.counts)[:, None, :]).reshape(held.shape)
        return off if whole else off * self.present

    def tests(self, histories: Floats) -> dict[str, Found]:
        """Each contrast's findings for histories of transformed values, one a row, oldest value first.

        >>> rng = np.random.default_rng(0)
        >>> found = table(36, 12).tests(rng.normal(size=(2000, 36)))
        >>> sorted(found)
        ['eight', 'month', 'slope', 'three', 'year']
        >>> bool(abs((found["month"].estimate / found["month"].error).std() - 1) < 0.1)
        True
        """
        off = self.deviations(histories)
        squares = np.einsum("ij,ij->i", off, off)
        neighbours = np.einsum("ij,ij->i", off[:, :-1], off[:, 1:])
        products = off @ self.projector
        # Values that do not vary but for rounding have nothing to test.
        still = squares <= (ROUNDING * histories[:, -1]) ** 2 * self.length
        return {row.contrast.name: self._test(row, off, squares, neighbours, products, still) for row in self.rows}

    def _test(
        self, row: _Row, off: Floats, squares: Floats, neighbours: Floats, products: Floats, still: Bools
    ) -> Found:
        own = products[:, row.columns]
        lagged = products[:, self.projector.shape[1] // 2 :][:, row.columns]
        estimate = np.where(still, 0.0, own @ row.weights)
        # e = off - basis own, so both sums of squares follow without forming e. The floor keeps a perfect fit from
        # dividing by the rounding of its own residuals.
        left = np.maximum(squares - np.einsum("ij,ij->i", own, own), 1e-12 * squares + 1e-300)
        pairs = neighbours - 2 * np.einsum("ij,ij->i", own, lagged) + np.einsum("ij,jk,ik->i", own, row.lagged, own)
        phi = _phi(np.clip(pairs / left, -1.0, 1.0), row, self.prior)
        error = np.sqrt(left * _along(row.variance, phi))
        alike = np.ones(len(off), dtype=bool)
        if row.contrast.alike and self.seasons == 12:
            sign = np.sign(estimate)
            for back in range(1, row.contrast.judged + 1):
                alike &= sign * (off[:, -back] - own @ row.basis[-back] + estimate) > 0
        return Found(estimate, error, _along(row.df, phi), phi, alike)

    def usual(self, history: Floats, contrast: Contrast) -> Floats:
        """What the judged values of one history would be if they were usual for the time of year (month contrasts).

        >>> round(float(table(36, 12).usual(np.r_[np.full(35, 5.0), 9.0], CONTRASTS[0])[-1]), 6)
        5.0
        """
        row = next(row for row in self.rows if row.contrast is contrast)
        off = self.deviations(history[None, :])
        own = off @ row.basis
        departures = off[0] - (row.basis @ own[0]) + float(own[0] @ row.weights)
        judged = contrast.judged if self.seasons == 12 else 1
        return np.asarray(history[-judged:] - departures[-judged:])


@lru_cache(maxsize=512)
def table(length: int, seasons: int, absent: tuple[int, ...] = ()) -> Table:
    """The constants for a history of `length` values with `seasons` to the year (12 months or 4 quarters).

    absent: positions (from nought) without a value. They are left out of the regression: nothing is put in their
    place. A contrast that what is left cannot answer is not among the rows.

    >>> [row.contrast.name for row in table(24, 12).rows], [row.contrast.name for row in table(20, 4).rows]
    (['year'], ['three', 'slope', 'year'])
    """
    asked = [
        (contrast, *columns)
        for contrast in CONTRASTS
        if (columns := _columns(contrast, length, seasons)) is not None
        and not set(absent) & set(range(length - _judged(contrast, seasons), length))
    ]
    return assembled(length, seasons, absent, asked)


def assembled(
    length: int, seasons: int, absent: tuple[int, ...], asked: Sequence[tuple[Contrast, Floats, Floats]]
) -> Table:
    """A table of any contrasts, each given with its columns beside the season effects and its weights on them."""
    time = np.arange(length)
    present = np.ones(length)
    present[list(absent)] = 0.0
    season = (time[:, None] % seasons == np.arange(seasons)).astype(float) * present[:, None]
    counts = season.sum(axis=0)
    lag = np.zeros((length, length))
    lag[time[:-1], time[1:]] = lag[time[1:], time[:-1]] = 0.5
    gaps = np.abs(np.subtract.outer(time, time))
    powers = [np.where(gaps == 0, 1.0, phi**gaps) * np.outer(present, present) for phi in PHI_GRID]
    level = np.diag(present) - season @ np.diag(1 / np.maximum(counts, 1)) @ season.T  # takes season means out
    prior = PHI_PRIOR if seasons == 12 else PHI_PRIOR_QUARTERS
    rows: list[_Row] = []
    at = 0
    for contrast, own, weights in asked:
        row = _row(contrast, at, level @ (own * present[:, None]), weights, lag, powers, level, prior)
        if row is not None:
            rows.append(row)
            at = row.columns.stop
    basis = np.column_stack([row.basis for row in rows]) if rows else np.zeros((length, 0))
    projector = np.column_stack([basis, lag @ basis])
    return Table(length, seasons, present, np.maximum(counts, 1), tuple(rows), projector, prior)


def _judged(contrast: Contrast, seasons: int) -> int:
    """How many of the newest values a contrast judges."""
    return contrast.judged if seasons == 12 else contrast.quarters or 0


def _columns(contrast: Contrast, length: int, seasons: int) -> tuple[Floats, Floats] | None:
    """A contrast's columns beside the season effects, and its weights on them; None where the history is too short."""
    time = np.arange(length)
    years = length // seasons
    if contrast.name == "year":
        # A level for every year but last year, from which they are measured; the newest year's is the answer.
        blocks = [(time // seasons == year).astype(float) for year in range(years) if year != years - 2]
        return np.column_stack(blocks), np.r_[np.zeros(len(blocks) - 1), 1.0]
    if years < 3 or (seasons != 12 and contrast.quarters is None):
        return None
    if contrast.name == "slope":
        # A slope over the whole history, and in the last year a level and a further slope: the answer is their sum.
        newest = time >= length - seasons
        middle = length - (seasons + 1) / 2
        further = np.where(newest, time - middle, 0.0)
        return np.column_stack([time - length / 2, newest, further]), np.array([1.0, 0.0, 1.0])
    judged = contrast.judged if seasons == 12 else contrast.quarters
    return (time >= length - (judged or 0)).astype(float)[:, None], np.ones(1)


def _row(
    contrast: Contrast,
    at: int,
    own: Floats,
    weights: Floats,
    lag: Floats,
    powers: list[Floats],
    level: Floats,
    prior: float,
) -> _Row | None:
    """The constants of one contrast whose columns have had the season effects taken out."""
    basis, sizes, turn = np.linalg.svd(own, full_matrices=False)
    kept = sizes > 1e-9 * max(float(sizes[0]), 1e-300)
    basis, sizes, turn = basis[:, kept], sizes[kept], turn[kept]
    if not np.allclose(turn.T @ (turn @ weights), weights, atol=1e-9):
        return None  # what is left of the history cannot tell this contrast from the seasons
    on_basis = (turn @ weights) / sizes
    residual = level - basis @ basis.T
    c = basis @ on_basis
    bent = residual @ lag @ residual
    traces = [float(np.einsum("ij,ji->", residual, power)) for power in powers]
    if traces[0] < 2:
        return None  # no residual left to measure the noise by
    expected = np.array([float(np.einsum("ij,ji->", bent, p)) / t for p, t in zip(powers, traces, strict=True)])
    products = [residual @ power for power in powers]
    df = [t**2 / float(np.einsum("ij,ji->", p, p)) for p, t in zip(products, traces, strict=True)]
    slope = float(np.interp(prior, PHI_GRID, np.gradient(expected, PHI_STEP)))
    spread = np.sqrt(1 / float(np.count_nonzero(np.diag(powers[0])))) / slope
    return _Row(
        contrast=contrast,
        columns=slice(at, at + basis.shape[1]),
        basis=basis,
        weights=on_basis,
        lagged=basis.T @ lag @ basis,
        expected_r1=expected,
        variance=np.array([float(c @ p @ c) / t for p, t in zip(powers, traces, strict=True)]),
        df=np.array(df),
        shrink=float(PHI_PRIOR_SD**2 / (PHI_PRIOR_SD**2 + spread**2)),
    )


def _phi(r1: Floats, row: _Row, prior: float) -> Floats:
    """The AR(1) coefficient behind a lag-one correlation of residuals: de-biased, then shrunk to the prior."""
    curve = row.expected_r1
    found = np.interp(r1, curve, PHI_GRID)
    below = (r1 - curve[0]) * PHI_STEP / (curve[1] - curve[0])  # the first step of the curve, carried on below nought
    found = np.where(r1 < curve[0], below, found)
    return np.clip(row.shrink * found + (1 - row.shrink) * prior, 0.0, PHI_GRID[-1])


def _along(values: Floats, phi: Floats) -> Floats:
    """Values tabulated over PHI_GRID, read at each phi by straight lines."""
    place = phi / PHI_STEP
    left: NDArray[np.intp] = np.minimum(place.astype(np.intp), len(PHI_GRID) - 2)
    share = place - left
    return np.asarray(values[left] * (1 - share) + values[left + 1] * share)
