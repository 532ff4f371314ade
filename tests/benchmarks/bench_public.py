"""Public reports: how far off a printed year is by level, how many true counts fit a printed one, and verdicts."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd

from perf_lib.findings.disclosure import Key, Rounding
from perf_lib.findings.finding import findings
from perf_lib.report import open_report

from .streams import markdown

sys.path.insert(0, str(Path(__file__).parents[1]))
import bodies

BODIES, KEYS, YEARS = 1000, 10, 5_000


def _by_level(base: int) -> list[tuple[object, ...]]:
    rounding, draw = Rounding(base, bodies.KEY), np.random.default_rng(7)
    rows = []
    for level in (1, 3, 10, 20, 50, 100, 500):
        counts = draw.poisson(level, (YEARS, 12))
        printed = np.array(
            [[rounding.count(float(n), "", str(year), str(at), f"{n}") for at, n in enumerate(months)]
             for year, months in enumerate(counts)]
        )  # fmt: skip
        error, true = printed.sum(1) - counts.sum(1), counts.sum(1)
        far = 100 * float((np.abs(error) > 0.03 * true).mean())
        rows.append((f"{level} a month", float(error.mean()), float(error.std()), float(np.abs(error).max()), far))
    return rows


def _attacked() -> list[tuple[object, ...]]:
    widths = pd.Series([bodies.four_packs(seed) for seed in range(BODIES)])
    return [(f"{BODIES:,} bodies", float(widths.min()), float((widths < 5).sum()), float(widths.median()))]


def _verdicts() -> list[tuple[object, ...]]:
    rows = []
    for quarter in ("2019-20-Q1", "2019-20-Q2", "2019-20-Q3"):
        report = open_report(quarter)
        catalogue, frame = report.params.catalogue, report.arrived.frame
        large = [c for c, f in report.findings.items() if f.measure.is_count and f.months["value"].tail(12).mean() > 20]
        differ = 0
        for number in range(KEYS):
            printed = Rounding(5, Key(f"key number {number} of these".encode())).frame(frame, catalogue)
            public = findings(catalogue, report.settings, report.quarter, printed, report.arrived.rates)
            differ += sum(public[code].verdict.grade != report.findings[code].verdict.grade for code in large)
        rows.append((quarter, len(large), 100 * differ / (len(large) * KEYS)))
    return rows


def run() -> str:
    """The tables."""
    header = ["level", "mean error", "standard deviation", "largest", "% off by more than 3 %"]
    return "\n\n".join(
        [
            "# Public reports",
            "## A year's total, rounded by the month to base 5",
            f"{YEARS:,} years a row.",
            markdown(header, _by_level(5)),
            "## The same to base 3",
            markdown(header, _by_level(3)),
            "## True counts that fit a printed one",
            "Small bodies with two divisions of one total, shares and restated months; four packs in a row, attacked "
            "by integer programming with every relation and every restatement known. Each body's narrowest month.",
            markdown(["of", "fewest that fit", "bodies below five", "median"], _attacked()),
            "## Verdicts",
            f"The sample's counts above 20 a month under {KEYS} keys: grades that differ from the internal report's.",
            markdown(["quarter", "measures", "% that differ"], _verdicts()),
        ]
    )
