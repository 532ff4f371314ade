"""The scale on which each kind of measure is tested, and the way back to its own units.

Kinds differ in how their noise grows with their level; on these scales it hardly does, so one model serves them all.
The scales of counts and proportions are Anscombe's (The transformation of Poisson, binomial and negative-binomial data,
Biometrika 35, 1948), means are tested as logarithms, stocks and given figures as they are. A month's count is taken per
month of usual length, so a leap year's February is no exception.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from perf_lib.stats.months import Bools, Floats, Months, MonthsBySeries, alike, monthly, months_since_break, without
from perf_lib.words.errors import InputError, suggestion

Kind = Literal["count", "proportion", "mean", "stock", "given"]
Unit = Literal["per cent", "percentage points", "its own"]
USUAL_MONTH = 365.25 / 12  # days


@dataclass(frozen=True)
class Scale:
    """A kind's scale. A rate is a numerator per unit of size: a month's length, or a number of cases."""

    forward: Callable[[Floats, Floats], Floats]
    """Numerator and size to the scale."""
    back: Callable[[Floats, Floats | float], Floats]
    """The mean rate of months that vary about a value on the scale with some variance there."""
    inverse: Callable[[Floats, Floats], Floats]
    """A value on the scale, and a size, to the numerator."""
    slope: Callable[[Floats], Floats]
    """How fast the scale grows with the rate, at a rate."""
    floor: Callable[[Floats], Floats] | None = None
    """The variance on the scale that chance alone gives a whole number of cases, by size."""
    flow: bool = True
    """Whether months make a quarter by their sum or ratio of sums; where not, its last month stands for it."""
    sums: bool = False
    """Whether the figure of some months is their sum."""
    is_part: bool = False
    """Whether the numerator is part of its size."""
    has_cases: bool = False
    """Whether the size may be a number of cases that is supplied."""
    per: float = 1.0
    """What turns a rate into the figure."""
    unit: Unit = "per cent"
    """What a change of the figure is said in."""
    least: float = 0.0
    """The least that a figure can be."""


def _share(numerator: Floats, size: Floats) -> Floats:
    return np.asarray(np.arcsin(np.sqrt((numerator + 0.375) / (size + 0.75))))


def _log(numerator: Floats, size: Floats) -> Floats:
    mean = numerator / size
    return np.asarray(np.log(np.where(mean > 0, mean, np.nan)))


def _sine(z: Floats, variance: Floats | float) -> Floats:
    within = np.clip(z, 0.0, np.pi / 2)
    return np.asarray(np.clip(np.sin(within) ** 2 + np.cos(2 * within) * variance, 0.0, 1.0))


_AS_IT_IS = Scale(
    forward=lambda numerator, size: numerator / size,
    back=lambda z, variance: z,
    inverse=lambda z, size: z * size,
    slope=lambda rate: np.ones_like(rate),
    flow=False,
    unit="its own",
)

SCALES: Mapping[Kind, Scale] = {
    "count": Scale(
        forward=lambda numerator, size: 2 * np.sqrt((numerator + 0.375) / size),
        back=lambda z, variance: np.maximum((np.maximum(z, 0.0) ** 2 + variance) / 4 - 0.375, 0.0),
        inverse=lambda z, size: np.maximum(size * np.maximum(z, 0.0) ** 2 / 4 - 0.375, 0.0),
        slope=lambda rate: 1 / np.sqrt(rate + 0.375),
        floor=lambda size: 1 / size,
        sums=True,
    ),
    "proportion": Scale(
        forward=_share,
        back=_sine,
        inverse=lambda z, size: np.clip(_sine(z, 0.0) * (size + 0.75) - 0.375, 0.0, size),
        slope=lambda rate: 0.5 / np.sqrt(np.clip(rate, 1e-4, 1 - 1e-4) * (1 - np.clip(rate, 1e-4, 1 - 1e-4))),
        floor=lambda size: 1 / (4 * size),
        is_part=True,
        has_cases=True,
        per=100.0,
        unit="percentage points",
    ),
    "mean": Scale(
        forward=_log,
        back=lambda z, variance: np.exp(z + np.asarray(variance) / 2),
        inverse=lambda z, size: size * np.exp(z),
        slope=lambda rate: 1 / np.maximum(rate, 1e-300),
        has_cases=True,
    ),
    "stock": _AS_IT_IS,
    "given": replace(_AS_IT_IS, least=-np.inf),
}


@dataclass(frozen=True)
class Scaled:
    """A frame of one kind on its test scale; every array is months x series.

    `z` is the transformed monthly value (missing where there is none, where it is excluded, and for a mean of nought,
    which has no logarithm), `value` the figure in its own units (proportions in per cent), `numerator` and `size` its
    parts, `since` the months since a break and `reported` whether a value had arrived, excluded or not. `has_cases`:
    whether sizes are numbers of cases that were supplied.
    """

    scale: Scale
    names: pd.Index
    months: pd.PeriodIndex
    z: Floats
    value: Floats
    numerator: Floats
    size: Floats
    since: NDArray[np.int64]
    reported: Bools
    has_cases: bool

    def rolled(self, months: slice) -> float:
        """The first series' figure over some months: a sum, a ratio of sums, or the last month's."""
        numerator, size = self.numerator[months, 0], self.size[months, 0]
        if self.scale.sums:
            return float(numerator.sum())
        return float(self.scale.per * numerator.sum() / size.sum()) if self.scale.flow else float(numerator[-1])

    def change(self, before: float, difference: float) -> float:
        """A difference on the test scale from a level: per cent, missing from nought; of proportions in points."""
        start, end = (float(self.scale.back(np.array(level), 0.0)) for level in (before, before + difference))
        if self.scale.is_part:
            return self.scale.per * (end - start)
        return 100 * (end / start - 1) if start > 0 else float("nan")


def scaled(
    frame: pd.DataFrame,
    kind: Kind = "count",
    denominators: pd.DataFrame | None = None,
    breaks: MonthsBySeries | None = None,
    exclude: MonthsBySeries | None = None,
) -> Scaled:
    """The frame on its test scale.

    frame: months in rows, a series a column; numerators where there are denominators. Without, proportions are
    percentages (0 to 100) and means are means. Raises InputError for another kind, for a kind that has no denominators
    with some, for a value that no measure of the kind can have, and as `months.monthly`. Formulas: Anscombe (1948).

    >>> index = pd.period_range("2019-04", periods=2, freq="M")
    >>> thefts = scaled(pd.DataFrame({"a": [24, 99]}, index=index))
    >>> thefts.z.round(2).ravel().tolist(), thefts.value.ravel().tolist()
    ([9.95, 19.76], [24.0, 99.0])
    """
    if kind not in get_args(Kind):
        raise InputError(f"kind {kind!r} cannot be tested; {suggestion(str(kind), get_args(Kind))}")
    scale = SCALES[kind]
    if denominators is not None and not scale.has_cases:
        raise InputError(f"kind {kind} has no denominators: leave them out, or say proportion or mean")
    reported = monthly(frame)
    numerator = without(reported, exclude).to_numpy(float)
    index = pd.PeriodIndex(reported.index)
    days = np.broadcast_to(np.asarray(index.days_in_month, float)[:, None], numerator.shape)
    size = days / USUAL_MONTH if scale.sums else np.full(numerator.shape, scale.per)
    cases = None
    if denominators is not None:
        cases = alike(reported, denominators, "denominators").to_numpy(float)
        cases = size = np.where(cases > 0, cases, np.nan)
    _refuse_impossible(kind, numerator, cases, index, reported.columns)
    numerator = np.where(np.isnan(size), np.nan, numerator)
    size = np.where(np.isnan(numerator), np.nan, size)
    forward = _percentage if scale.is_part and cases is None else scale.forward
    return Scaled(
        scale=scale,
        names=reported.columns,
        months=index,
        z=forward(numerator, size),
        value=numerator if cases is None else scale.per * numerator / size,
        numerator=numerator,
        size=size,
        since=months_since_break(reported, breaks),
        reported=np.isfinite(reported.to_numpy(float)),
        has_cases=cases is not None,
    )


def scaled_series(
    series: pd.Series,
    kind: Kind = "count",
    denominators: pd.Series | None = None,
    breaks: Months = (),
    exclude: Months = (),
) -> Scaled:
    """One series on its test scale, as a frame of one column; everything else as in `scaled`.

    >>> index = pd.period_range("2019-01", periods=2, freq="M")
    >>> scaled_series(pd.Series([24, 99], index=index), exclude=["2019-01"]).z.round(2).ravel().tolist()
    [nan, 20.79]
    """
    name = "series"
    denominator_frame = None if denominators is None else denominators.to_frame(name)
    return scaled(series.to_frame(name), kind, denominator_frame, {name: breaks}, {name: exclude})


def _percentage(numerator: Floats, size: Floats) -> Floats:
    """A percentage without its cases, which has no small-number correction."""
    return np.asarray(np.arcsin(np.sqrt(numerator / size)))


def _refuse_impossible(
    kind: Kind, numerator: Floats, cases: Floats | None, months: pd.PeriodIndex, names: pd.Index
) -> None:
    """Refuse a value that no measure of the kind can have, naming the first such value."""
    scale = SCALES[kind]
    limit: Floats | float = np.inf
    if scale.is_part:
        limit = scale.per if cases is None else np.where(np.isnan(cases), np.inf, cases)
    wrong = (numerator < scale.least) | (numerator > limit)
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        value, allowed = f"{names[column]}, {months[row]}: {numerator[row, column]:g}", "nought or more"
        if scale.is_part:
            allowed = "0 to 100" if cases is None else f"0 to its denominator, {cases[row, column]:g}"
        raise InputError(f"{value} cannot be a {kind}'s figure; allowed: {allowed}")
