"""A report of some thirty measures: how many verdicts are false, how many changes are found, and how many are clear."""

from __future__ import annotations

import numpy as np
import pandas as pd

from perf_lib.findings.verdict import POSSIBLE, clear
from perf_lib.stats import spc

from . import rivals, worlds
from .bench_expected import ERAS, of_noughts, real
from .bench_false_alarms import way
from .streams import EXTRA, LEVELS, counts, markdown, verdicts
from .worlds import World

REPORTS = 1000
MEASURES = 30
CHANGED = 6
HIGH, LOW = ([rule.code for rule in spc.RULES if rule.direction == direction] for direction in ("high", "low"))
Flags = tuple[np.ndarray, np.ndarray]  # upwards and downwards, a series each


def _reports(rng: np.random.Generator, months: int, changed: int) -> tuple[pd.DataFrame, np.ndarray]:
    """Thirty-measure reports side by side, and each measure's change: +1, -1 or 0."""
    series = REPORTS * MEASURES
    level = rng.choice(LEVELS, series)
    cv = np.array([EXTRA[v] for v in level])
    moved = np.tile(np.arange(MEASURES) < changed, REPORTS)
    direction = np.where(moved, rng.choice([-1, 1], series), 0)
    size = 1 + direction * rng.uniform(0.10, 0.25, series)
    began = months - rng.integers(3, 13, series)
    change = np.where(np.arange(months)[:, None] >= began, size, 1.0)
    season, phi = rng.uniform(0, 0.15, series), rng.uniform(0, 0.4, series)
    return counts(rng, series, months, level, cv, season, phi, change), direction


