"""Seconds on one core for 1,505 series of 120 months (43 forces x 35 measures)."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import pandas as pd

from perf_lib.stats import spc
from perf_lib.stats.expected.judging import assess
from perf_lib.stats.expected.level import operator
from perf_lib.stats.forecast import Months, project_all
from perf_lib.stats.transforms import scaled

from .streams import counts, markdown, verdicts

SERIES, MONTHS, MEASURES = 1505, 120, 33


def _seconds(work: Callable[[], object], times: int) -> tuple[float, float]:
    """Best and median of several goes in processor time, after one that fills the caches."""
    work()
    taken = []
    for _ in range(times):
        began = time.process_time()
        work()
        taken.append(time.process_time() - began)
    return min(taken), float(np.median(taken))


def run() -> str:
    """The table, and whether the targets are met."""
    rng = np.random.default_rng(5)
    frame = counts(rng, SERIES, MONTHS, 250, 0.1, 0.1, 0.2)
    report = frame.iloc[:, :MEASURES]
    gappy = report.astype(float)
    gappy.iloc[70, ::2] = np.nan
    newest = np.array([MONTHS - 1])
    projected = {str(name): Months(report[name]) for name in report}

    def judged(some: pd.DataFrame, ends: np.ndarray) -> object:
        return assess(scaled(some), ends)

    def cold() -> object:
        operator.cache_clear()
        return judged(report, newest)

    quarters, months = np.arange(23, MONTHS, 3), np.arange(23, MONTHS)
    work: list[tuple[str, Callable[[], object], int, float | None]] = [
        ("published rules, every month", lambda: spc.signals(frame, every_month=True), 5, 0.2),
        ("published rules, newest month", lambda: spc.signals(frame), 5, None),
        ("expected range, every quarter's end", lambda: judged(frame, quarters), 2, 8.0),
        ("expected range, every month", lambda: judged(frame, months), 1, 24.0),
        ("expected range, newest quarter", lambda: judged(frame, newest), 3, None),
        (f"expected range, newest quarter of {MEASURES} measures", lambda: judged(report, newest), 7, 0.05),
        ("the same, one month missing of every other", lambda: judged(gappy, newest), 7, None),
        ("the same, its constants made anew", cold, 5, None),
        (f"projection of {MEASURES} measures", lambda: project_all(projected), 5, None),
    ]
    rows, targets = [], []
    for name, job, times, limit in work:
        best, median = _seconds(job, times)
        rows.append((name, 1000 * best, 1000 * median))
        if limit is not None:
            targets.append((f"{name}: {limit:g} s", f"{median:.3f} s", median <= limit))
    return "\n\n".join(
        [
            "# Speed",
            f"{SERIES:,} series x {MONTHS} months unless said otherwise, one core; milliseconds of processor time, so "
            "that a busy machine does not count its waiting.",
            markdown(["work", "best", "median"], rows),
            "## Targets (median)",
            verdicts(targets),
        ]
    )
