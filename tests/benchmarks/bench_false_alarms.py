"""How often the symbols of the report's key cry wolf: shown by the published rules, and solid by the verdict."""

from __future__ import annotations

import numpy as np
import pandas as pd

from perf_lib.findings.verdict import POSSIBLE
from perf_lib.stats import spc
from perf_lib.stats.months import Floats

from . import worlds
from .bench_expected import MONTHS, of_noughts, origins, still
from .streams import KINDS, LEVELS, markdown, stable, verdicts
from .worlds import World, rate, written

SERIES = 5000
MONTHS_JUDGED = 12  # the last twelve, so a cell of the published rules rests on 60,000 answers
JUDGED = 1000  # of the series, at four quarters' ends, also by the verdict
HISTORY = 60
PAIRS = [(high.code, low.code) for high, low in zip(spc.RULES[:5], spc.RULES[5:], strict=True)]
ANY = "any"


def way(world: World, ends: np.ndarray) -> Floats:
    """Which way each measure is unlike what was expected: 1 higher, -1 lower, 0 neither; ends x series."""
    judgement = world.judged(ends)
    chances = {name: np.where(np.isnan(each), 1.0, each) for name, each in judgement.chances().items()}
    among_three = np.array([3 if name.startswith("month") else 1 for name in chances])[:-1, None, None]
    every = np.stack([*chances.values()])
    size = np.abs(every[:-1])  # as findings.verdict.verdict chooses
    lead = (size * among_three + np.where(size < POSSIBLE, 0, 10)).argmin(axis=0)
    telling = np.take_along_axis(every[:-1], lead[None], axis=0)[0]
    told = np.where(np.abs(telling) <= np.abs(every[-1]), telling, every[-1])
    return np.where(np.nan_to_num(judgement.p, nan=1.0) < POSSIBLE, np.sign(told), 0.0)


def shown(frame: pd.DataFrame, ends: np.ndarray) -> dict[str, np.ndarray]:
    """Whether the published rules show each symbol at these positions; ends x series."""
    rows = spc.signals(frame, every_month=True)
    return {code: rows[code].to_numpy(bool).reshape(frame.shape[1], -1).T[ends] for code in spc.CODES}


def solid(world: World, ends: np.ndarray) -> dict[str, np.ndarray]:
    """Whether each pair of symbols, and any of them, shows and goes the verdict's way; ends x series."""
    ways, symbols = way(world, ends), shown(world.frame, ends)
    pairs = {high: (symbols[high] & (ways > 0)) | (symbols[low] & (ways < 0)) for high, low in PAIRS}
    return pairs | {ANY: np.any([*pairs.values()], axis=0)}


def run() -> str:
    """The tables, and whether the targets are met."""
    rng = np.random.default_rng(1)
    months = HISTORY + MONTHS_JUDGED - 1
    every_month, quarters = np.arange(months)[-MONTHS_JUDGED:], np.arange(months - 1, HISTORY - 2, -3)
    published: dict[str, list[list[float]]] = {name: [] for name in (ANY, *(high for high, _ in PAIRS))}
    drawn_solid: dict[str, list[list[float]]] = {name: [] for name in published}
    for kind in KINDS:
        for rows in (*published.values(), *drawn_solid.values()):
            rows.append([])
        for level in LEVELS:
            frame = stable(rng, kind, level, SERIES, months)
            symbols = shown(frame, every_month)
            either = {high: symbols[high] | symbols[low] for high, low in PAIRS}
            either[ANY] = np.any([*either.values()], axis=0)
            some = solid(World("count", frame.iloc[:, :JUDGED]), quarters)
            for name in published:
                published[name][-1].append(100 * float(either[name].mean()))
                drawn_solid[name][-1].append(100 * float(some[name].mean()))
    header = ["rule", *(kind.name for kind in KINDS), "mean"]
    text = [
        "# False alarms of the symbols",
        f"Stable series only: {SERIES:,} of each level and kind, each judged in {MONTHS_JUDGED} months. Percentage of "
        "series-months showing a symbol, either direction. φ is the lag-one correlation of the noise.",
        "## The published rules on the same series (mean of the levels)",
        markdown(header, [(name, *map(_mean, rows), _mean(_every(rows))) for name, rows in published.items()]),
        "## Solid symbols (mean of the levels)",
        f"A symbol is solid where the measure is unlike what was expected (p < {POSSIBLE:g}) the same way. The first "
        f"{JUDGED:,} series of each level and kind, at four quarters' ends.",
        markdown(header, [(name, *map(_mean, rows), _mean(_every(rows))) for name, rows in drawn_solid.items()], 2),
    ]
    whole = {name: _mean(_every(rows)) for name, rows in drawn_solid.items()}
    every = _every(drawn_solid[ANY])
    targets = [
        ("any solid symbol on at most 5 % of stable series", f"{whole[ANY]:.1f} %", whole[ANY] <= 5),
        ("never above 7 % in a cell", f"at most {max(every):.1f} %", max(every) <= 7),
    ]
    if worlds.boroughs() is None:
        text.append(worlds.skipped(worlds.BOROUGHS))
    else:
        world = still(rng)["counts"]
        world = world.of(~of_noughts(world))
        ends = np.array([MONTHS - 1])
        hits = {name: rate(hit.astype(float), origins(world, hit)) for name, hit in solid(world, ends).items()}
        symbols = shown(world.frame, ends)
        either = {high: symbols[high] | symbols[low] for high, low in PAIRS}
        either[ANY] = np.any([*either.values()], axis=0)
        rows = [
            (name, written(rate(either[name].astype(float), origins(world, either[name]))), written(hits[name]))
            for name in published
        ]
        text += ["## Stationary real noise", markdown(["rule", "published", "solid"], rows)]
        targets.append(
            ("any solid symbol on at most 5 % of stationary real noise", f"{written(hits[ANY])} %", hits[ANY][0] <= 5)
        )
    return "\n\n".join([*text, "## Targets", verdicts(targets)])


def _every(rows: list[list[float]]) -> list[float]:
    return [value for row in rows for value in row]


def _mean(values: list[float]) -> float:
    return float(np.mean(values))
