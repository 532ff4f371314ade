"""The series that the benchmarks judge: real ones as they are, and stationary ones of real noise.

A folder of real monthly series is named by PERF_REAL_DATA (default ../shared/data). Each world holds counts, shares and
means: recorded crime by offence group and borough; each group's share of its borough's crime; offences of a group for
each theft, as a mean of so many cases.

The stationary world keeps what real months scatter by and takes away every change of level. On Anscombe's scale a month
is its series' 25-month running mean, the season of its calendar month and what is left over. What is left over is drawn
anew in runs of six months on average, all of a borough's series from the same months, none of them from the months of
the pandemic; it is added to a level that never moves.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from perf_lib.stats.expected.judging import Judgement, assess
from perf_lib.stats.months import YEAR, Floats
from perf_lib.stats.transforms import Kind, scaled

BOROUGHS = "real_monthly/met_police_16_boroughs_2010-04_2026-02.csv"
EMERGENCY = "real_monthly/nhs_ae_over_4_hours_half_of_trusts.csv"
DENOMINATOR = "THEFT"  # the group whose offences the means are per
NOUGHTS = "FRAUD AND FORGERY"  # recorded elsewhere since 2013: nearly all noughts
SMOOTH = 25
RUN = 6  # months that noise is drawn in, on average
PANDEMIC = pd.Period("2020-03", "M"), pd.Period("2021-07", "M")
LEVELS = (0, 5, 30, 100, 500, np.inf)  # bounds of the groups of levels a month
NAMES = ("under 5", "5 to 30", "30 to 100", "100 to 500", "500 and over")


@dataclass(frozen=True)
class World:
    """Series of one kind, months x series; numerators where there are denominators."""

    kind: Kind
    frame: pd.DataFrame
    denominators: pd.DataFrame | None = None

    @property
    def values(self) -> Floats:
        """The figures themselves: counts, shares in per cent, means."""
        figures = self.frame.to_numpy(float)
        if self.denominators is None:
            return figures
        return (100 if self.kind == "proportion" else 1) * figures / self.denominators.to_numpy(float)

    def judged(self, ends: np.ndarray | list[int]) -> Judgement:
        """What is judged at each of these positions."""
        return assess(scaled(self.frame, self.kind, self.denominators), np.asarray(ends))

    def of(self, chosen: np.ndarray) -> World:
        """Some of the series."""
        cases = None if self.denominators is None else self.denominators.loc[:, chosen]
        return World(self.kind, self.frame.loc[:, chosen], cases)

    def changed(self, factor: float, rng: np.random.Generator, months: slice) -> World:
        """The world with so many more, or fewer, numerators in some months, each by its own chance."""
        values = self.frame.to_numpy(float).copy()
        before = values[months].astype(int)
        values[months] += np.sign(factor - 1) * rng.binomial(before, abs(factor - 1))
        cases = self.denominators
        if cases is not None and self.kind == "proportion":
            values = np.minimum(values, cases)
        return World(self.kind, pd.DataFrame(values, self.frame.index, self.frame.columns), cases)

    def levels(self) -> Floats:
        """The mean numerator a month, by series."""
        return np.asarray(np.nanmean(self.frame.to_numpy(float), axis=0))


def folder() -> Path:
    """Where the real series are."""
    return Path(os.environ.get("PERF_REAL_DATA", "../shared/data"))


def skipped(name: str) -> str:
    """What a result says where a file is not there."""
    return f"Skipped: {name} is not under PERF_REAL_DATA (default ../shared/data)."


def boroughs() -> pd.DataFrame | None:
    """Recorded crime, a column for each group and borough; None where there is no such file."""
    path = folder() / BOROUGHS
    if not path.exists():
        return None
    frame = pd.read_csv(path, index_col=0).astype(float)
    return frame.set_axis(pd.PeriodIndex(frame.index, freq="M"))


def emergency() -> World | None:
    """Attendances over four hours, of all; None where there is no such file."""
    path = folder() / EMERGENCY
    if not path.exists():
        return None
    table = pd.read_csv(path).assign(month=lambda each: pd.PeriodIndex(each["month"], freq="M"))
    parts = [table.pivot_table(index="month", columns="series", values=part) for part in ("numerator", "denominator")]
    return World("proportion", *parts)


def kinds(counts: pd.DataFrame) -> dict[str, World]:
    """Counts, shares and means made of one frame of counts by group and borough."""
    group, borough = (counts.columns.str.split("/").str[place] for place in (0, 1))
    total = counts.T.groupby(borough).sum().T[borough].set_axis(counts.columns, axis=1)
    per = counts.loc[:, group == DENOMINATOR].set_axis(borough[group == DENOMINATOR], axis=1)
    per = per[borough].set_axis(counts.columns, axis=1)
    ratio = ~np.isin(group, [DENOMINATOR, NOUGHTS])
    return {
        "counts": World("count", counts),
        "shares": World("proportion", counts, total),
        "means": World("mean", counts.loc[:, ratio], per.loc[:, ratio]),
    }


def stationary(frame: pd.DataFrame, months: int, copies: int, rng: np.random.Generator) -> pd.DataFrame:
    """Counts of real noise whose level never moves; columns repeat the frame's, copy by copy."""
    transformed = 2 * np.sqrt(frame.to_numpy() + 0.375)
    window = np.lib.stride_tricks.sliding_window_view(transformed, SMOOTH, axis=0)
    edge = SMOOTH // 2
    residual = (transformed[edge:-edge] - window.mean(axis=-1)) / np.sqrt(1 - 1 / SMOOTH)
    index = pd.PeriodIndex(frame.index)[edge:-edge]
    calendar = index.month.to_numpy() - 1
    season = np.stack([np.median(residual[calendar == month], axis=0) for month in range(YEAR)])
    season -= season.mean(axis=0)
    noise = residual - season[calendar]
    usable = ~((index >= PANDEMIC[0]) & (index <= PANDEMIC[1]))
    level = 2 * np.sqrt(np.median(frame.to_numpy()[-72:], axis=0) + 0.375)
    borough = frame.columns.str.split("/").str[1]
    places = {name: np.flatnonzero(borough == name) for name in borough.unique()}
    at = pd.period_range("2013-01", periods=months, freq="M")
    drawn = []
    for _ in range(copies):
        values = np.empty((months, frame.shape[1]))
        for columns in places.values():
            values[:, columns] = noise[_runs(usable, months, rng)][:, columns]
        whole = np.maximum(level + season[at.month - 1] + values, 0) ** 2 / 4 - 0.375
        drawn.append(pd.DataFrame(np.maximum(np.round(whole), 0), at, frame.columns))
    return pd.concat([each.add_suffix(f" {copy}") for copy, each in enumerate(drawn)], axis=1)


