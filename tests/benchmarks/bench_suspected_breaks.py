"""How often a break is suspected where there is none, where there is one, and where a series only drifts."""

from __future__ import annotations

import numpy as np
import pandas as pd

from perf_lib.stats.months import Floats
from perf_lib.stats.suspected_breaks import Scan, level_shift, scan

from . import worlds
from .bench_expected import of_noughts, origins
from .streams import EXTRA, KINDS, LEVELS, counts, markdown, stable, verdicts
from .worlds import World, by_level, rate, written

SERIES = 4000
MOVED = 2000
COPIES = 20
SEASON, PHI = 0.08, 0.3
STEPS = (0.10, 0.20, 0.30)
DRIFTS = (0.02, 0.05, 0.10)
NEAR = 3  # months
REAL = "west_midlands/west_midlands_neighbourhood_monthly_2011_2016.csv"


def _scanned(counts: pd.DataFrame | Floats) -> Scan:
    return scan(2 * np.sqrt(np.asarray(counts, float).T + 0.375))


def _stable(rng: np.random.Generator, months: int) -> dict[tuple[int, str], float]:
    """Per cent suspected, by level and kind of stable series."""
    return {
        (level, kind.name): 100 * float(_scanned(stable(rng, kind, level, SERIES, months)).suspected().mean())
        for kind in KINDS
        for level in LEVELS
    }


def _step(rng: np.random.Generator, level: int, size: float) -> tuple[float, float]:
    """Per cent of stepped series in which a break is suspected, and of those the per cent near the right month."""
    at = rng.integers(12, 49, MOVED)
    change = np.where(np.arange(60)[:, None] >= at, 1 + size, 1.0)
    found = _scanned(counts(rng, MOVED, 60, level, EXTRA[level], SEASON, PHI, change))
    shown = found.suspected()
    near = np.abs(found.position - at)[shown] <= NEAR
    return 100 * float(shown.mean()), 100 * float(near.mean()) if shown.any() else float("nan")


def _drift(rng: np.random.Generator, level: int, a_year: float) -> float:
    change = np.exp(np.log1p(a_year) * np.arange(60)[:, None] / 12) * np.ones((1, MOVED))
    return 100 * float(_scanned(counts(rng, MOVED, 60, level, EXTRA[level], SEASON, PHI, change)).suspected().mean())


def redefined() -> pd.Series | None:
    """The months of a police.uk category that kept its name when others were taken from it, in May 2013."""
    path = worlds.folder() / REAL
    if not path.exists():
        return None
    table = pd.read_csv(path)
    other = table[table["CrimeType"] == "Other crime"].groupby("Month")["Count"].sum().astype(float)
    return other.set_axis(pd.PeriodIndex(other.index, freq="M"))


def _real_noise(rng: np.random.Generator, months: int) -> tuple[str, tuple[float, float]]:
    """Stationary real noise: the table by level, and the whole."""
    frame = worlds.boroughs()
    assert frame is not None
    world = World("count", worlds.stationary(frame, months, COPIES, rng))
    world = world.of(~of_noughts(world))
    hits = _scanned(world.frame).suspected().astype(float)
    groups = origins(world, hits)
    cells, whole = by_level(world, hits, groups), rate(hits, groups)
    return markdown(["", *cells, "all"], [(f"{months} months", *map(written, cells.values()), written(whole))]), whole


def _as_they_are() -> str:
    """How many real series are suspected of a break, over five years to each December."""
    frame = worlds.boroughs()
    assert frame is not None
    values = frame.loc[:, ~frame.columns.str.startswith(worlds.NOUGHTS)].to_numpy(float)
    ends = np.flatnonzero(pd.PeriodIndex(frame.index).month == 12) + 1
    shown = [_scanned(values[end - 60 : end]).suspected() for end in ends if end >= 60]
    return (
        f"Real series as they are, five years to each December of 2015 to 2025: a break is suspected in "
        f"{100 * float(np.mean(shown)):.0f} per cent."
    )


def _redefined() -> str:
    other = redefined()
    if other is None:
        return worlds.skipped(REAL)
    shift = level_shift(other)
    assert shift.change is not None
    assert shift.likelier is not None
    return (
        f"“Other crime” in the West Midlands, from which police.uk took other categories in May 2013: a break is "
        f"{'suspected' if shift.suspected else 'not suspected'} from {shift.month}, {shift.change:+.0f} per cent "
        f"(e^{shift.likelier:.0f} times likelier)."
    )


def run() -> str:
    """The tables, and whether the targets are met."""
    rng = np.random.default_rng(9)
    names = [kind.name for kind in KINDS]
    text = [
        "# Suspected breaks",
        "Percentage of series in which a break in the level is suspected, at 1 per cent for the whole scan; "
        "± standard errors between series.",
    ]
    targets = []
    for months in (60, 36):
        cells = _stable(rng, months)
        mean, worst = float(np.mean(list(cells.values()))), max(cells.values())
        rows = [(f"{level:,}", *(cells[level, name] for name in names)) for level in LEVELS]
        text += [
            f"## Stable series, {months} months ({SERIES:,} a cell)",
            markdown(["level a month", *names], rows, digits=2),
            f"Mean {mean:.2f} per cent.",
        ]
        targets.append((f"suspected in at most 1.2 % of stable series ({months} months)", f"{mean:.2f} %", mean <= 1.2))
        targets.append((f"never above 4 % in a cell ({months} months)", f"at most {worst:.1f} %", worst <= 4))
    real_series = [_redefined()]
    if worlds.boroughs() is None:
        real_series.append(worlds.skipped(worlds.BOROUGHS))
    else:
        for months in (60, 36):
            table, whole = _real_noise(rng, months)
            text += [f"## Stationary real noise, {months} months", table]
            met = whole[0] <= 1.5
            targets.append((f"at most 1.5 % of stationary real noise ({months} months)", f"{written(whole)} %", met))
        real_series.append(_as_they_are())
    rows = []
    for level in LEVELS:
        steps = [_step(rng, level, size) for size in STEPS]
        drifts = [_drift(rng, level, a_year) for a_year in DRIFTS]
        rows.append((f"{level:,}", *(part for step in steps for part in step), *drifts))
    header = [part for size in STEPS for part in (f"step +{100 * size:.0f} %", f"within {NEAR} months")]
    text += [
        f"## Steps and drifts, 60 months ({MOVED:,} a cell)",
        f"Over-dispersed, season {100 * SEASON:.0f} %, φ {PHI}; the step at any month but the first and last year. Of "
        f"those suspected, how many within {NEAR} months of the true one. A drift is so much a year over all five.",
        markdown(["level a month", *header, *(f"drift {100 * d:.0f} % a year" for d in DRIFTS)], rows),
        "## Real series",
        *real_series,
        "## Targets",
        verdicts(targets),
    ]
    return "\n\n".join(text)
