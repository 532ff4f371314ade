"""The scale on which each kind of measure is tested, and the way back to its own units.

Counts, proportions and means differ in how their noise grows with their level; on these scales it hardly does, so one
test serves them all. The scales are Anscombe's (The transformation of Poisson, binomial and negative-binomial data,
Biometrika 35, 1948) for counts and proportions, and the logarithm for means.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from perf_lib.stats.months import (
    Bools,
    Floats,
    Months,
    MonthsBySeries,
    alike,
    monthly,
    months_since_break,
    trailing_sum,
    without,
)
from perf_lib.words.errors import InputError, suggestion

Kind = Literal["count", "proportion", "mean"]

EXPECTED_AT_LEAST = 5.0  # a month; beneath it the scales do not hold, nor has a number a usable logarithm
PRESENT_AT_LEAST = 0.75  # of a history's months


@dataclass(frozen=True)
class Scaled:
    """A frame of one kind on its test scale; every array is months x series.

    `z` is the transformed monthly value (missing where there is none, where it is excluded, and for a mean of nought,
    which has no logarithm), `value` the figure in its own units (proportions in per cent), `numerator` and
    `denominator` its parts (denominator None where none was supplied), `since` the months since a break and
    `reported` whether a value had arrived, excluded or not.
    """

    scale: Kind
    names: pd.Index
    months: pd.PeriodIndex
    z: Floats
    value: Floats
    numerator: Floats
    denominator: Floats | None
    since: NDArray[np.int64]
    reported: Bools

    def expected(self, history: int) -> Floats:
        """The mean a month over the history, of the rarer of numerator and complement; infinite where unknown.

        For a mean it is the mean number of cases behind it.
        """
        if self.scale == "count":
            return _mean_of_last(self.numerator, history)
        if self.denominator is None:
            return np.full(self.z.shape, np.inf)
        if self.scale == "mean":
            return _mean_of_last(self.denominator, history)
        complement = self.denominator - self.numerator
        return np.minimum(_mean_of_last(self.numerator, history), _mean_of_last(complement, history))

    def available(self) -> Floats:
        """How many months of history each month has: since the first value, or since the last break."""
        present = np.isfinite(self.z)
        first = np.where(present.any(axis=0), present.argmax(axis=0), len(present))
        since_first = np.arange(len(present))[:, None] - first[None, :]
        return np.maximum(np.minimum(since_first, self.since) + 1, 0).astype(float)

    def quarters(self) -> Floats:
        """The transformed value of the three months ending at each month; sums of numerators and denominators."""
        three = trailing_sum(self.numerator, 3)
        return _forward(self.scale, three, None if self.denominator is None else trailing_sum(self.denominator, 3))

    def back(self, z: Floats) -> Floats:
        """Transformed monthly values in the units of the series."""
        if self.scale == "count":
            return np.maximum((np.maximum(z, 0) / 2) ** 2 - 0.375, 0.0)
        if self.scale == "mean":
            return np.exp(z)
        return 100 * np.sin(np.clip(z, 0, np.pi / 2)) ** 2

    def rolled(self, months: slice) -> float:
        """The first series' figure over some months: a sum, a ratio of sums, or an unweighted mean of means."""
        numerator = self.numerator[months, 0]
        if self.scale == "count":
            return float(numerator.sum())
        if self.denominator is None:
            return float(self.value[months, 0].mean())
        ratio = float(numerator.sum() / self.denominator[months, 0].sum())
        return 100 * ratio if self.scale == "proportion" else ratio

    def change(self, before: float, difference: float) -> float:
        """A difference on the test scale from a level on it, as per cent (counts, means) or percentage points."""
        if self.scale == "mean":
            return 100 * float(np.exp(difference) - 1)
        after = max(before + difference, 0.0)
        if self.scale == "count":
            return 100 * ((after / before) ** 2 - 1)
        return 100 * float(np.sin(min(after, np.pi / 2)) ** 2 - np.sin(before) ** 2)


