"""The constants of the calibrated tests, one table for each length of history.

A test is a contrast in a regression of the history on twelve month effects and a few more columns: "the last three
months against what those months usually are". Neighbouring months resemble one another, so the plain standard error is
too small; the variance assumes an AR(1) process instead. Its coefficient phi is estimated from the lag-one correlation
of the residuals, corrected for the bias of the design and shrunk towards a prior.

With z the history (n values), X its design, a the contrast, M = I - X (X'X)^-1 X' and c = X (X'X)^-1 a:

- estimate = c'z; residuals e = Mz; r1 = sum e[t] e[t+1] / sum e[t]^2.
- For an AR(1) coefficient phi, R[i,j] = phi^|i-j|, and with L half the lag-one matrix, E[r1 | phi] =
  tr(MLMR) / tr(MR), the expectation of a ratio of quadratic forms by the ratio of their expectations (Durbin & Watson
  1950 use the same device). Tabulated over phi = 0, .05, …, .9 and read backwards it gives phi_hat.
- s = sqrt(1/n) / (dE/dphi), at the prior; w = .15^2 / (.15^2 + s^2); phi = w phi_hat + (1 - w) .3, within 0 to .9.
- sigma^2 = e'e / tr(MR); var(estimate) = sigma^2 c'Rc; degrees of freedom tr(MR)^2 / tr(MRMR), Satterthwaite's (1946)
  approximation for a quadratic form, as in Kenward & Roger (1997).

All of it depends on the design alone, so each history is tabulated once, and a whole table of series costs one matrix
product. By the Frisch-Waugh theorem the month effects may be removed first (a subtraction of means); each test then
needs only its own few columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from perf_lib.stats.months import ROUNDING, YEAR, Bools, Floats

PHI_PRIOR = 0.3  # months of 875 real police series, seasons removed: median lag-one correlation .2 to .4
PHI_PRIOR_QUARTERS = 0.13  # the same process seen in sums of three: .5796 / 4.38
PHI_PRIOR_SD = 0.15
PHI_STEP = 0.05
PHI_GRID = np.arange(19) * PHI_STEP  # 0 to .9


@dataclass(frozen=True)
class Contrast:
    """One of the five questions: the two symbols that it answers, the months that it judges, and what it needs.

    `judged` months must all be present. `alike`: the symbol says that each of those months is beyond what is usual, so
    it shows only where each is. `quarters`: how many quarters it judges where numbers are too small for months (None:
    it is not tested then). `words` completes "the test asks …" (unusual: for the time of year). `false_alarm` is the
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

    def newest(self, seasons: int) -> int:
        """How many of the newest values it judges, where a year has so many."""
        return self.judged if seasons == YEAR else self.quarters or 0


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
class Estimates:
    """One contrast's estimates on the transformed scale, with their standard errors, df and phi; missing if untested.

    `unexplained` is the sum of squared residuals, `alike` whether every month judged departs from its usual level in
    the estimate's direction, `history` the months that the estimate rests on, `step` 1 for months and 3 for quarters.
    All arrays have one shape: histories, or months x series.
    """

    estimate: Floats
    error: Floats
    df: Floats
    phi: Floats
    unexplained: Floats
    alike: Bools
    history: Floats
    step: Floats

    @property
    def t(self) -> Floats:
        """Estimate over its standard error; nought where nothing varies."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(self.estimate == 0, 0.0 * self.error, self.estimate / self.error)


@dataclass(frozen=True)
class _Row:
    """One contrast's constants in one table: its columns (orthonormal, month effects removed) and the effect of phi."""

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
    """Every contrast that a history can answer: so many values, so many seasons, and the positions without a value."""

    length: int
    seasons: int
    present: Floats  # n: 1 where there is a value
    counts: Floats  # seasons: how many values each season has
    rows: tuple[_Row, ...]
    projector: Floats  # n x 2r: every basis, then every basis lagged
    prior: float

    def deviations(self, histories: Floats) -> Floats:
        """Histories (a row each) less their season means; nought where a value is absent."""
        complete = bool(self.present.all())
        values = histories if complete else np.where(self.present > 0, histories, 0.0)
        years = values.reshape(len(values), -1, self.seasons)
        deviations = (years - (years.sum(axis=1) / self.counts)[:, None, :]).reshape(values.shape)
        return deviations if complete else deviations * self.present

    def tests(self, histories: Floats) -> dict[str, Estimates]:
        """Each contrast's estimates, by name, for histories of transformed values, one a row, oldest value first.

        >>> rng = np.random.default_rng(0)
        >>> estimates = table(36, 12).tests(rng.normal(size=(2000, 36)))
        >>> sorted(estimates)
        ['eight', 'month', 'slope', 'three', 'year']
        >>> bool(abs(estimates["month"].t.std() - 1) < 0.1)
        True
        """
        deviations = self.deviations(histories)
        squares = np.einsum("ij,ij->i", deviations, deviations)
        neighbours = np.einsum("ij,ij->i", deviations[:, :-1], deviations[:, 1:])
        products = deviations @ self.projector
        # Values that vary by no more than rounding have nothing to test.
        constant = squares <= (ROUNDING * histories[:, -1]) ** 2 * self.length
        step = np.full(len(deviations), float(YEAR // self.seasons))
        estimates = {}
        for row in self.rows:
            loadings = products[:, row.columns]
            lagged = products[:, self.projector.shape[1] // 2 :][:, row.columns]
            estimate = np.where(constant, 0.0, loadings @ row.weights)
            # e = deviations - basis loadings, so both of its sums follow without it. The floor keeps a perfect fit from
            # dividing by the rounding of its residuals.
            unexplained = np.maximum(squares - np.einsum("ij,ij->i", loadings, loadings), 1e-12 * squares + 1e-300)
            pairs = neighbours - 2 * np.einsum("ij,ij->i", loadings, lagged)
            pairs = pairs + np.einsum("ij,jk,ik->i", loadings, row.lagged, loadings)
            phi = _phi(np.clip(pairs / unexplained, -1.0, 1.0), row, self.prior)
            alike = np.ones(len(deviations), dtype=bool)
            if row.contrast.alike and self.seasons == YEAR:
                sign = np.sign(estimate)
                for back in range(1, row.contrast.judged + 1):
                    alike &= sign * (deviations[:, -back] - loadings @ row.basis[-back] + estimate) > 0
            error, df = np.sqrt(unexplained * np.interp(phi, PHI_GRID, row.variance)), np.interp(phi, PHI_GRID, row.df)
            parts = estimate, error, df, phi, unexplained, alike, self.length * step, step
            estimates[row.contrast.name] = Estimates(*parts)
        return estimates

    def usual(self, history: Floats, contrast: Contrast) -> Floats:
        """The judged values of one history as they would be if they were usual for the time of year.

        It answers for the contrasts "month", "three" and "eight" of monthly values, on the transformed scale.

        >>> round(float(table(36, 12).usual(np.r_[np.full(35, 5.0), 9.0], CONTRASTS[0])[-1]), 6)
        5.0
        """
        row = next(row for row in self.rows if row.contrast is contrast)
        deviations = self.deviations(history[None, :])
        loadings = deviations @ row.basis
        departures = deviations[0] - (row.basis @ loadings[0]) + float(loadings[0] @ row.weights)
        return np.asarray((history - departures)[-contrast.judged :])


@lru_cache(maxsize=512)
def table(length: int, seasons: int, absent: tuple[int, ...] = ()) -> Table:
    """The constants for a history of `length` values with `seasons` to the year (12 months or 4 quarters).

    absent: positions (from nought) without a value. The regression leaves them out: nothing replaces them. A contrast
    that the other values cannot answer is not among the rows. Formulas: at the head of this file.

    >>> [row.contrast.name for row in table(24, 12).rows], [row.contrast.name for row in table(20, 4).rows]
    (['year'], ['three', 'slope', 'year'])
    """
    designs = [
        (contrast, *design)
        for contrast in CONTRASTS
        if (design := _design(contrast, length, seasons)) is not None
        and not set(absent) & set(range(length - contrast.newest(seasons), length))
    ]
    return assembled(length, seasons, absent, designs)


def assembled(
    length: int, seasons: int, absent: tuple[int, ...], designs: Sequence[tuple[Contrast, Floats, Floats]]
) -> Table:
    """A table of any contrasts, each with its columns beside the season effects and its weights on them.

    >>> line = np.arange(36.0)[:, None]
    >>> [row.contrast.name for row in assembled(36, 12, (), [(CONTRASTS[3], line, np.ones(1))]).rows]
    ['slope']
    """
    time = np.arange(length)
    present = np.ones(length)
    present[list(absent)] = 0.0
    season = (time[:, None] % seasons == np.arange(seasons)).astype(float) * present[:, None]
    counts = season.sum(axis=0)
    gaps = np.abs(np.subtract.outer(time, time))
    powers = [np.where(gaps == 0, 1.0, phi**gaps) * np.outer(present, present) for phi in PHI_GRID]
    level = np.diag(present) - season @ np.diag(1 / np.maximum(counts, 1)) @ season.T  # subtracts season means
    prior = PHI_PRIOR if seasons == YEAR else PHI_PRIOR_QUARTERS
    rows: list[_Row] = []
    start = 0
    for contrast, columns, weights in designs:
        row = _row(contrast, start, level @ (columns * present[:, None]), weights, level, powers, prior)
        if row is not None:
            rows.append(row)
            start = row.columns.stop
    basis = np.column_stack([row.basis for row in rows]) if rows else np.zeros((length, 0))
    projector = np.column_stack([basis, _lag(length) @ basis])
    return Table(length, seasons, present, np.maximum(counts, 1), tuple(rows), projector, prior)


def _lag(length: int) -> Floats:
    """Half the lag-one matrix: it turns values into half the sum of their neighbours."""
    return (np.eye(length, k=1) + np.eye(length, k=-1)) / 2


def _design(contrast: Contrast, length: int, seasons: int) -> tuple[Floats, Floats] | None:
    """A contrast's columns beside the season effects, and its weights on them; None where the history is too short."""
    time = np.arange(length)
    years = length // seasons
    if contrast.name == "year":
        # A level for every year but last year, which is their zero; the newest year's level is the answer.
        levels = [(time // seasons == year).astype(float) for year in range(years) if year != years - 2]
        return np.column_stack(levels), np.r_[np.zeros(len(levels) - 1), 1.0]
    if years < 3 or (seasons != YEAR and contrast.quarters is None):
        return None
    if contrast.name == "slope":
        # A slope over the whole history, and in the last year a level and a further slope: the answer is their sum.
        newest = time >= length - seasons
        middle = length - (seasons + 1) / 2
        further = np.where(newest, time - middle, 0.0)
        return np.column_stack([time - length / 2, newest, further]), np.array([1.0, 0.0, 1.0])
    return (time >= length - contrast.newest(seasons)).astype(float)[:, None], np.ones(1)


def _row(
    contrast: Contrast, start: int, x: Floats, weights: Floats, level: Floats, powers: list[Floats], prior: float
) -> _Row | None:
    """The constants of one contrast, x its columns less the season effects; None where it cannot be tested."""
    lag = _lag(len(x))
    basis, sizes, turn = np.linalg.svd(x, full_matrices=False)
    independent = sizes > 1e-9 * max(float(sizes[0]), 1e-300)
    basis, sizes, turn = basis[:, independent], sizes[independent], turn[independent]
    if not np.allclose(turn.T @ (turn @ weights), weights, atol=1e-9):
        return None  # the values that are present cannot tell this contrast from the seasons
    on_basis = (turn @ weights) / sizes
    residual = level - basis @ basis.T
    c = basis @ on_basis
    lagged_residual = residual @ lag @ residual
    traces = [float(np.einsum("ij,ji->", residual, power)) for power in powers]
    if traces[0] < 2:
        return None  # no residual is left to measure the noise by
    expected = [float(np.einsum("ij,ji->", lagged_residual, p)) / t for p, t in zip(powers, traces, strict=True)]
    products = [residual @ power for power in powers]
    df = [t**2 / float(np.einsum("ij,ji->", p, p)) for p, t in zip(products, traces, strict=True)]
    slope = float(np.interp(prior, PHI_GRID, np.gradient(np.array(expected), PHI_STEP)))
    spread = np.sqrt(1 / float(np.count_nonzero(np.diag(powers[0])))) / slope
    return _Row(
        contrast=contrast,
        columns=slice(start, start + basis.shape[1]),
        basis=basis,
        weights=on_basis,
        lagged=basis.T @ lag @ basis,
        expected_r1=np.array(expected),
        variance=np.array([float(c @ p @ c) / t for p, t in zip(powers, traces, strict=True)]),
        df=np.array(df),
        shrink=float(PHI_PRIOR_SD**2 / (PHI_PRIOR_SD**2 + spread**2)),
    )


def _phi(r1: Floats, row: _Row, prior: float) -> Floats:
    """The AR(1) coefficient behind a lag-one correlation of residuals: bias removed, then shrunk to the prior."""
    curve = row.expected_r1
    below_nought = (r1 - curve[0]) * PHI_STEP / (curve[1] - curve[0])  # the first step of the curve, extended
    phi_hat = np.where(r1 < curve[0], below_nought, np.interp(r1, curve, PHI_GRID))
    return np.clip(row.shrink * phi_hat + (1 - row.shrink) * prior, 0.0, PHI_GRID[-1])
