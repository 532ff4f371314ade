"""How often an area that is one of its group like any other is said to stand out from it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from perf_lib.stats import peers

from .streams import markdown, verdicts

GROUPS = 600  # a cell
AREAS = [f"area {n}" for n in range(8)]
SPREADS = (0.05, 0.10, 0.15, 0.25)  # CV of the areas' true rates
YEARLY = (44_000, 1_500, 380)  # crimes a year in an area of the group's average
CHANGE_SPREAD = 0.04  # SD of the areas' true changes on the year, about a common one


def _cell(rng: np.random.Generator, spread: float, yearly: int) -> tuple[float, float, float]:
    """Per cent outside the published bounds, the calibrated ones, and those of the change on the year."""
    sigma = np.sqrt(np.log1p(spread**2))
    outside = np.zeros(3)
    for _ in range(GROUPS):
        true = yearly * np.exp(rng.normal(-(sigma**2) / 2, sigma, len(AREAS)))
        change = np.exp(rng.normal(0.03, CHANGE_SPREAD, len(AREAS)))
        now, before = (pd.Series(rng.poisson(rate) + 0.0, index=AREAS) for rate in (true * change, true))
        if (now == 0).any() or (before == 0).any():
            continue
        at = peers.position(now, AREAS[0], before)
        aside = ("greater_than_peers", "less_than_peers")
        outside += at.standing in aside, at.calibrated in aside, bool(at.does_not_trend)
    published, calibrated, trend = (100 * outside / GROUPS).tolist()
    return published, calibrated, trend


def run() -> str:
    """The table, and whether the targets are met."""
    rng = np.random.default_rng(10)
    cells = {(s, y): _cell(rng, s, y) for s in SPREADS for y in YEARLY}
    rows = [(f"{100 * s:.0f} %, {y:,} a year", *found) for (s, y), found in cells.items()]
    means = [float(v) for v in np.mean(list(cells.values()), axis=0)]
    targets = [
        ("calibrated standing: 4 to 6 %", f"{means[1]:.1f} %", 4 <= means[1] <= 6),
        ("does not trend with peers: 4 to 6 %", f"{means[2]:.1f} %", 4 <= means[2] <= 6),
    ]
    return "\n\n".join(
        [
            "# Peers",
            f"Groups of eight areas whose true rates, and changes on the year, differ by chance ({GROUPS:,} groups a "
            "row). Percentage in which one area, no different in kind, is said to stand out, in either direction.",
            markdown(
                ["spread of true rates, crimes", "published bounds", "calibrated", "does not trend"],
                [*rows, ("mean", *means)],
            ),
            "## Targets",
            verdicts(targets),
        ]
    )
