"""How often the rolling 12 months comes out inside its projected intervals, and how often there is no projection."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from perf_lib.stats.forecast import LEVELS as INTERVALS
from perf_lib.stats.forecast import Months, Projection, project_all
from perf_lib.stats.months import YEAR, Floats

from . import worlds
from .bench_expected import of_noughts, real
from .streams import KINDS, LEVELS, markdown, stable, verdicts
from .worlds import NAMES, World, rate, written

SERIES = 60
TRAINING, AHEAD = 60, 6
SHOWN = (1, 3, 6)  # months ahead
ERAS = {
    "2016-19": ("2016-03", "2019-08"),
    "2020-21": ("2019-09", "2021-06"),
    "2022-23": ("2021-09", "2023-06"),
    "2024-26": ("2023-09", "2025-08"),
}
"""First and last month that is projected from."""


@dataclass(frozen=True)
class Outcome:
    """What came of projections: intervals x months ahead x series inside, missing where there was none."""

    inside: Floats
    levels: Floats

    def rates(self, groups: np.ndarray, level: int) -> list[tuple[float, float]]:
        """One interval's coverage 1, 3 and 6 months ahead and over all six."""
        parts = [self.inside[level, h - 1 : h] for h in SHOWN] + [self.inside[level]]
        return [rate(part, groups) for part in parts]


def rolling(world: World) -> Floats:
    """The rolling 12 months of every series, months x series; rows before the first year are missing."""
    totals = world.frame.rolling(YEAR).sum().to_numpy()
    if world.denominators is None:
        return np.asarray(totals)
    per = 100 if world.kind == "proportion" else 1
    return np.asarray(per * totals / world.denominators.rolling(YEAR).sum().to_numpy())


def projected(world: World, end: int) -> Outcome:
    """What came of the projections from the month at a position."""
    until = slice(max(end + 1 - 2 * TRAINING, 0), end + 1)
    cases = world.denominators
    asked = {
        str(place): Months(
            world.frame.iloc[until, place], world.kind, None if cases is None else cases.iloc[until, place]
        )
        for place in range(world.frame.shape[1])
    }
    actual = rolling(world)[end + 1 : end + 1 + AHEAD]
    inside = np.full((len(INTERVALS), AHEAD, len(asked)), np.nan)
    for place, outlook in enumerate(project_all(asked, AHEAD).values()):
        if isinstance(outlook, Projection):
            for row, level in enumerate(INTERVALS):
                low, high = (outlook.table[f"{side}_{level}"].to_numpy() for side in ("lower", "upper"))
                came = actual[:, place]
                inside[row, :, place] = np.where(np.isfinite(came), (came >= low) & (came <= high), np.nan)
    return Outcome(inside, world.levels())


def joined(outcomes: list[Outcome]) -> Outcome:
    """Several as one, side by side."""
    inside = np.concatenate([each.inside for each in outcomes], axis=2)
    return Outcome(inside, np.concatenate([each.levels for each in outcomes]))


def _cells(outcome: Outcome, series: int) -> tuple[list[str], tuple[float, float]]:
    """A row's cells, and the 80 per cent interval's coverage over all six months; series repeat end by end."""
    place = np.arange(outcome.inside.shape[2])
    rates = []
    for level in range(len(INTERVALS)):
        between = [outcome.rates(groups, level) for groups in (place % series, place // series)]
        rates.append([max(pair, key=lambda each: each[1]) for pair in zip(*between, strict=True)])
    return [written(each) for level in rates for each in level], rates[0][-1]


def _levels(outcome: Outcome, series: int) -> list[tuple[float, float]]:
    """The 80 per cent interval's coverage over all six months in each group of levels but the lowest."""
    place = np.digitize(outcome.levels, worlds.LEVELS[1:-1])
    rates = []
    for level in range(1, len(NAMES)):
        chosen = place == level
        part = Outcome(outcome.inside[:, :, chosen], outcome.levels[chosen])
        rates.append(_cells(part, int(chosen[:series].sum()))[1])
    return rates


def run() -> str:
    """The tables, and which goals are met."""
    header = [f"{level} %: {when}" for level in INTERVALS for when in (*(f"{h} ahead" for h in SHOWN), "all")]
    text = [
        "# Coverage of the projected rolling 12 months",
        "Percentage of outcomes inside the 80 and 95 per cent intervals, 1, 3 and 6 months ahead and over all six, "
        "± standard errors between series (between quarters, where those are larger).",
    ]
    goals, of_levels = list[tuple[str, str, bool]](), dict[str, list[float]]()
    world = real()
    if world is None:
        text.append(worlds.skipped(worlds.BOROUGHS))
    else:
        for name in ("counts", "shares", "means"):
            kind = world[name].of(~of_noughts(world[name]))
            months, series = pd.PeriodIndex(kind.frame.index), kind.frame.shape[1]
            rows, level_rows, refused = [], [], []
            for era, (first, last) in ERAS.items():
                ends = np.flatnonzero((months >= first) & (months <= last) & (months.month % 3 == 0))
                outcome = joined([projected(kind, end) for end in ends])
                refused.append(np.isnan(outcome.inside[0, 0]))
                cells, whole = _cells(outcome, series)
                rows.append((era, *cells))
                met = 77 <= whole[0] <= 83
                goals.append((f"{name}, {era}: 80 % interval covers 77 to 83 %", f"{written(whole)} %", met))
                shown = _levels(outcome, series)
                level_rows.append((era, *(written(each) for each in shown)))
                if name == "counts":
                    of_levels[era] = [each[0] for each in shown]
            share = 100 * float(np.concatenate(refused).mean())
            goals.append((f"{name}: projections refused, under 10 %", f"{share:.1f} %", share < 10))
            text += [f"## Real series as they are: {name}", markdown(["projected from", *header], rows)]
            text.append(f"### 80 % interval of {name}, over all six months, by level a month")
            text.append(markdown(["projected from", *NAMES[1:]], level_rows))
        for era, shares in of_levels.items():
            measured = f"{min(shares):.1f} to {max(shares):.1f} %"
            words = f"counts, {era}, each level: 80 % interval covers 77 to 83 %"
            goals.append((words, measured, min(shares) >= 77 and max(shares) <= 83))
        attended = world.get("shares: emergency departments")
        if attended is not None:
            ends = np.arange(23, len(attended.frame) - AHEAD, 3)
            cells, _ = _cells(joined([projected(attended, end) for end in ends]), attended.frame.shape[1])
            text += ["## Real shares with two to three years of history: emergency departments"]
            text.append(markdown(["", *header], [("over four hours", *cells)]))
    rng = np.random.default_rng(4)
    rows, everything = [], list[Outcome]()
    for stream in KINDS:
        frames = [stable(rng, stream, level, SERIES, TRAINING + AHEAD) for level in LEVELS]
        outcome = joined([projected(World("count", frame), TRAINING - 1) for frame in frames])
        everything.append(outcome)
        rows.append((stream.name, *_cells(outcome, outcome.inside.shape[2])[0]))
    whole = joined(everything)
    cells, eighty = _cells(whole, whole.inside.shape[2])
    text += ["## Simulated counts that never change", markdown(["series", *header], [*rows, ("all", *cells)])]
    goals.append(("simulated counts: 80 % interval covers 77 to 83 %", f"{written(eighty)} %", 77 <= eighty[0] <= 83))
    return "\n\n".join([*text, "## Targets", verdicts(goals)])