def _real_reports(rng: np.random.Generator, changed: int) -> tuple[pd.DataFrame, np.ndarray]:
    """The same of stationary real noise: measures of every offence group, from several boroughs."""
    frame = worlds.boroughs()
    assert frame is not None
    copies = -(-REPORTS * MEASURES // 4 // frame.shape[1]) + 40
    still = worlds.stationary(frame, 72, copies, rng)
    still = still.loc[:, ~still.columns.str.startswith(worlds.NOUGHTS)]
    values = still.to_numpy()[:, rng.permutation(still.shape[1])[: REPORTS // 4 * MEASURES]]
    moved = np.tile(np.arange(MEASURES) < changed, REPORTS // 4)
    direction = np.where(moved, rng.choice([-1, 1], len(moved)), 0)
    share = rng.uniform(0.10, 0.25, len(moved))
    began = len(values) - rng.integers(3, 13, len(moved))
    after = np.arange(len(values))[:, None] >= began
    values = values + direction * after * rng.binomial(values.astype(int), share)
    return pd.DataFrame(values, still.index), direction


def chances(world: World, end: int) -> np.ndarray:
    """The chance of each measure as a whole."""
    return np.asarray(world.judged([end]).p[0])


def discovered(chance: np.ndarray, measures: int) -> np.ndarray:
    """Which measures are graded clear, a report of so many at a time."""
    found = np.zeros(len(chance), bool)
    for start in range(0, len(chance), measures):
        report = {
            str(each): None if np.isnan(p) else float(p) for each, p in enumerate(chance[start : start + measures])
        }
        found[[start + int(each) for each in clear(report)]] = True
    return found


def _sets(frame: pd.DataFrame) -> dict[str, Flags]:
    published = spc.signals(frame)
    trends = {c: False for c in spc.CODES if c.split("_")[0] in ("discrete", "rolling")}
    world, end = World("count", frame), len(frame) - 1
    ways, chosen = way(world, np.array([end]))[0], discovered(chances(world, end), MEASURES)
    without = published.assign(**trends)
    return {
        "published, all": tuple(published[codes].any(axis=1).to_numpy() for codes in (HIGH, LOW)),
        "published, without the trends": tuple(without[codes].any(axis=1).to_numpy() for codes in (HIGH, LOW)),
        **rivals.flags(frame.to_numpy(), 24),
        "clear or possible": (ways > 0, ways < 0),
        "clear": (chosen & (ways > 0), chosen & (ways < 0)),
    }  # type: ignore[dict-item]  # tuples of two


def _score(flags: Flags, direction: np.ndarray) -> tuple[float, float, float]:
    """False measures a report, changes found the right way a report, and the percentage of flagged measures false."""
    up, down = flags
    reports = len(direction) / MEASURES
    shown = up | down
    false = shown & (direction == 0)
    right = (up & (direction > 0)) | (down & (direction < 0))
    return false.sum() / reports, right.sum() / reports, 100 * float(false.sum() / max(shown.sum(), 1))


def _table(quiet: tuple[pd.DataFrame, np.ndarray], busy: tuple[pd.DataFrame, np.ndarray]) -> dict[str, list[float]]:
    calm = {name: _score(flags, quiet[1])[0] for name, flags in _sets(quiet[0]).items()}
    return {name: [calm[name], *_score(flags, busy[1])] for name, flags in _sets(busy[0]).items()}


def _goals(rows: dict[str, list[float]], where: str) -> list[tuple[str, str, bool]]:
    calm, _, found, _ = rows["clear or possible"]
    share, discoveries = rows["clear"][3], rows["clear"][2]
    return [
        (f"{where}: at most 1.5 measures possible or clear with none changed", f"{calm:.2f}", calm <= 1.5),
        (f"{where}: at least 2.4 of 6 found, the right way, at least as possible", f"{found:.2f}", found >= 2.4),
        (f"{where}: at most 12 % of clear measures false", f"{share:.1f} % of {discoveries:.2f} right", share <= 12),
    ]


def _of_boroughs(world: dict[str, World]) -> str:
    """How many measures of a borough's report are clear, and how many clear or possible, at quarters' ends by era."""
    kinds = [world[name].of(~of_noughts(world[name])) for name in ("counts", "shares", "means")]
    borough = [each.frame.columns.str.split("/").str[1] for each in kinds]
    months = pd.PeriodIndex(kinds[0].frame.index)
    rows = []
    for era, (first, last) in ERAS.items():
        ends = np.flatnonzero((months.month % 3 == 0) & (months.year >= first) & (months.year <= last))
        p = np.concatenate([each.judged(ends).p for each in kinds], axis=1)
        clear_in, possible = list[int](), list[int]()
        for name in borough[0].unique():
            chosen = np.concatenate([each == name for each in borough])
            clear_in += [int(discovered(row, chosen.sum()).sum()) for row in p[:, chosen]]
            possible += [int((row < POSSIBLE).sum()) for row in p[:, chosen]]
        reports = np.array(clear_in)
        rows.append(
            (era, len(reports), float(reports.mean()), float((reports > 0).mean() * 100), float(np.mean(possible)))
        )
    return markdown(["era", "reports", "clear", "% of reports with one", "clear or possible"], rows, digits=2)


def run() -> str:
    """The tables, and whether the targets are met."""
    rng = np.random.default_rng(2)
    header = ["set", "false measures, none changed", "false, six changed", "found of six", "% of flags false"]
    rows = _table(_reports(rng, 72, 0), _reports(rng, 72, CHANGED))
    text = [
        "# A report of thirty measures",
        f"{REPORTS:,} reports. Levels 10 to 3,700 a month, seasons 0 to 15 per cent, φ 0 to 0.4; six measures step "
        "up or down by 10 to 25 per cent for the last 3 to 12 months. Measures a report, at a quarter's end.",
        markdown(header, [(name, *row) for name, row in rows.items()], digits=2),
    ]
    targets = _goals(rows, "simulated")
    world = real()
    if world is None:
        text.append(worlds.skipped(worlds.BOROUGHS))
    else:
        rows = _table(_real_reports(rng, 0), _real_reports(rng, CHANGED))
        text += [
            "## Thirty measures of stationary real noise",
            f"{REPORTS // 4:,} reports; the same changes.",
            markdown(header, [(name, *row) for name, row in rows.items()], digits=2),
            "## Real series as they are: the report of a borough",
            "Thirty-two measures: counts, shares and means of each group of offences. A report each quarter's end.",
            _of_boroughs(world),
        ]
        targets += _goals(rows, "stationary real noise")
    return "\n\n".join([*text, "## Targets", verdicts(targets)])