def _runs(usable: np.ndarray, months: int, rng: np.random.Generator) -> np.ndarray:
    """Positions to draw from: runs of months that follow one another, of RUN months on average."""
    starts = np.flatnonzero(usable)
    positions = np.empty(months, int)
    position = len(usable)
    for month in range(months):
        position += 1
        if position >= len(usable) or not usable[position] or rng.random() < 1 / RUN:
            position = rng.choice(starts)
        positions[month] = position
    return positions


def thinned(counts: pd.DataFrame, share: float, rng: np.random.Generator) -> pd.DataFrame:
    """Each offence kept by its own chance: the same noise at a lower level."""
    return pd.DataFrame(rng.binomial(counts.to_numpy(int), share).astype(float), counts.index, counts.columns)


def shuffled(frame: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Whole calendar years in another order, each series in its own."""
    years = frame.to_numpy().reshape(-1, YEAR, frame.shape[1])
    mixed = [years[rng.permutation(len(years)), :, column] for column in range(frame.shape[1])]
    return pd.DataFrame(np.stack(mixed, axis=2).reshape(frame.shape), frame.index, frame.columns)


def rate(hits: np.ndarray, groups: np.ndarray) -> tuple[float, float]:
    """Per cent of hits and its standard error, between groups; hits are missing where nothing was asked."""
    known = np.isfinite(hits)
    label, place = np.unique(np.broadcast_to(groups, hits.shape)[known], return_inverse=True)
    hit, number = np.bincount(place, hits[known]), np.bincount(place)
    mean = hit.sum() / number.sum()
    apart = (hit - mean * number) ** 2
    error = np.sqrt(apart.sum() * len(label) / max(len(label) - 1, 1)) / number.sum()
    return 100 * float(mean), 100 * float(error)


def written(figure: tuple[float, float]) -> str:
    """A rate with its standard error."""
    return f"{figure[0]:.1f} ± {figure[1]:.1f}"


def by_level(world: World, hits: np.ndarray, groups: np.ndarray) -> Mapping[str, tuple[float, float]]:
    """The rate in each group of levels that has a series; the newest axis of hits is series."""
    place = np.digitize(world.levels(), LEVELS[1:-1])
    found = {name: place == number for number, name in enumerate(NAMES) if (place == number).sum() >= 3}
    return {name: rate(hits[..., chosen], groups[..., chosen]) for name, chosen in found.items()}
