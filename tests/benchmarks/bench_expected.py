"""What the expected range must reach on real series as they are, on stationary real noise and on simulated series."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from perf_lib.findings.verdict import POSSIBLE
from perf_lib.stats.expected.judging import TESTS, Judgement
from perf_lib.stats.months import YEAR

from . import worlds
from .streams import KINDS, LEVELS, markdown, stable, verdicts
from .worlds import NAMES, NOUGHTS, World, rate, written

MONTHS = 84
COPIES = 8
SERIES = 1000
THINNED = 0.05
ERAS = {"2016-19": (2016, 2019), "2020-21": (2020, 2021), "2022-23": (2022, 2023), "2024-26": (2024, 2026)}
SHOCK = "2020-21"
SHUFFLES = 3
LEFT_OUT = (0, 3, 6, 15)
Rows = list[tuple[str, str, bool]]


def signals(judged: Judgement, alpha: float = POSSIBLE) -> np.ndarray:
    """Where a measure would be found unlike what was expected; ends x series, missing where nothing was tested."""
    return np.where(np.isnan(judged.p), np.nan, judged.p < alpha)


def at(chances: np.ndarray, alpha: float) -> np.ndarray:
    """The same of one test's signed chances."""
    return np.where(np.isnan(chances), np.nan, np.abs(chances) < alpha)


def of_noughts(world: World) -> np.ndarray:
    """Which series are of the group that is nearly all noughts."""
    return world.frame.columns.str.startswith(NOUGHTS)


def origins(world: World, hits: np.ndarray) -> np.ndarray:
    """The real series behind each, which copies share; of the shape of hits."""
    return np.broadcast_to(world.frame.columns.str.replace(r" \d+$", "", regex=True), hits.shape)


def real() -> dict[str, World] | None:
    """Real series as they are."""
    frame = worlds.boroughs()
    if frame is None:
        return None
    attended = worlds.emergency()
    return worlds.kinds(frame) | ({} if attended is None else {"shares: emergency departments": attended})


def still(rng: np.random.Generator) -> dict[str, World]:
    """Stationary real noise."""
    frame = worlds.boroughs()
    assert frame is not None
    return worlds.kinds(worlds.stationary(frame, MONTHS, COPIES, rng))


def quiet(world: dict[str, World], rng: np.random.Generator) -> tuple[str, Rows]:
    """Any signal where nothing changes, by level and kind."""
    columns: dict[str, dict[str, tuple[float, float]]] = {}
    whole: dict[str, tuple[float, float]] = {}
    lower = worlds.thinned(world["counts"].frame, THINNED, rng)
    few = {name: each for name, each in worlds.kinds(lower).items() if name != "means"}
    for name, each in world.items():
        parts = [part.of(~of_noughts(part)) for part in (each, few.get(name)) if part is not None]
        hits = [signals(part.judged([MONTHS - 1]))[0] for part in parts]
        levels = np.concatenate([part.levels() for part in parts])
        groups = np.concatenate([origins(part, hit) for part, hit in zip(parts, hits, strict=True)])
        hit, place = np.concatenate(hits), np.digitize(levels, worlds.LEVELS[1:-1])
        cells = [(NAMES[n], place == n) for n in range(len(NAMES)) if (place == n).sum() >= 3]
        columns[name] = {level: rate(hit[chosen], groups[chosen]) for level, chosen in cells}
        whole[name] = rate(hits[0], groups[: len(hits[0])])
    table = markdown(
        ["a month", *columns],
        [
            *((level, *(_cell(column.get(level)) for column in columns.values())) for level in NAMES),
            ("all of the real levels", *(written(each) for each in whole.values())),
        ],
    )
    noughts = world["counts"].of(of_noughts(world["counts"]))
    shown = signals(noughts.judged([MONTHS - 1]))
    text = (
        f"Series of a lower level are the same ones with {100 * THINNED:.0f} per cent of their offences kept. Not in "
        f"the table: {NOUGHTS.lower()}, nearly all noughts, whose noise here holds its end in 2013: "
        f"{written(rate(shown, origins(noughts, shown)))} per cent."
    )
    every = {f"{name}, {level}": cell for name, column in columns.items() for level, cell in column.items()}
    most = max(every, key=lambda key: every[key][0])
    goals = [
        (f"any signal on stationary real noise, {name}: 2 to 5 %", f"{written(each)} %", 2 <= each[0] <= 5)
        for name, each in whole.items()
    ]
    goals.append(("the same, never above 7 % at any level", f"{written(every[most])} % ({most})", every[most][0] <= 7))
    return f"{table}\n\n{text}", goals


