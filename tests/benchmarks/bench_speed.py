"""Seconds on one core for 1,505 series of 120 months (43 forces x 35 measures)."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import pandas as pd
from perf_lib.stats.calibrated.contrasts import table

from perf_lib.stats import calibrated, spc
from perf_lib.stats.forecast import project

from .streams import counts, markdown, verdicts

SERIES, MONTHS = 1505, 120


def _seconds(work: Callable[[], object], times: int = 7) -> tuple[float, float]:
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
    gappy = frame.astype(float)
    gappy.iloc[70, ::2] = np.nan
    one: pd.Series = frame[0]

    def tables() -> None:
        table.cache_clear()
        for history in (60, 48, 36, 24):
            table(history, 12)

    work: list[tuple[str, Callable[[], object], float | None]] = [
        ("published rules, every month", lambda: spc.signals(frame, every_month=True), 0.2),
        ("published rules, newest month", lambda: spc.signals(frame), None),
        ("calibrated rules, every month", lambda: calibrated.signals(frame, every_month=True), 0.8),
        ("calibrated rules, newest month", lambda: calibrated.signals(frame), 0.010),
        ("calibrated p-values, every month", lambda: calibrated.signals(frame, every_month=True, p_values=True), None),
        ("calibrated, every month, one month missing", lambda: calibrated.signals(gappy, every_month=True), None),
        ("constants of all four histories", tables, None),
        ("projection of one series, with its back-test", lambda: project(one), None),
    ]
    rows, targets = [], []
    for name, job, limit in work:
        best, median = _seconds(job)
        rows.append((name, 1000 * best, 1000 * median))
        if limit is not None:
            targets.append((f"{name}: {limit:g} s", f"{median:.3f} s", median <= limit))
    return "\n\n".join(
        [
            "# Speed",
            f"{SERIES:,} series x {MONTHS} months, one core; milliseconds of processor time, so that a busy machine "
            "does not count its waiting.",
            markdown(["work", "best", "median"], rows),
            "## Targets (median)",
            verdicts(targets),
        ]
    )