def scaled(
    frame: pd.DataFrame,
    kind: Kind = "count",
    denominators: pd.DataFrame | None = None,
    breaks: MonthsBySeries | None = None,
    exclude: MonthsBySeries | None = None,
    months: int | None = None,
) -> Scaled:
    """The frame on its test scale; only its last so many months where `months` says so.

    frame: months in rows, a series a column; numerators where there are denominators. Without, proportions are
    percentages (0 to 100) and means are means. Raises InputError for another kind, for a count with denominators, for
    a value that no measure of the kind can have, and as `months.monthly`. Formulas: Anscombe (1948).

    >>> index = pd.period_range("2019-01", periods=2, freq="M")
    >>> thefts = scaled(pd.DataFrame({"a": [24, 99]}, index=index))
    >>> thefts.z.round(3).ravel().tolist(), thefts.back(thefts.z).round(6).ravel().tolist()
    ([9.874, 19.937], [24.0, 99.0])
    """
    if kind not in get_args(Kind):
        raise InputError(f"kind {kind!r} cannot be tested; {suggestion(str(kind), get_args(Kind))}")
    if kind == "count" and denominators is not None:
        raise InputError("kind count has no denominators: leave them out, or say proportion or mean")
    reported = monthly(frame)
    newest = slice(None) if months is None else slice(-months, None)
    numerator, denominator = without(reported, exclude).to_numpy()[newest], None
    if denominators is not None:
        cases = alike(reported, denominators, "denominators").to_numpy()[newest]
        denominator = np.where(cases > 0, cases, np.nan)
    index = pd.PeriodIndex(reported.index[newest])
    _refuse_impossible(kind, numerator, denominator, index, reported.columns)
    if denominator is not None:
        numerator = np.where(np.isnan(denominator), np.nan, numerator)
        denominator = np.where(np.isnan(numerator), np.nan, denominator)
    per = 100.0 if kind == "proportion" else 1.0
    return Scaled(
        scale=kind,
        names=reported.columns,
        months=index,
        z=_forward(kind, numerator, denominator),
        value=numerator if denominator is None else per * numerator / denominator,
        numerator=numerator,
        denominator=denominator,
        since=months_since_break(reported, breaks)[newest],
        reported=np.isfinite(reported.to_numpy()[newest]),
    )


def scaled_series(
    series: pd.Series,
    kind: Kind = "count",
    denominators: pd.Series | None = None,
    breaks: Months = (),
    exclude: Months = (),
    months: int | None = None,
) -> Scaled:
    """One series on its test scale, as a frame of one column; everything else as in `scaled`.

    >>> index = pd.period_range("2019-01", periods=2, freq="M")
    >>> scaled_series(pd.Series([24, 99], index=index), exclude=["2019-01"]).z.round(3).ravel().tolist()
    [nan, 19.937]
    """
    name = "series"
    denominator_frame = None if denominators is None else denominators.to_frame(name)
    return scaled(series.to_frame(name), kind, denominator_frame, {name: breaks}, {name: exclude}, months)


def _forward(kind: Kind, numerator: Floats, denominator: Floats | None) -> Floats:
    """Counts to 2 sqrt(y + 3/8), proportions to arcsin sqrt((x + 3/8) / (n + 3/4)), means to logarithms."""
    if kind == "count":
        return 2 * np.sqrt(numerator + 0.375)
    if kind == "proportion":
        share = numerator / 100 if denominator is None else (numerator + 0.375) / (denominator + 0.75)
        return np.arcsin(np.sqrt(share))
    mean = numerator if denominator is None else numerator / denominator
    return np.log(np.where(mean > 0, mean, np.nan))


def _mean_of_last(values: Floats, months: int) -> Floats:
    """The mean of the values that are present in the months ending at each month."""
    present = np.isfinite(values)
    count = trailing_sum(present.astype(float), months)
    with np.errstate(invalid="ignore", divide="ignore"):
        return trailing_sum(np.where(present, values, 0.0), months) / count


def _refuse_impossible(
    kind: Kind, numerator: Floats, denominator: Floats | None, months: pd.PeriodIndex, names: pd.Index
) -> None:
    """Refuse a value that no measure of the kind can have, naming the first such value."""
    limit: Floats | float = np.inf
    if kind == "proportion":
        limit = 100.0 if denominator is None else np.where(np.isnan(denominator), np.inf, denominator)
    wrong = (numerator < 0) | (numerator > limit)
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        value, allowed = f"{names[column]}, {months[row]}: {numerator[row, column]:g}", "nought or more"
        if kind == "proportion":
            allowed = "0 to 100" if denominator is None else f"0 to its denominator, {denominator[row, column]:g}"
        raise InputError(f"{value} cannot be a {kind}'s figure; allowed: {allowed}")
