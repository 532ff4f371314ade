"""Simulated monthly counts of known behaviour, and the layout of the result tables.

Poisson counts round a log-normal level: latent AR(1) noise, a cosine season, and the extra-Poisson variation that real
monthly police series of that size have (medians of 875 five-year windows: Metropolitan Police boroughs 2010-19, New
South Wales 2000-19).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

EXTRA = {10: 0.175, 50: 0.123, 250: 0.095, 1400: 0.053, 3700: 0.038}  # level a month: extra-Poisson CV
LEVELS = tuple(EXTRA)


@dataclass(frozen=True)
class Stable:
    """A kind of series in which nothing changes."""

    name: str
    extra: bool
    season: float
    phi: float


KINDS = (
    Stable("Poisson, flat", False, 0.0, 0.0),
    Stable("over-dispersed, flat", True, 0.0, 0.0),
    Stable("over-dispersed, φ 0.4", True, 0.0, 0.4),
    Stable("season 5 %, φ 0.2", True, 0.05, 0.2),
    Stable("season 10 %, φ 0.2", True, 0.10, 0.2),
    Stable("season 15 %, φ 0.4", True, 0.15, 0.4),
)


def latent(rng: np.random.Generator, months: int, phi: np.ndarray | float, series: int) -> np.ndarray:
    """Stationary AR(1) noise of unit variance, months x series."""
    noise = np.empty((months, series))
    noise[0] = rng.normal(size=series)
    step = np.sqrt(1 - np.square(phi))
    for month in range(1, months):
        noise[month] = phi * noise[month - 1] + step * rng.normal(size=series)
    return noise


def counts(
    rng: np.random.Generator,
    series: int,
    months: int,
    level: np.ndarray | float,
    cv: np.ndarray | float,
    season: np.ndarray | float,
    phi: np.ndarray | float,
    change: np.ndarray | float = 1.0,
) -> pd.DataFrame:
    """Monthly counts, months in rows: Poisson about level x noise x season x change."""
    spread = np.exp(cv * latent(rng, months, phi, series) - np.square(cv) / 2)
    peak = rng.uniform(0, 2 * np.pi, series)
    wave = 1 + season * np.cos(2 * np.pi * np.arange(months)[:, None] / 12 + peak)
    index = pd.period_range("2010-01", periods=months, freq="M")
    return pd.DataFrame(rng.poisson(level * spread * wave * change), index=index)


def stable(rng: np.random.Generator, kind: Stable, level: int, series: int, months: int) -> pd.DataFrame:
    """Counts of one kind and level in which nothing changes."""
    return counts(rng, series, months, level, EXTRA[level] * kind.extra, kind.season, kind.phi)


def markdown(header: Sequence[str], rows: Iterable[Sequence[object]], digits: int = 1) -> str:
    """A table in Markdown; floats to so many places."""

    def cell(value: object) -> str:
        return f"{value:.{digits}f}" if isinstance(value, float) else str(value)

    lines = [header, ["---"] + ["---:"] * (len(header) - 1), *[[cell(v) for v in row] for row in rows]]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def verdicts(rows: Iterable[tuple[str, str, bool]]) -> str:
    """The table of targets: what was aimed at, what was measured, whether it is met."""
    return markdown(["target", "measured", "met"], [(a, b, "yes" if met else "**no**") for a, b, met in rows])
