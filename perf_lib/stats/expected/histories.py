"""The months that a stretch of months is held against: those up to a month, back to a break and no further."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from perf_lib.stats.expected.level import LONGEST
from perf_lib.stats.months import ROUNDING, Bools, Floats
from perf_lib.stats.transforms import Scaled

SHORTEST = 24
"""Months before a stretch that its expectation needs, from the first to the last of them."""
FEWEST = 8
"""Of those months, how many must have a figure."""
SMALL = 5.0
"""A month; under it, exact tests judge."""


@dataclass(frozen=True)
class Histories:
    """A row for each last month and series: the months up to it, oldest first, nan where a month is missing.

    `z` is on the test scale; `cases` and `size` are counts and what they are out of; `floor` is the variance that
    chance alone gives a month.
    """

    z: Floats
    cases: Floats
    size: Floats
    floor: Floats
    is_rest: Bools
    """Whether `cases` are what the numerator leaves of its denominator, where that is the rarer."""
    may_be_small: bool

    @classmethod
    def of(cls, series: Scaled, last: np.ndarray) -> Histories:
        """The histories up to each of `last`, positions of months; one before the first month has no history."""
        since = np.where((last >= 0)[:, None], series.since[np.maximum(last, 0)], 0).reshape(-1, 1)
        within = np.arange(LONGEST - 1, -1, -1)[None, :] <= since
        z, numerator, size = (
            np.where(within, stretch(part, last, LONGEST), np.nan) for part in (series.z, series.numerator, series.size)
        )
        has_rest = series.scale.is_part and series.has_cases
        rest = np.nansum(size - numerator, axis=1) < np.nansum(numerator, axis=1)
        is_rest = rest if has_rest else np.zeros(len(z), bool)
        cases = np.where(is_rest[:, None], size - numerator, numerator)
        floor = _floor(series, z, numerator, size)
        return cls(z, cases, size, floor, is_rest, series.scale.sums or has_rest)

    @cached_property
    def present(self) -> Floats:
        """How many months have a figure."""
        return np.asarray(np.isfinite(self.z).sum(axis=1).astype(float))

    @cached_property
    def is_enough(self) -> Bools:
        """Whether there are months enough to learn from."""
        there = np.isfinite(self.z)
        reach = np.where(there.any(axis=1), there.shape[1] - there.argmax(axis=1), 0)
        return np.asarray((reach >= SHORTEST) & (self.present >= FEWEST))

    @cached_property
    def coverage(self) -> Floats:
        """The share of the months, from the first with a figure, that have one: a third for a quarterly series."""
        there = np.isfinite(self.z)
        reach = np.where(there.any(axis=1), there.shape[1] - there.argmax(axis=1), 1)
        return np.asarray(self.present / reach)

    @cached_property
    def is_small(self) -> Bools:
        """Whether exact tests judge."""
        if not self.may_be_small:
            return np.zeros(len(self.z), bool)
        mean = np.nansum(self.cases, axis=1) / np.maximum(self.present, 1)
        return np.asarray(self.is_enough & (mean < SMALL) & (self.floor > 0))

    @cached_property
    def is_constant(self) -> Bools:
        """Whether the figures never varied, but for rounding."""
        there = np.isfinite(self.z)
        highest, lowest = np.where(there, self.z, -np.inf).max(axis=1), np.where(there, self.z, np.inf).min(axis=1)
        with np.errstate(invalid="ignore"):
            return np.asarray(there.any(axis=1) & (highest - lowest <= ROUNDING * np.abs(highest)))

    @cached_property
    def usual_size(self) -> Floats:
        """The mean size of a month."""
        return np.asarray(np.nansum(self.size, axis=1) / np.maximum(self.present, 1))

    def of_rows(self, rows: np.ndarray) -> Histories:
        """Some of the rows."""
        z, cases, size, floor = (part[rows] for part in (self.z, self.cases, self.size, self.floor))
        return Histories(z, cases, size, floor, self.is_rest[rows], self.may_be_small)


def _floor(series: Scaled, z: Floats, numerator: Floats, size: Floats) -> Floats:
    """The variance that chance alone gives a month of each history: nought where a figure is no number of cases."""
    if series.scale.floor is None or (series.scale.is_part and not series.has_cases):
        return np.zeros(len(z))
    present = np.isfinite(z)
    is_whole = np.where(present, numerator == np.round(numerator), True).all(axis=1)
    chance = np.where(present, series.scale.floor(size), 0.0).sum(axis=1) / np.maximum(present.sum(axis=1), 1)
    return np.where(is_whole, chance, 0.0)


def stretch(values: Floats, ends: np.ndarray, months: int) -> Floats:
    """The `months` up to each end of each series: a row for each end and series, nan before the first month.

    >>> stretch(np.array([[1.0, 5.0], [2.0, 6.0]]), np.array([1]), 3).tolist()
    [[nan, 1.0, 2.0], [nan, 5.0, 6.0]]
    """
    padded = np.vstack([np.full((2 * months + LONGEST, values.shape[1]), np.nan), values])
    windows = np.lib.stride_tricks.sliding_window_view(padded, months, axis=0)
    return np.asarray(windows[ends + months + LONGEST + 1].reshape(-1, months))