def simulated(rng: np.random.Generator) -> tuple[str, Rows]:
    """Any signal on simulated counts that never change, by level and kind of noise."""
    cells = {}
    for kind in KINDS:
        for level in LEVELS:
            world = World("count", stable(rng, kind, level, SERIES // 2, MONTHS))
            cells[level, kind.name] = 100 * float(np.nanmean(signals(world.judged([MONTHS - 1]))))
    rows = [(f"{level:,}", *(cells[level, kind.name] for kind in KINDS)) for level in LEVELS]
    mean, most = float(np.mean(list(cells.values()))), max(cells.values())
    error = 100 * np.sqrt(0.05 * 0.95 / (SERIES // 2))
    goals = [
        ("any signal on simulated counts: 2 to 5 % over all", f"{mean:.1f} %", 2 <= mean <= 5),
        (f"the same, never above 7 % in a cell (each ± {error:.1f})", f"at most {most:.1f} %", most <= 7),
    ]
    return markdown(["a month", *(kind.name for kind in KINDS)], rows), goals


def others(rng: np.random.Generator) -> tuple[str, Rows]:
    """Each test on stable series that are no plain counts."""
    months = pd.period_range("2013-01", periods=72, freq="M")
    season = 1 + 0.2 * np.cos(2 * np.pi * np.arange(72) / YEAR)[:, None]

    def frame(values: np.ndarray) -> pd.DataFrame:
        return pd.DataFrame(values.astype(float), months[-len(values) :])

    def sized(shape: tuple[int, int], scale: float) -> np.ndarray:
        return rng.gamma(1 / scale, scale, shape)

    shape = 72, SERIES
    made: dict[str, World] = {}
    for level in (0.2, 0.5, 1, 2, 4, 8):
        made[f"count, {level:g} a month"] = World("count", frame(rng.poisson(level * season, shape)))
    made["count, 2 a month, twice as scattered"] = World("count", frame(rng.poisson(2 * sized(shape, 0.5))))
    for cases, share in ((10, 0.5), (20, 0.9), (40, 0.05), (500, 0.8), (5000, 0.12)):
        of = np.maximum(rng.poisson(cases, shape), 1)
        world = World("proportion", frame(rng.binomial(of, share)), frame(of))
        made[f"share, {100 * share:.0f} % of {cases:,}"] = world
    made["share, no number of cases"] = World("proportion", frame(np.clip(80 + rng.normal(0, 2, shape), 0, 100)))
    for cases in (5, 30, 300):
        of = np.maximum(rng.poisson(cases, shape), 1)
        mean = np.exp(np.log(600) + rng.normal(0, 1, shape) / np.sqrt(of))
        made[f"mean of {cases} cases"] = World("mean", frame(mean * of), frame(of))
    made["stock, a random walk"] = World("stock", frame(1000 + rng.normal(0, 10, shape).cumsum(axis=0)))
    made["figure as given"] = World("given", frame(50 + rng.normal(0, 3, shape)))
    plain = frame(rng.poisson(50 * sized(shape, 0.01)))
    for length in (27, 36, 48):
        made[f"count, 50 a month, {length} months"] = World("count", plain.iloc[-length:])
    quarterly = np.broadcast_to(np.arange(72)[:, None] % 3 == 2, shape)
    made["count, one month in three"] = World("count", plain.where(quarterly))
    rows, whole = [], {}
    for name, world in made.items():
        judged = world.judged([len(world.frame) - 1])
        each = [_percent(at(chances, 0.05)) for chances in judged.chances().values()]
        whole[name] = _percent(signals(judged))
        rows.append((name, _dash(whole[name]), *map(_dash, each)))
    header = ["series", "any signal", *(test.replace("_", " ") for test in TESTS)]
    most = max(whole, key=lambda name: np.nan_to_num(whole[name]))
    error = 100 * np.sqrt(0.05 * 0.95 / SERIES)
    goal = f"any signal on other kinds: never above 7 % (each ± {error:.1f})"
    return markdown(header, rows), [(goal, f"{whole[most]:.1f} % ({most})", whole[most] <= 7)]


def eras(world: dict[str, World]) -> tuple[str, Rows]:
    """Signals at quarters' ends, by era."""
    rows, goals = [], list[tuple[str, str, bool]]()
    kinds = {name: each.of(~of_noughts(each)) for name, each in world.items()}
    counts = world["counts"]
    for name, each in (kinds | {f"{NOUGHTS.lower()}, nearly all noughts": counts.of(of_noughts(counts))}).items():
        months = pd.PeriodIndex(each.frame.index)
        cells = []
        for era, (first, last) in ERAS.items():
            ends = np.flatnonzero((months.month % 3 == 0) & (months.year >= first) & (months.year <= last))
            hits = signals(each.judged(ends[ends >= 30])) if (ends >= 30).any() else np.full((1, 1), np.nan)
            if not np.isfinite(hits).any():
                cells.append("–")
                continue
            clusters = origins(each, hits), np.broadcast_to(np.arange(len(hits))[:, None], hits.shape)
            figure = max((rate(hits, groups) for groups in clusters), key=lambda pair: pair[1])
            cells.append(written(figure))
            if name == "counts":
                words, met = ("at least 15 %", figure[0] >= 15) if era == SHOCK else ("2 to 7 %", 2 <= figure[0] <= 7)
                goals.append((f"signals at a quarter's end, {era}: {words}", f"{written(figure)} %", met))
        rows.append((name, *cells))
    return markdown(["real series", *ERAS], rows), goals


def shuffled(rng: np.random.Generator) -> tuple[str, Rows]:
    """The year's test where whole years come in another order, at the ends of years."""
    frame = worlds.boroughs()
    assert frame is not None
    frame = frame.loc["2011-01":"2025-12", ~frame.columns.str.startswith(NOUGHTS)]  # type: ignore[misc]  # of periods
    ends = np.arange(7 * YEAR - 1, len(frame), YEAR)
    found: dict[str, list[np.ndarray]] = {"year": [], "any": []}
    for _ in range(SHUFFLES):
        judged = World("count", worlds.shuffled(frame, rng)).judged(ends)
        found["year"].append(at(judged.year.p, 0.01))
        found["any"].append(signals(judged))
    year, anything = (rate(np.stack(hits), np.arange(frame.shape[1])) for hits in found.values())
    text = f"The year's test at 1 per cent: {written(year)} per cent; any signal: {written(anything)} per cent."
    return text, [
        ("years of real series shuffled, the year's test at 1 %: at most 3 %", f"{written(year)} %", year[0] <= 3)
    ]


def fall(world: World, rng: np.random.Generator) -> tuple[str, Rows]:
    """A fall of 30 per cent over the newest three months, with and without a step upwards thirty months before it."""
    rows, goals = [], []
    place = np.digitize(world.levels(), worlds.LEVELS[1:-1])
    stepped = world.changed(1.3, rng, slice(MONTHS - 33, None))
    newest = slice(MONTHS - 3, None)
    cases = {
        "a fall": world.changed(0.7, rng, newest),
        "after the step, no fall": stepped,
        "after the step, a fall": stepped.changed(0.7, rng, newest),
    }
    judged = {name: each.judged([MONTHS - 1]) for name, each in cases.items()}
    for level, goal in (("100 to 500", 70), ("500 and over", 90)):
        chosen = place == NAMES.index(level)
        for alpha in (POSSIBLE, 0.01):
            hits = {name: signals(each, alpha)[:, chosen] for name, each in judged.items()}
            measured = {name: rate(hit, origins(world, signals(judged[name]))[:, chosen]) for name, hit in hits.items()}
            rows.append((f"{level} a month, p < {alpha:g}", *(written(each) for each in measured.values())))
            if alpha == POSSIBLE:
                last = measured["after the step, a fall"]
                name = f"fall of 30 % after a step of +30 %, {level} a month: {goal} %"
                goals.append((name, f"{written(last)} %", last[0] >= goal))
    return markdown(["stationary real noise", *cases], rows), goals


def october(world: World, rng: np.random.Generator) -> tuple[str, Rows]:
    """The first month of the quarter doubled."""
    before, after = (
        world.judged([MONTHS - 1]),
        world.changed(2.0, rng, slice(MONTHS - 3, MONTHS - 2)).judged([MONTHS - 1]),
    )
    rows = []
    figures = {}
    for name, chances in (
        ("month_1", [each.chances()["month_1"] for each in (before, after)]),
        ("p", [before.p, after.p]),
    ):
        known = np.abs(chances[0][np.isfinite(chances[0])])
        limit = float(np.quantile(known, 0.01)) if name == "p" else 0.01
        none, found = (rate(at(each, limit), origins(world, each)) for each in chances)
        figures[name] = found
        words = "its own test at 1 %" if name == "month_1" else f"the measure, where p < {limit:.3f}"
        rows.append((words, written(none), written(found)))
    goals = [
        (
            "October doubled, at 1 % false alarms, its own test: 60 %",
            f"{written(figures['month_1'])} %",
            figures["month_1"][0] >= 60,
        ),
        (
            "October doubled, at 1 % false alarms, the measure: 60 %",
            f"{written(figures['p'])} %",
            figures["p"][0] >= 60,
        ),
    ]
    return markdown(["stationary real noise", "nothing changed", "doubled"], rows), goals


def excluded(world: World, rng: np.random.Generator) -> tuple[str, Rows]:
    """A step of 20 per cent over the newest six months, with months of the last sixty left out."""
    stepped = world.changed(1.2, rng, slice(MONTHS - 6, None))
    rows, goals = [], list[tuple[str, str, bool]]()
    power: dict[tuple[str, int], tuple[float, float]] = {}
    for way in ("scattered", "in a row"):
        for number in LEFT_OUT:
            patterns = 1 if not number else 4
            hits = []
            for _ in range(patterns):
                start = MONTHS - 60 + rng.integers(0, 60 - number)
                months = np.arange(start, start + number)
                if way == "scattered":
                    months = rng.choice(np.arange(MONTHS - 60, MONTHS), number, replace=False)
                for each in (world, stepped):
                    frame = each.frame.copy()
                    frame.iloc[months] = np.nan
                    hits.append(signals(World("count", frame).judged([MONTHS - 1]))[0])
            none, found = (rate(np.stack(hits[part::2]), origins(world, hits[0])[None]) for part in (0, 1))
            power[way, number] = found
            left = power[way, 0][0] * (1 - number / 60)
            rows.append((f"{number}, {way}", written(none), written(found), left))
            if number:
                met = found[0] + 2 * found[1] >= left
                name = f"{number} of 60 months left out, {way}: power falls by no more than their share, or two errors"
                goals.append((name, f"{written(found)} of {left:.1f} %", met))
    return markdown(["months left out", "nothing changed", "+20 %", "whole power less their share"], rows), goals


def run() -> str:
    """The tables, and which goals are met."""
    rng = np.random.default_rng(11)
    parts = [
        "# The expected range",
        f"Percentage of series with a signal (p < {POSSIBLE:g} for the measure as a whole, either way) at a quarter's "
        "end, ± standard errors between series (between quarters, where those are larger).",
    ]
    text, goals = simulated(rng)
    more, further = others(rng)
    last = ["## Simulated counts that never change", text, "## Other simulated series that never change", more]
    goals += further
    world = real()
    if world is None:
        parts.append(worlds.skipped(worlds.BOROUGHS))
    else:
        noise = still(rng)
        counts = noise["counts"].of(~of_noughts(noise["counts"]))
        sections: Iterable[tuple[str, tuple[str, Rows]]] = [
            ("Real series as they are, by era", eras(world)),
            ("Real series, whole years in another order", shuffled(rng)),
            ("Stationary real noise: any signal", quiet(noise, rng)),
            ("A fall after a step", fall(counts, rng)),
            ("October doubled", october(counts, rng)),
            ("Months left out", excluded(counts, rng)),
        ]
        measured: Rows = []
        for heading, (text, rows) in sections:
            parts += [f"## {heading}", text]
            measured += rows
        goals = measured + goals
    return "\n\n".join([*parts, *last, "## Targets", verdicts(goals)])


def _cell(figure: tuple[float, float] | None) -> str:
    return "–" if figure is None else written(figure)


def _percent(hits: np.ndarray) -> float:
    return 100 * float(np.nanmean(hits)) if np.isfinite(hits).any() else float("nan")


def _dash(value: float) -> float | str:
    return value if np.isfinite(value) else "–"
