"""Our Farrington method against R's `surveillance::farringtonFlexible`, on real monthly series."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import ndtri  # type: ignore[import-untyped]  # SciPy ships no types

from .farrington import EITHER_SIDE, FEWEST_YEARS, YEARS, farrington, predicted
from .streams import markdown, verdicts

REAL = "real_monthly/met_police_16_boroughs_2010-04_2026-02.csv"
SCRIPT = Path(__file__).with_name("farrington.R")
ASKED = {FEWEST_YEARS: 2, YEARS: 8}  # years learnt from: months asked about, a series
ALPHA = 0.05
FEWEST = 300  # windows


def windows(series: pd.Index, months: int, years: int) -> pd.DataFrame:
    """The months asked about of each series, drawn at random: those with so many years before them."""
    first = 12 * years + EITHER_SIDE
    end = months if years == YEARS else first + 12
    rng = np.random.default_rng(years)
    drawn = [
        (name, month + 1)
        for name in series
        for month in np.sort(rng.permutation(np.arange(first, end))[: ASKED[years]])
    ]
    return pd.DataFrame(drawn, columns=["series", "month"])


def answers_of_r(counts: pd.DataFrame, asked: pd.DataFrame, years: int) -> pd.DataFrame:
    """R's answers to the months asked about: what `farrington.R` says it writes."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{name}.csv" for name in ("counts", "asked", "answers")]
        counts.to_csv(paths[0], index=False)
        asked.to_csv(paths[1], index=False)
        subprocess.run(["Rscript", SCRIPT, *paths, str(years)], check=True)
        return pd.read_csv(paths[2])


def has_r() -> bool:
    """Whether R and its package surveillance are installed."""
    asks = ["Rscript", "-e", "quit(status = !requireNamespace('surveillance', quietly = TRUE))"]
    return shutil.which("Rscript") is not None and subprocess.run(asks, capture_output=True).returncode == 0


def compared(counts: pd.DataFrame, years: int) -> dict[str, float]:
    """How many windows there were and of how many the two say the same, and the largest relative differences."""
    theirs = answers_of_r(counts, windows(counts.columns, len(counts), years), years)
    values = counts.to_numpy(dtype=float)
    judged = len(counts) - 12 * FEWEST_YEARS - EITHER_SIDE
    row, column = theirs["month"] - 1 - (len(counts) - judged), counts.columns.get_indexer(theirs["series"])
    score = farrington(values, counts.index, judged)[row, column]
    ours = predicted(values, judged)
    low = values[theirs["month"] - 1, column] < theirs["lower"]

    def gap(numbers: np.ndarray, name: str) -> float:
        return float(np.abs(numbers[row, column] / theirs[name] - 1).max())

    return {
        "windows": len(theirs),
        "alarms in R": int(theirs["alarm"].sum()),
        "the same verdict": int(((score >= -ndtri(ALPHA)) == theirs["alarm"].astype(bool)).sum()),
        "the same verdict downwards": int(((score <= ndtri(ALPHA)) == low).sum()),
        "the trend kept or dropped alike": int((ours.trended[row, column] == theirs["trend"].astype(bool)).sum()),
        "largest gap of the expected count": gap(ours.expected, "expected"),
        "largest gap of the dispersion": gap(ours.dispersion, "dispersion"),
    }


def run() -> str:
    """The table, and whether the target is met."""
    title = "# Farrington's flexible method, held to R"
    path = Path(os.environ.get("PERF_REAL_DATA", "../shared/data")) / REAL
    if not path.exists():
        return f"{title}\n\nSkipped: {REAL} is not under PERF_REAL_DATA (default ../shared/data)."
    if not has_r():
        return (
            f"{title}\n\nSkipped: Rscript with its package surveillance is not installed (Debian: r-cran-surveillance)."
        )
    counts = pd.read_csv(path, index_col="month")
    counts.index = pd.PeriodIndex(counts.index, freq="M")
    columns = {years: compared(counts, years) for years in (YEARS, FEWEST_YEARS)}
    rows = [
        (name, *(f"{column[name]:.0e}" if "gap" in name else f"{column[name]:,}" for column in columns.values()))
        for name in columns[YEARS]
    ]
    asked = sum(column["windows"] for column in columns.values())
    alike = sum(column["the same verdict"] for column in columns.values())
    return "\n\n".join(
        [
            title,
            f"{counts.shape[1]} real monthly series, months drawn at random, one fit a window. A verdict is an alarm "
            f"at alpha {ALPHA}; the bound downwards is the lower quantile of R's mean and dispersion.",
            markdown(["", *(f"{years} years before" for years in columns)], rows),
            "## Targets",
            verdicts(
                [
                    ("windows compared", f"{asked:,}", asked >= FEWEST),
                    ("the same verdict as R in every one", f"{alike:,}", alike == asked),
                ]
            ),
        ]
    )
