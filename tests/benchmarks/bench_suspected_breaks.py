"""How often a break is suspected where there is none, where there is one, and where a series only drifts."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd

from perf_lib.stats.suspected_breaks import Scan, level_shift, scan

from .streams import EXTRA, KINDS, LEVELS, counts, markdown, stable, verdicts

SERIES = 5000
MOVED = 2000
SEASON, PHI = 0.08, 0.3
STEPS = (0.10, 0.20, 0.30)
DRIFTS = (0.02, 0.05, 0.10)
NEAR = 3  # months
REAL = "west_midlands/west_midlands_neighbourhood_monthly_2011_2016.csv"


def _scanned(frame: pd.DataFrame) -> Scan:
    return scan(2 * np.sqrt(frame.to_numpy().T + 0.375))


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
    path = Path(os.environ.get("PERF_REAL_DATA", "../shared/data")) / REAL
    if not path.exists():
        return None
    table = pd.read_csv(path)
    other = table[table["CrimeType"] == "Other crime"].groupby("Month")["Count"].sum().astype(float)
    return other.set_axis(pd.PeriodIndex(other.index, freq="M"))


def _real() -> str:
    other = redefined()
    if other is None:
        return f"Skipped: {REAL} is not under PERF_REAL_DATA (default ../shared/data)."
    found = level_shift(other)
    assert found.change is not None and found.t is not None
    verdict = "suspected" if found.suspected else "not suspected"
    return (
        f"“Other crime” in the West Midlands, from which police.uk took other categories in May 2013: a break is "
        f"{verdict} from {found.month}, {found.change:+.0f} per cent (t = {found.t:.1f})."
    )


def run() -> str:
    """The tables, and whether the targets are met."""
    rng = np.random.default_rng(9)
    names = [kind.name for kind in KINDS]
    text = [
        "# Suspected breaks",
        "Percentage of series in which a break in the level is suspected, at 1 per cent for the whole scan.",
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
        "## Real",
        _real(),
        "## Targets",
        verdicts(targets),
    ]
    return "\n\n".join(text)
